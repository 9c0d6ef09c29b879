"""Decides which authority each listed name stands for; guesses nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django_countries import countries

from cities.enums import CityKind
from cities.members_import.gazetteer import Gazetteer, Place, look_up
from cities.members_import.mapping import ListedBody, Mapping
from cities.members_import.outcomes import Outcome, Result, shown
from cities.members_import.reading import Row
from efus.spelling import fold

CANDIDATES_SHOWN = 8
REMEDY = "write an entry for it in cities/data/member_places.toml"


@dataclass(frozen=True)
class Authority:
    """All that is known of a member authority before it is in the database."""

    official_name: str
    country: str
    latitude: float
    longitude: float
    kind: str = CityKind.CITY
    population: int | None = None
    geonames_id: int | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple:
        """What two spellings of the same authority have in common."""
        return (self.geonames_id,) if self.geonames_id else (self.country, self.official_name)

    def __str__(self):
        inhabitants = f", {self.population:,} inhabitants" if self.population else ""
        kind = "" if self.kind == CityKind.CITY else f"{self.kind.replace('_', ' ')}, "
        return f"{self.official_name} ({kind}{self.country}{inhabitants})"


@dataclass(frozen=True)
class Match:
    """A row and the authority it stands for; *result* says who decided."""

    row: Row
    authority: Authority
    result: Result
    remark: str = ""


def without_repeated_names(rows: list[Row]) -> tuple[list[Row], list[Outcome]]:
    """The rows whose name stands in the list once, and the others as problems."""
    by_name = defaultdict(list)
    for row in rows:
        by_name[fold(row.name)].append(row)
    once = [row for row in rows if len(by_name[fold(row.name)]) == 1]
    repeated = [
        problem(row, f"the same name stands on {other_lines(row, group)}")
        for group in by_name.values()
        if len(group) > 1
        for row in group
    ]
    return once, repeated


def match_members(rows: list[Row], mapping: Mapping) -> list[Match | Outcome]:
    """For every row what it stands for, or the problem that keeps it from being loaded."""
    gazetteer = look_up({row.name for row in rows}, mapping.identifiers if rows else set())
    ends = [match(row, mapping, gazetteer) for row in rows]
    by_identity = defaultdict(list)
    for end in ends:
        if isinstance(end, Match):
            by_identity[end.authority.identity].append(end.row)
    return [
        problem(
            end.row,
            f"it stands for {end.authority}, and so does"
            f" {other_lines(end.row, by_identity[end.authority.identity])}",
        )
        if isinstance(end, Match) and len(by_identity[end.authority.identity]) > 1
        else end
        for end in ends
    ]


def match(row: Row, mapping: Mapping, gazetteer: Gazetteer) -> Match | Outcome:
    body = mapping.listed.get(fold(row.name))
    if body:
        place = gazetteer.by_identifier.get(body.geonames_id or body.seat)
        if place is None:
            return problem(row, "its entry in the mapping file names an unknown place")
        if not row.country or place.lies_in(row.country):
            authority = mapped_authority(body, place, mapping)
            return Match(row, authority, Result.MAPPED)
    places = gazetteer.places_called(row.name, row.country)
    if len(places) != 1:
        return problem(row, why_not_one(row, places))
    return match_with_only(row, places[0], mapping)


def mapped_authority(body: ListedBody, place: Place, mapping: Mapping) -> Authority:
    """What the mapping file says of *body*, whose place or seat is *place*."""
    facts = mapping.places.get(place.geonames_id) if body.geonames_id else None
    if body.seat:
        population = body.population
    else:
        population = body.population or (facts and facts.population) or place.population
    return Authority(
        body.official_name or (facts.official_name if facts else place.name),
        place.country,
        place.latitude,
        place.longitude,
        body.kind,
        population,
        body.geonames_id,
        body.names or (facts.names if facts else {}),
    )


def match_with_only(row: Row, place: Place, mapping: Mapping) -> Match:
    """*row* matched with the one *place* of its name."""
    remark = ""
    facts = mapping.places.get(place.geonames_id)
    if facts:
        official_name = facts.official_name
    elif fold(place.name) == fold(row.name):
        official_name = place.name
    else:
        official_name = row.name
        remark = f"only another name of {place.name}; check that the city writes it so"
    authority = Authority(
        official_name,
        place.country,
        place.latitude,
        place.longitude,
        population=(facts.population if facts else None) or place.population,
        geonames_id=place.geonames_id,
        names=facts.names if facts else {},
    )
    return Match(row, authority, Result.MATCHED, remark)


def why_not_one(row: Row, places: list[Place]) -> str:
    where = f" in {countries.name(row.country)}" if row.country else ""
    if not places:
        return (
            f"no place of 500 inhabitants or more{where or ' in Europe'} is called"
            f" {shown(row.name)}; check the spelling, or, for a body that is not a place"
            f" (an association of municipalities, a region), {REMEDY}"
        )
    candidates = "; ".join(map(candidate, places[:CANDIDATES_SHOWN]))
    more = len(places) - CANDIDATES_SHOWN
    others = f"; and {more} more" if more > 0 else ""
    remedy = REMEDY if row.country else f"give its country in a column “country”, or {REMEDY}"
    return (
        f"{len(places)} places{where} are called {shown(row.name)}: {candidates}{others}; {remedy}"
    )


def candidate(place: Place) -> str:
    inhabitants = f"{place.population:,} inhabitants" if place.population else "size unknown"
    country = countries.name(place.territory) or place.territory
    return f"{place.name} ({country}, {inhabitants}, GeoNames {place.geonames_id})"


def other_lines(row: Row, group: Iterable[Row]) -> str:
    lines = [str(other.line) for other in group if other.line != row.line]
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"


def problem(row: Row, reason: str) -> Outcome:
    """*row* reported as one that cannot be loaded."""
    return Outcome(row.line, row.name, Result.REPORTED, reason)
