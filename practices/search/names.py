"""Names in a search: cities, countries, themes, target groups, methods, kinds of partners.

Cities are recognised by their whole name in any language, countries also by their codes in
capitals, terms by their name whatever its endings; all but cities by search words, too
(``SearchWord``). Accents and case never matter otherwise.
A word with its own endings counts before others that only share its stem, if these are of the
same kind or of another language: Dutch “ouders” are parents, though “ouderen”, older people,
have the same stem.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import override
from django_countries import countries

from efus.spelling import fold
from practices.enums import OrganisationKind
from practices.models.original_language import LANGUAGE_CODES
from practices.search.known_names import KnownName, NameKind
from practices.search.typed import WORD, typed_words

MOST_WORDS = 32  # of a search that are looked at
LONGEST_NAME = 10  # words
UNSTEMMED = ""  # the “language” whose words keep their endings
COUNTRY_CODE = re.compile(r"[A-Z]{2,3}")
ABBREVIATIONS = {"AI", "ID", "IS", "IT", "KI", "OM", "TV"}  # that rather mean something else
BESIDE_A_CODE = set(" ,;:.!?()")


@dataclass(frozen=True)
class Name:
    """A name in a search, and where it stands there.

    *value* is the slug of a city or term, the code of a country, a kind of organisation.
    """

    kind: str
    value: str
    label: str
    spelled: str
    start: int
    end: int


def _key(text):
    return " ".join(WORD.findall(fold(text)))


@lru_cache(maxsize=1)
def names_in_code():
    """What the code names in every language, by key: countries and kinds of partners."""
    known = defaultdict(dict)  # of dicts, to keep an order
    for code in LANGUAGE_CODES:
        with override(code):
            for kind, labels in [
                (NameKind.COUNTRY, countries),
                (NameKind.PARTNER, OrganisationKind.choices),
            ]:
                for value, label in labels:
                    known[_key(str(label))][kind.value, value] = None
    return known


@lru_cache(maxsize=1)
def _country_codes():
    codes = {}
    for code in countries.countries:
        codes[code] = code
        if longer := countries.alpha3(code):
            codes[longer] = code
    return codes


def _label_in_code(kind, value):
    """The name of a country or kind of partner in the language in force; None if unknown."""
    if kind == NameKind.COUNTRY:
        return countries.name(value) or None
    return dict(OrganisationKind.choices).get(value) and str(OrganisationKind(value).label)


def _stems(words):
    """What each of *words* is in each language's dictionary: a dict by (language, word)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT language, word, search_stem(language, word)
            FROM unnest(%s::text[]) AS word, unnest(%s::text[]) AS language
            """,
            [words, [UNSTEMMED, *LANGUAGE_CODES]],
        )
        return {(language, word): stem for language, word, stem in cursor.fetchall()}


def _runs(words):
    """(first, last) of all runs of *words* that a name may be, which are of one part."""
    for first, word in enumerate(words):
        for last in range(first, min(first + LONGEST_NAME, len(words))):
            if words[last].part != word.part:
                break
            yield first, last


def _keys(words, run, stems):
    """What the names in the database that *run* may be have as their key."""
    first, last = run
    for language in [UNSTEMMED, *LANGUAGE_CODES]:
        found = [stems[language, word.text] for word in words[first : last + 1]]
        if found[0] and found[-1]:  # a name neither begins nor ends with “and” or “the”
            yield f"{language}:{' '.join(filter(None, found))}"


def labelled(names, language):
    """*names* from the database with ``label``: the name as a reader of *language* has it."""
    own = KnownName.objects.filter(
        kind=OuterRef("kind"), value=OuterRef("value"), is_search_word=False
    )
    return names.annotate(
        label=Subquery(
            own.filter(
                Q(language=language)
                | Q(kind=NameKind.CITY, language="")
                | Q(language=settings.MODELTRANSLATION_DEFAULT_LANGUAGE) & ~Q(kind=NameKind.CITY)
            )
            .annotate(in_language=Q(language=language))
            .order_by("-in_language")
            .values("written")[:1]
        )
    )


def _in_database(keys, language):
    """(kind, value, label, as written but folded) of names with one of *keys*: lists by key."""
    found = defaultdict(list)
    rows = labelled(KnownName.objects.filter(key__in=keys), language)
    rows = rows.order_by("is_search_word", "kind", "value")
    for key, *name, written in rows.values_list("key", "kind", "value", "label", "written"):
        found[key].append((*name, _key(written)))
    return found


def _with_own_endings(names, typed):
    """(kind, value, label) of *names*, pairs with their keys, without those of endings only."""
    exact = [(key, kind) for key, (kind, _value, _label, written) in names if written == typed]
    kinds = {kind for _key, kind in exact}
    languages = {key.partition(":")[0] for key, _kind in exact}
    return [
        (kind, value, label)
        for key, (kind, value, label, written) in names
        if written == typed
        or not exact
        or (kind not in kinds and key.partition(":")[0] in languages)
    ]


def _country_code(typed, word):
    """The code of the country that *word*, of the search *typed*, is a code of, or None."""
    beside = {*typed[max(word.start - 1, 0) : word.start], *typed[word.end : word.end + 1]}
    if COUNTRY_CODE.fullmatch(word.text) and beside <= BESIDE_A_CODE:
        return None if word.text in ABBREVIATIONS else _country_codes().get(word.text)
    return None


def _matches(words, language, typed):
    """(first, last, kind, value, label) of every name found, however they overlap."""
    runs = list(_runs(words))
    stems = _stems(sorted({word.text for word in words}))
    keys = {run: list(_keys(words, run, stems)) for run in runs}
    in_database = _in_database({key for each in keys.values() for key in each}, language)
    in_code = names_in_code()
    shouted = typed.isupper() and len(words) > 1
    for run in runs:
        first, last = run
        folded = _key(typed[words[first].start : words[last].end])
        known = [(key, name) for key in keys[run] for name in in_database.get(key, [])]
        found = _with_own_endings(known, folded)
        found += [(*match, None) for match in in_code.get(folded, [])]
        if first == last and not shouted and (code := _country_code(typed, words[first])):
            found.append((NameKind.COUNTRY.value, code, None))
        for kind, value, label in dict.fromkeys(found):
            if label is None and kind in {NameKind.COUNTRY, NameKind.PARTNER}:
                label = _label_in_code(kind, value)
            if label:  # else it is a search word of a term that is gone
                yield first, last, kind, value, label


def recognised(words, language):
    """The names in the search *words*, in their order, as ``Name`` with labels in *language*.

    Of names that overlap the longest counts; several things of the very same name all do.
    What is in quotes or excluded is no name. Two queries, whatever is typed.
    """
    typed = [word for word in typed_words(words) if not (word.quoted or word.excluded)]
    typed = typed[:MOST_WORDS]
    if not typed:
        return []
    with override(language):
        matches = list(_matches(typed, language, words))
    spans = sorted({match[:2] for match in matches}, key=lambda run: (run[0] - run[1], run[0]))
    taken, chosen = set(), set()
    for first, last in spans:
        places = set(range(first, last + 1))
        if not places & taken:
            taken |= places
            chosen.add((first, last))
    names = {}
    for first, last, kind, value, label in sorted(matches, key=lambda match: match[:2]):
        if (first, last) in chosen:
            start, end = typed[first].start, typed[last].end
            name = Name(kind, value, label, words[start:end], start, end)
            names.setdefault((start, kind, value), name)
    return list(names.values())
