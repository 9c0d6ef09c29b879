"""A practice as a document: what it says, and the PDF made of that."""

import json
import logging
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, pgettext
from django.utils.translation import gettext as _

from practices.citing.apa import as_text
from practices.citing.citation import NETWORK, address_of, citation_of
from practices.enums import PublicationState
from practices.models import RICH_TEXT_FIELDS, Practice
from practices.printing.structure import blocks_of, printable, size_of
from practices.translations.states import reader_note

FOLDER = Path(__file__).resolve().parent
TEMPLATE = FOLDER / "practice.typ"
FONTS = FOLDER / "fonts"
STANDARD = "ua-1"  # PDF/UA: accessible to who reads with ears or fingers
BETWEEN_NAMES = ", "
MOST_NODES = 2_000  # blocks, spans and line ends; a long practice has two hundred
logger = logging.getLogger(__name__)


def _text(shown):
    return {"text": printable(shown.text), "language": shown.language}


def _language_name(code):
    return get_language_info(code)["name_translated"]


def _parts(practice, language):
    """The long texts that there are, each with its heading."""
    return [
        {
            "heading": capfirst(str(Practice._meta.get_field(name).verbose_name)),
            "language": text.language,
            "blocks": blocks_of(text.text),
        }
        for name in RICH_TEXT_FIELDS
        if (text := practice.shown(name, language))
    ]


def is_too_long(content):
    """Whether *content* has more blocks and spans than are set in a second or two."""
    return sum(size_of(part["blocks"]) for part in content["parts"]) > MOST_NODES


def _facts(practice):
    """(what it is, what is so) of each fact that is known."""
    languages = [
        _language_name(code)
        + (f" ({_('original')})" if code == practice.original_language else "")
        for code in practice.languages_of("title")
    ]
    licence = practice.licence_granted
    facts = [
        (_("Status"), practice.get_status_display()),
        (_("Period"), practice.period),
        (_("Cost"), practice.get_cost_band_display()),
        (_("Evidence"), practice.get_evidence_display()),
        (_("Themes"), BETWEEN_NAMES.join(term.name for term in practice.themes.all())),
        (
            _("Target groups"),
            BETWEEN_NAMES.join(term.name for term in practice.target_groups.all()),
        ),
        (_("Methods"), BETWEEN_NAMES.join(term.name for term in practice.methods.all())),
        (_("Languages"), BETWEEN_NAMES.join(languages)),
        (_("Licence"), f"{licence.label}: {licence.meaning}"),
        (_("Updated"), date_format(timezone.localdate(practice.updated_at))),
    ]
    return [[label, capfirst(str(value))] for label, value in facts if value]


def _partnerships(practice, language):
    return [
        {
            "name": _text(partnership.shown("name", language)),
            "formality": capfirst(partnership.get_formality_display()),
            "partners": [
                {
                    "name": printable(partner.organisation.name),
                    "language": partnership.original_language,
                    "part": " · ".join(
                        [partner.organisation.get_kind_display(), partner.get_role_display()]
                    ),
                }
                for partner in partnership.partners.all()
            ],
        }
        for partnership in practice.partnerships.all()
    ]


def _notes(practice, title):
    """What a reader has to know before they read."""
    notes = []
    city = practice.city.shown_name
    if practice.state != PublicationState.PUBLISHED:
        notes.append(
            _("This page is not public. State: %(state)s. Only your city sees it.")
            % {"state": practice.get_state_display()}
        )
    if practice.is_demonstration:
        notes.append(
            _(
                "Demonstration content: written to show the platform, not a record of what"
                " %(city)s does."
            )
            % {"city": city}
        )
    language = {"language": _language_name(practice.original_language)}
    if note := reader_note(practice, get_language()):
        original = _("This is a translation. Original language: %(language)s.") % language
        notes.append(f"{note} {original}")
    elif title.language != get_language():
        notes.append(
            _(
                "This practice has not been translated into your language yet. You see it in its"
                " original language: %(language)s."
            )
            % language
        )
    return notes


def content_of(practice):
    """All that the document says of *practice* in the language in force, as JSON has it."""
    language = get_language()
    title = practice.shown("title", language)
    published = practice.published_at and timezone.localdate(practice.published_at)
    changed = timezone.localdate(practice.updated_at)
    return {
        "language": language,
        "title": _text(title),
        "city": practice.city.official_name,
        "place": f"{practice.city.shown_name}, {practice.city.country_name}",
        "published": _("Published: %(date)s") % {"date": date_format(published)}
        if published
        else "",
        "date": [changed.year, changed.month, changed.day],
        "notes": _notes(practice, title),
        "summary": _text(practice.shown("summary", language)),
        "parts": _parts(practice, language),
        "facts": _facts(practice),
        "partnerships": _partnerships(practice, language),
        "keywords": [theme.name for theme in practice.themes.all()],
        "citation": as_text(citation_of(practice, language)),
        "address": address_of(practice, language),
        "site": settings.SITE_URL.partition("://")[2],
        "licence": practice.licence_granted.label,
        "licence_address": practice.licence_granted.address,
        "words": {
            "network": str(NETWORK),
            "facts": _("Facts"),
            "partnership": _("Partnership:"),
            "cite": _("How to cite"),
            "page": pgettext("of a document", "Page"),
        },
    }


@cache
def _fonts():
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


@cache
def _template_digest():
    return sha256(TEMPLATE.read_bytes() + typst.__file__.encode()).digest()


def digest_of(content):
    """By which a document that says *content* is known; the same while it is the same."""
    written = json.dumps(content, sort_keys=True).encode()
    return sha256(_template_digest() + written).hexdigest()[:32]


def pdf_of(content):
    """The document that says *content*: a PDF, of the same bytes each time."""
    set_as = partial(
        typst.compile,
        TEMPLATE,
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"practice": json.dumps(content)},
    )
    try:
        return set_as(pdf_standards=[STANDARD])
    except typst.TypstError as refusal:
        # A sign that none of the fonts has: it is tagged all the same, and shows a box there.
        logger.info("%s is no PDF/UA: %s", content["address"], refusal)
        return set_as()
