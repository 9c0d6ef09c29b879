"""The rows of a comparison: a fact or a text, and what each of the practices has of it."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from practices.enums import OrganisationKind
from practices.models import TEXT_FIELDS, Practice
from practices.models.original_language import ShownText

TEXTS = [field for field in TEXT_FIELDS if field != "title"]


@dataclass(frozen=True)
class Fact:
    """For each practice a list of words, and whether the practices differ in it."""

    label: str
    cells: list[list[str]]
    differs: bool


@dataclass(frozen=True)
class Text:
    """For each practice its ``ShownText``, and whether a machine translated what is shown."""

    label: str
    cells: list[tuple[ShownText, bool]]
    is_rich: bool


def _word(text):
    return [capfirst(text)] if text else []


def _names(terms):
    return [term.name for term in terms.all()]


def _partners(practice):
    """The names of the partners by their kind, in the order of the kinds."""
    names = {}
    for partnership in practice.partnerships.all():
        for partner in partnership.partners.all():
            names.setdefault(partner.organisation.kind, set()).add(partner.organisation.name)
    return {kind: sorted(names[kind]) for kind in OrganisationKind.values if kind in names}


def _partners_row(practices):
    """Two practices differ in the kinds of their partners, who are others in every city."""
    by_kind = [_partners(practice) for practice in practices]
    cells = [
        [
            _("%(kind)s: %(names)s")
            % {"kind": capfirst(OrganisationKind(kind).label), "names": ", ".join(names)}
            for kind, names in partners.items()
        ]
        for partners in by_kind
    ]
    return Fact(_("Partners"), cells, len({frozenset(partners) for partners in by_kind}) > 1)


def _languages(practice):
    return [
        capfirst(get_language_info(code)["name_translated"])
        for code in practice.languages_of("title")
    ]


def _row(label, cells):
    return Fact(label, cells, len({frozenset(cell) for cell in cells}) > 1)


def facts(practices):
    """What can be compared word by word."""
    columns = [
        (_("Status"), lambda practice: _word(practice.get_status_display())),
        (_("Period"), lambda practice: _word(practice.period)),
        (_("Cost"), lambda practice: _word(practice.get_cost_band_display())),
        (_("Evidence"), lambda practice: _word(practice.get_evidence_display())),
        (_("Themes"), lambda practice: _names(practice.themes)),
        (_("Target groups"), lambda practice: _names(practice.target_groups)),
        (_("Methods"), lambda practice: _names(practice.methods)),
        (_("Languages"), _languages),
    ]
    rows = [_row(label, [read(practice) for practice in practices]) for label, read in columns]
    rows.insert(-1, _partners_row(practices))
    return [row for row in rows if any(row.cells)]


def texts(practices, language):
    """What has to be read."""
    rows = []
    for field in TEXTS:
        cells = [practice.shown(field, language) for practice in practices]
        if any(cells):
            label = capfirst(Practice._meta.get_field(field).verbose_name)
            marked = [
                (text, _by_machine(practice, text))
                for practice, text in zip(practices, cells, strict=True)
            ]
            rows.append(Text(label, marked, is_rich=field != "summary"))
    return rows


def _by_machine(practice, text):
    is_translated = text.language != practice.original_language
    return bool(text) and is_translated and practice.shown_translation_state == "machine"
