"""What people look for, asked in every language, and which practices answer it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import practices

QUERIES = Path(__file__).parent / "queries.toml"
PRACTICES = Path(practices.__file__).parent / "demonstration" / "practices"

TUNING = "tuning"
VALIDATION = "validation"
HALVES = (TUNING, VALIDATION)

USEFUL = 1
ANSWERS = 2
GRADES = (USEFUL, ANSWERS)


class UnusableNeeds(ValueError):
    """The file cannot be measured with; the message says where and why."""


@dataclass(frozen=True)
class Need:
    identifier: str
    half: str
    judgments: dict[str, int]  # the grade of each relevant practice, by the stem of its file
    queries: dict[str, str]  # the same question, by language


def _judgments(entry, where, known):
    judgments = entry.get("judgments")
    if not judgments:
        raise UnusableNeeds(f"{where}: no practice is judged relevant.")
    for name, grade in judgments.items():
        if name not in known:
            raise UnusableNeeds(f"{where}: there is no practice “{name}”.")
        # True is an int that equals 1.
        if type(grade) is not int or grade not in GRADES:
            raise UnusableNeeds(f"{where}: the grade of “{name}” must be 1 or 2.")
    return judgments


def _queries(entry, where, languages):
    queries = entry.get("queries")
    if not queries:
        raise UnusableNeeds(f"{where}: it is asked in no language.")
    for language in queries:
        if language not in languages:
            raise UnusableNeeds(f"{where}: there is no language “{language}”.")
    for language in languages:
        query = queries.get(language, "")
        if not isinstance(query, str) or not query.strip():
            raise UnusableNeeds(f"{where}: it is not asked in “{language}”.")
    return queries


def _need(entry, number, known, languages):
    identifier = entry.get("identifier")
    if not identifier:
        raise UnusableNeeds(f"Need number {number} has no identifier.")
    where = f"Need “{identifier}”"
    if entry.get("half") not in HALVES:
        raise UnusableNeeds(f"{where}: its half must be “{TUNING}” or “{VALIDATION}”.")
    return Need(
        identifier=identifier,
        half=entry["half"],
        judgments=_judgments(entry, where, known),
        queries=_queries(entry, where, languages),
    )


def read_needs(path=QUERIES, practices_folder=PRACTICES):
    """All needs of the file, in its order."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("need", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableNeeds(f"{path.name} is not TOML: {error}") from error
    if not entries:
        raise UnusableNeeds(f"{path.name} holds no need.")
    known = {file.stem for file in practices_folder.glob("*.toml")}
    languages = [code for code, _name in settings.LANGUAGES]
    needs = {}
    for number, entry in enumerate(entries, start=1):
        need = _need(entry, number, known, languages)
        if need.identifier in needs:
            raise UnusableNeeds(f"Need “{need.identifier}” is there twice.")
        needs[need.identifier] = need
    return list(needs.values())
