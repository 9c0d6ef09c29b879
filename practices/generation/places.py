"""Where generated cities lie, and what is written there."""

from dataclasses import dataclass

OTHER_LANGUAGE = "en"  # of cities whose own language is not among those of the platform


@dataclass(frozen=True, eq=False)  # each is itself only, and may be a key
class Country:
    """*share* is its part of the cities; *languages* are what they write in, with their parts."""

    code: str
    latitude: float
    longitude: float
    share: float
    languages: dict


COUNTRIES = [
    Country("FR", 46.6, 2.4, 20, {"fr": 1}),
    Country("IT", 43.5, 12.0, 14, {"it": 1}),
    Country("DE", 51.0, 10.2, 12, {"de": 1}),
    Country("ES", 40.2, -3.6, 12, {"es": 1}),
    Country("PT", 39.7, -8.1, 8, {"pt": 1}),
    Country("BE", 50.7, 4.5, 6, {"nl": 0.55, "fr": 0.45}),
    Country("NL", 52.2, 5.5, 5, {"nl": 1}),
    Country("GB", 52.6, -1.6, 4, {"en": 1}),
    Country("SE", 59.2, 15.2, 4, {"sv": 1}),
    Country("PL", 52.1, 19.4, 3, {OTHER_LANGUAGE: 1}),
    Country("GR", 39.2, 22.2, 2, {OTHER_LANGUAGE: 1}),
    Country("AT", 47.6, 14.5, 2, {"de": 1}),
    Country("CH", 46.9, 8.2, 2, {"de": 0.6, "fr": 0.3, "it": 0.1}),
    Country("IE", 53.2, -7.8, 1, {"en": 1}),
    Country("RO", 45.9, 25.0, 1, {OTHER_LANGUAGE: 1}),
    Country("CZ", 49.8, 15.4, 1, {OTHER_LANGUAGE: 1}),
    Country("LU", 49.7, 6.1, 1, {"fr": 0.7, "de": 0.3}),
    Country("DK", 55.9, 9.6, 1, {OTHER_LANGUAGE: 1}),
    Country("FI", 62.3, 25.7, 1, {"sv": 0.3, OTHER_LANGUAGE: 0.7}),
    Country("HR", 45.4, 16.3, 1, {OTHER_LANGUAGE: 1}),
]
