"""The mapping file: what geographical data cannot know about members."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from cities.enums import CityKind
from efus.spelling import fold

MAPPING_FILE = Path(__file__).resolve().parent.parent / "data" / "member_places.toml"
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class BrokenMapping(ValueError):
    """The mapping file contradicts itself; the message names the entry."""


@dataclass(frozen=True)
class PlaceFacts:
    """What a place is called and how many live there, where GeoNames says otherwise.

    *names* has the exonyms by language code.
    """

    official_name: str
    names: dict[str, str] = field(default_factory=dict)
    population: int | None = None
    note: str = ""


@dataclass(frozen=True)
class ListedBody:
    """What a name in a list of members stands for, and in *note* why.

    The body either is the place with *geonames_id*, or has its *seat* there.
    """

    note: str
    geonames_id: int | None = None
    seat: int | None = None
    kind: str = CityKind.CITY
    official_name: str = ""
    population: int | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """*places* by GeoNames identifier, *listed* by folded name."""

    places: dict[int, PlaceFacts]
    listed: dict[str, ListedBody]

    @property
    def identifiers(self) -> set[int]:
        """Every GeoNames identifier that a listed name leads to."""
        return {body.geonames_id or body.seat for body in self.listed.values()}


def read_mapping(file: Path = MAPPING_FILE) -> Mapping:
    """The mapping in *file*. Raises BrokenMapping when it cannot be relied upon."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenMapping(f"{file.name} cannot be read: {error}") from error
    unknown = content.keys() - {"places", "listed"}
    if unknown:
        raise BrokenMapping(f"{file.name}: unknown tables: {', '.join(sorted(unknown))}")
    places, listed = {}, {}
    for identifier, values in content.get("places", {}).items():
        if not identifier.isdecimal():
            raise BrokenMapping(f"places.{identifier}: not a GeoNames identifier")
        places[int(identifier)] = build(PlaceFacts, f"places.{identifier}", values)
    for name, values in content.get("listed", {}).items():
        entry = f"listed.{name}"
        body = build(ListedBody, entry, values)
        if fold(name) in listed:
            raise BrokenMapping(f"{entry}: given twice under two spellings")
        if (body.geonames_id is None) == (body.seat is None):
            raise BrokenMapping(f"{entry}: needs either geonames_id or seat")
        if body.seat and not body.official_name:
            raise BrokenMapping(f"{entry}: a body with a seat needs an official_name")
        if body.kind not in CityKind.values:
            raise BrokenMapping(f"{entry}: unknown kind {body.kind}")
        listed[fold(name)] = body
    return Mapping(places, listed)


def build(kind, entry: str, values: dict):
    """A *kind* made of *values*, whose keys and languages must be known."""
    try:
        result = kind(**values)
    except TypeError as error:
        raise BrokenMapping(f"{entry}: {error}") from error
    unknown = result.names.keys() - LANGUAGES
    if unknown:
        raise BrokenMapping(f"{entry}: unknown languages: {', '.join(sorted(unknown))}")
    return result
