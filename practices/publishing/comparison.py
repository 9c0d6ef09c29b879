"""What two versions of a practice say differently, part by part."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from practices.models import TEXT_FIELDS, Partnership, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.versions import CHOICES, DATES, TERMS
from practices.word_comparison import compare, marked


@dataclass(frozen=True)
class Difference:
    """A part of a practice, and what changed in it, marked."""

    label: str
    changes: str


def _differences(rows):
    return [
        Difference(label, marked(compare(before, after)))
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
