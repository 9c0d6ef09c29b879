"""The rows that are generated, table by table; nothing here asks the database."""

import json
from dataclasses import dataclass

import numpy

from cities.enums import CityKind, MembershipState, NationalForum
from cities.models import City, Membership
from efus.spelling import fold
from practices.enums import (
    AdoptionState,
    CostBand,
    Evidence,
    OrganisationKind,
    PartnerRole,
    PartnershipFormality,
    PracticeStatus,
    PublicationState,
)
from practices.generation.places import COUNTRIES, OTHER_LANGUAGE
from practices.generation.vocabulary import vocabulary
from practices.models import (
    TEXT_FIELDS,
    Adoption,
    AdoptionEvent,
    Organisation,
    Partner,
    Partnership,
    Practice,
)
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.enums import TranslationState
from practices.translations.models import Translation

CITY_NAME = "Generated city"
LATEST = numpy.datetime64("2026-11-01T00:00:00")
PUBLISHED_OVER = 10 * 365 * 86_400  # seconds
STARTED_OVER = 25 * 365  # days
MEMBERS_SINCE = "2010-01-01"
ORGANISATIONS_OF_CITY = 8
PRACTICES_OF_PARTNERSHIP = 5
WITH_PARTNERSHIP = 0.5
WRITTEN_IN_OTHER_LANGUAGE = 0.07
PUBLISHED_LATE = 0.05  # whose order of publication is not that of their numbers
ADOPTED = 0.05
TRANSLATED_INTO = [0.25, 0.3, 0.25, 0.2]  # no language, one, two, three
WRITTEN_FIELDS = ["title", "summary", "how_it_works"]

# How often a value occurs, beside the others.
TRANSLATION_LANGUAGES = {
    "en": 10, "fr": 5, "de": 3, "es": 3, "it": 2, "nl": 2, "pt": 2, "sv": 1,
}  # fmt: skip
STATUSES = {
    PracticeStatus.RUNNING: 70,
    PracticeStatus.FINISHED: 25,
    PracticeStatus.PLANNED: 5,
}
COST_BANDS = {
    "": 10,
    CostBand.STAFF_TIME: 20,
    CostBand.LOW: 30,
    CostBand.MEDIUM: 25,
    CostBand.HIGH: 12,
    CostBand.VERY_HIGH: 3,
}
EVIDENCE = {
    Evidence.DESCRIBED: 60,
    Evidence.MONITORED: 22,
    Evidence.EVALUATED: 12,
    Evidence.INDEPENDENTLY_EVALUATED: 4,
    Evidence.REPLICATED: 2,
}
ADOPTION_STATES = {
    AdoptionState.EXPLORING: 40,
    AdoptionState.ADAPTING: 25,
    AdoptionState.RUNNING: 28,
    AdoptionState.STOPPED: 7,
}
TRANSLATION_STATES = {TranslationState.MACHINE: 40, TranslationState.REVIEWED: 60}
CITY_KINDS = {CityKind.CITY: 80, CityKind.METROPOLITAN_AREA: 10, CityKind.DISTRICT: 5}
CITY_KINDS |= {CityKind.REGION: 5}
FORMALITIES = dict(zip(PartnershipFormality.values, [40, 30, 20, 10], strict=True))
ROLES = dict.fromkeys(PartnerRole.values, 1)
KINDS = {kind: 1 / rank for rank, kind in enumerate(OrganisationKind.values, start=1)}


@dataclass(frozen=True)
class Rows:
    """Rows of the table of *model*: a value for each of *columns*, and for no others."""

    model: type
    columns: list
    values: list


@dataclass(frozen=True)
class Terms:
    """Terms of one kind by primary key, each rarer than the one before, and how many to take."""

    through: type
    column: str
    keys: list
    numbers: list  # how often a practice has none of them, one, two …


@dataclass(frozen=True)
class First:
    """The first primary key that is free in each table."""

    city: int
    organisation: int
    partnership: int
    practice: int
    adoption: int


def _pick(random, values, size):
    """*size* of the keys of *values*, as often as these say."""
    weights = numpy.array(list(values.values()), dtype=float)
    keys = list(values)
    return [keys[index] for index in random.choice(len(keys), size, p=weights / weights.sum())]


def _several(random, weights, size):
    """For each of *size* an order of chance of all that have *weights*, likely ones first."""
    with numpy.errstate(divide="ignore"):
        scores = numpy.log(weights) + random.gumbel(size=(size, numpy.shape(weights)[-1]))
    return numpy.argsort(-scores, axis=1).tolist()


def _times(times):
    return [f"{time}+00" for time in times.astype(str).tolist()]


class World:
    """The cities and who works in them, for *number* practices."""

    def __init__(self, number, cities, seed, first):
        self.number = number
        self.seed = seed
        self.first = first
        self.adoptions = 0
        random = self._random = numpy.random.default_rng([seed, 0])
        shares = {country: country.share for country in COUNTRIES}
        self.countries = _pick(random, shares, cities)
        self.languages = [_pick(random, country.languages, 1)[0] for country in self.countries]
        populations = numpy.exp(random.normal(11, 1.2, cities)).clip(3_000, 4_000_000)
        self.populations = populations.astype(int).tolist()
        weights = numpy.sqrt(populations)
        self.weights = weights / weights.sum()
        partnerships = number // PRACTICES_OF_PARTNERSHIP * WITH_PARTNERSHIP
        self.partnerships = 1 + (self.weights * partnerships).astype(int)
        self.partnerships_before = numpy.cumsum(self.partnerships) - self.partnerships

    def rows(self):
        yield from self._cities()
        yield self._organisations()
        yield from self._partnerships()

    def _cities(self):
        random, size = self._random, len(self.countries)
        kinds = _pick(random, CITY_KINDS, size)
        offsets = random.normal(0, 1.3, (size, 2)).clip(-3, 3).round(5).tolist()
        values = []
        for number, (country, kind, (north, east)) in enumerate(
            zip(self.countries, kinds, offsets, strict=True)
        ):
            pk = self.first.city + number
            name = f"{CITY_NAME} {pk}"
            facts = (
                round(country.latitude + north, 5),
                round(country.longitude + east, 5),
                self.populations[number],
                country.code if country.code in NationalForum.values else "",
            )
            values.append((pk, name, name, f"generated-city-{pk}", kind, country.code, *facts))
        columns = ["id", "official_name", "listed_as", "slug", "kind", "country"]
        columns += ["latitude", "longitude", "population", "national_forum"]
        yield Rows(City, columns, values)
        states = {(MembershipState.ACTIVE, None): 92, (MembershipState.ENDED, "2024-01-01"): 8}
        memberships = [
            (self.first.city + number, state, MEMBERS_SINCE, ends_on)
            for number, (state, ends_on) in enumerate(_pick(random, states, size))
        ]
        yield Rows(Membership, ["city_id", "state", "starts_on", "ends_on"], memberships)

    def _organisations(self):
        kinds = _pick(self._random, KINDS, len(self.countries) * ORGANISATIONS_OF_CITY)
        values = []
        for number, kind in enumerate(kinds):
            pk = self.first.organisation + number
            name = f"Generated {kind.replace('_', ' ')} {pk}"
            city = self.first.city + number // ORGANISATIONS_OF_CITY
            values.append((pk, city, name, fold(name), kind, True))
        columns = ["id", "city_id", "name", "folded_name", "kind", "is_demonstration"]
        return Rows(Organisation, columns, values)

    def _partnerships(self):
        random = self._random
        cities = numpy.repeat(numpy.arange(len(self.countries)), self.partnerships).tolist()
        size = len(cities)
        formalities = _pick(random, FORMALITIES, size)
        members = random.integers(2, 5, size).tolist()
        orders = _several(random, numpy.ones(ORGANISATIONS_OF_CITY), size)
        roles = _pick(random, ROLES, size * ORGANISATIONS_OF_CITY)
        values, partners = [], []
        for number, city in enumerate(cities):
            pk = self.first.partnership + number
            language = self.languages[city]
            names = [None] * len(LANGUAGE_CODES)
            names[LANGUAGE_CODES.index(language)] = name = f"Generated partnership {pk}"
            original = name if language == "en" else ""
            city_key, formality = self.first.city + city, formalities[number]
            values.append((pk, city_key, language, original, formality, True, *names))
            for place, organisation in enumerate(orders[number][: members[number]]):
                key = self.first.organisation + city * ORGANISATIONS_OF_CITY + organisation
                partners.append((pk, key, roles[number * ORGANISATIONS_OF_CITY + place]))
        columns = ["id", "city_id", "original_language", "name", "formality", "is_demonstration"]
        columns += [f"name_{code}" for code in LANGUAGE_CODES]
        yield Rows(Partnership, columns, values)
        yield Rows(Partner, ["partnership_id", "organisation_id", "role"], partners)


class Batch:
    """The practices of *world* from the one numbered *begin*, and all that hangs on them."""

    def __init__(self, world, begin, size):
        self.world = world
        self.begin = begin
        self.size = size
        random = self._random = numpy.random.default_rng([world.seed, 1, begin])
        self.keys = [world.first.practice + begin + number for number in range(size)]
        self.cities = random.choice(len(world.weights), size, p=world.weights).tolist()
        elsewhere = (random.random(size) < WRITTEN_IN_OTHER_LANGUAGE).tolist()
        self.languages = [
            OTHER_LANGUAGE if other else world.languages[city]
            for city, other in zip(self.cities, elsewhere, strict=True)
        ]
        order = (begin + numpy.arange(size)) / world.number
        late = random.random(size) < PUBLISHED_LATE
        order[late] = random.random(late.sum())
        seconds = (order * PUBLISHED_OVER).astype("timedelta64[s]")
        self.published = LATEST - numpy.timedelta64(PUBLISHED_OVER, "s") + seconds
        self.texts = self._texts()

    def rows(self, all_terms):
        yield self._practices()
        yield self._translations()
        for terms in all_terms:
            yield self._terms(terms)
        yield self._carried()
        yield from self._adoptions()

    def _texts(self):
        """For each language a dict: its texts, by the place of the practice in the batch."""
        random = self._random
        weights = [TRANSLATION_LANGUAGES[code] for code in LANGUAGE_CODES]
        orders = _several(random, weights, self.size)
        numbers = random.choice(len(TRANSLATED_INTO), self.size, p=TRANSLATED_INTO).tolist()
        places = {code: [] for code in LANGUAGE_CODES}
        for place, original in enumerate(self.languages):
            others = [LANGUAGE_CODES[index] for index in orders[place]]
            others.remove(original)
            for code in [original, *others[: numbers[place]]]:
                places[code].append(place)
        return {
            code: dict(zip(wanted, vocabulary(code).texts(random, len(wanted)), strict=True))
            for code, wanted in places.items()
        }

    def _practices(self):
        random, size = self._random, self.size
        statuses = _pick(random, STATUSES, size)
        costs = _pick(random, COST_BANDS, size)
        evidence = _pick(random, EVIDENCE, size)
        days = (random.random(size) * STARTED_OVER).astype("timedelta64[D]")
        started = self.published.astype("datetime64[D]") - days
        ended = started + (random.random(size) * days).astype("timedelta64[D]")
        started, ended = started.astype(str).tolist(), ended.astype(str).tolist()
        created = _times(self.published - numpy.timedelta64(18, "D"))
        published = _times(self.published)
        nothing = (None,) * len(WRITTEN_FIELDS)
        values = []
        for place, key in enumerate(self.keys):
            by_language = [self.texts[code].get(place, nothing) for code in LANGUAGE_CODES]
            english = self.texts["en"].get(place, ("",) * len(WRITTEN_FIELDS))
            values.append(
                (
                    key,
                    self.world.first.city + self.cities[place],
                    self.languages[place],
                    statuses[place],
                    costs[place],
                    evidence[place],
                    started[place],
                    ended[place] if statuses[place] == PracticeStatus.FINISHED else None,
                    PublicationState.PUBLISHED,
                    published[place],
                    created[place],
                    published[place],
                    True,
                    *english,
                    *(text for texts in by_language for text in texts),
                )
            )
        columns = ["id", "city_id", "original_language", "status", "cost_band", "evidence"]
        columns += ["started_on", "ended_on", "state", "published_at", "created_at", "updated_at"]
        columns += ["is_demonstration", *WRITTEN_FIELDS]
        columns += [f"{field}_{code}" for code in LANGUAGE_CODES for field in WRITTEN_FIELDS]
        return Rows(Practice, columns, values)

    def _translations(self):
        published = _times(self.published)
        snapshots = {}
        values = []
        for code in LANGUAGE_CODES:
            for place in self.texts[code]:
                original = self.languages[place]
                if code == original:
                    continue
                if place not in snapshots:
                    texts = dict(zip(WRITTEN_FIELDS, self.texts[original][place], strict=True))
                    snapshots[place] = json.dumps(
                        {field: texts.get(field, "") for field in TEXT_FIELDS}, ensure_ascii=False
                    )
                values.append((self.keys[place], code, published[place], snapshots[place]))
        states = _pick(self._random, TRANSLATION_STATES, len(values))
        values = [(*row, state) for row, state in zip(values, states, strict=True)]
        columns = ["practice_id", "language", "translated_at", "original_snapshot", "state"]
        return Rows(Translation, columns, values)

    def _terms(self, terms):
        random = self._random
        orders = _several(random, 1 / numpy.arange(1, len(terms.keys) + 1), self.size)
        numbers = random.choice(len(terms.numbers), self.size, p=terms.numbers).tolist()
        values = [
            (key, terms.keys[index])
            for key, order, number in zip(self.keys, orders, numbers, strict=True)
            for index in order[:number]
        ]
        return Rows(terms.through, ["practice_id", terms.column], values)

    def _carried(self):
        """Which partnership, of its own city, carries a practice; sometimes two do."""
        random, world = self._random, self.world
        cities = numpy.array(self.cities)
        values = {}
        for share in (WITH_PARTNERSHIP, WITH_PARTNERSHIP / 10):
            own = (random.random(self.size) * world.partnerships[cities]).astype(int)
            partnerships = world.first.partnership + world.partnerships_before[cities] + own
            carried = (random.random(self.size) < share).tolist()
            for key, partnership, is_carried in zip(
                self.keys, partnerships.tolist(), carried, strict=True
            ):
                if is_carried:
                    values[partnership, key] = None
        return Rows(Partnership.practices.through, ["partnership_id", "practice_id"], list(values))

    def _adoptions(self):
        random, world = self._random, self.world
        adopted = numpy.flatnonzero(random.random(self.size) < ADOPTED).tolist()
        adopters = random.choice(len(world.weights), (len(adopted), 3), p=world.weights).tolist()
        numbers = random.choice([1, 2, 3], len(adopted), p=[0.8, 0.15, 0.05]).tolist()
        pairs = [
            (place, city)
            for place, cities, number in zip(adopted, adopters, numbers, strict=True)
            for city in dict.fromkeys(cities[:number])
            if city != self.cities[place]
        ]
        states = _pick(random, ADOPTION_STATES, len(pairs))
        published = _times(self.published)
        values, events = [], []
        for (place, city), state in zip(pairs, states, strict=True):
            pk = world.first.adoption + world.adoptions
            world.adoptions += 1
            language, at = world.languages[city], published[place]
            city_key = world.first.city + city
            values.append((pk, self.keys[place], city_key, state, language, at, at, True, True))
            events.append((pk, at, state))
        columns = ["id", "practice_id", "city_id", "state", "language", "opened_at", "updated_at"]
        columns += ["is_public", "is_demonstration"]
        yield Rows(Adoption, columns, values)
        yield Rows(AdoptionEvent, ["adoption_id", "at", "to_state"], events)
