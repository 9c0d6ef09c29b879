"""What two versions of a practice say differently, word by word."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from practices.models import TEXT_FIELDS, Partnership, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.publishing.versions import CHOICES, DATES, TERMS

EQUAL, DELETED, INSERTED = "equal", "deleted", "inserted"

# Changed paragraphs with more pairs of words than this are not compared within: that is more
# than two of the longest texts in ordinary words have, and takes too long with others.
MOST_PAIRS = 16_000_000


@dataclass(frozen=True)
class Piece:
    """A run of words that both versions have, or only the earlier or the later one."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    label: str
    pieces: list


def _matched(before, after):
    """Runs of *before* and *after*, lists of strings: (kind, strings)."""
    matcher = SequenceMatcher(None, before, after)
    for tag, before_from, before_to, after_from, after_to in matcher.get_opcodes():
        if tag == "equal":
            yield EQUAL, before[before_from:before_to]
            continue
        if before_to > before_from:
            yield DELETED, before[before_from:before_to]
        if after_to > after_from:
            yield INSERTED, after[after_from:after_to]


def _words(text):
    return re.findall(r"\s+|\S+\s*", text)


def _compared_words(before, after):
    words = [_words(before), _words(after)]
    if len(words[0]) * len(words[1]) > MOST_PAIRS:
        words = [[before], [after]]
    return list(_matched(*words))


def compare(before, after):
    """The pieces of two texts, in the order in which they are read."""
    found = []
    paragraphs = [text.splitlines(keepends=True) for text in (before, after)]
    runs = [(kind, "".join(strings)) for kind, strings in _matched(*paragraphs)]
    while runs:
        kind, text = runs.pop(0)
        if kind == DELETED and runs and runs[0][0] == INSERTED:
            found += _compared_words(text, runs.pop(0)[1])
        else:
            found.append((kind, [text]))
    return [Piece(kind, "".join(strings)) for kind, strings in found]


def _differences(rows):
    return [
        Difference(label, compare(before, after))
        for label, before, after in rows
        if before != after
    ]


def _label(name):
    return str(Practice._meta.get_field(name).verbose_name)


def text_differences(before, after):
    """For each language with a difference: (its code, its name, the differences)."""
    found = []
    for code in LANGUAGE_CODES:
        texts = [version["texts"].get(code, {}) for version in (before, after)]
        differences = _differences(
            (_label(name), texts[0].get(name, ""), texts[1].get(name, "")) for name in TEXT_FIELDS
        )
        if differences:
            found.append((code, get_language_info(code)["name_translated"], differences))
    return found


def _shown_facts(content, names):
    facts = content["facts"]
    shown = {
        "original_language": get_language_info(content["original_language"])["name_translated"]
    }
    for name in CHOICES:
        shown[name] = str(dict(Practice._meta.get_field(name).flatchoices).get(facts[name], ""))
    for name in DATES:
        shown[name] = date_format(date.fromisoformat(facts[name])) if facts[name] else ""
    for name in [*TERMS, "partnerships"]:
        shown[name] = ", ".join(names[name].get(key, f"{key}") for key in facts[name])
    return shown


def fact_differences(before, after):
    """The facts that differ, as a reader sees them."""
    names = {}
    for name in TERMS:
        slugs = {slug for version in (before, after) for slug in version["facts"][name]}
        terms = Practice._meta.get_field(name).related_model.objects.filter(slug__in=slugs)
        names[name] = {term.slug: term.name for term in terms}
    keys = {key for version in (before, after) for key in version["facts"]["partnerships"]}
    names["partnerships"] = {row.pk: str(row) for row in Partnership.objects.filter(pk__in=keys)}
    earlier, later = _shown_facts(before, names), _shown_facts(after, names)
    return _differences(
        (
            _("Partnerships") if name == "partnerships" else _label(name),
            earlier[name],
            later[name],
        )
        for name in earlier
    )
