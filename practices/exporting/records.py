"""What a file says of a practice, in the language in force and with codes that stay."""

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info

from practices.enums import OrganisationKind
from practices.translations.states import Standing


def _named(code, name):
    return {"code": code, "name": capfirst(str(name))}


def _chosen(practice, field):
    code = getattr(practice, field)
    return _named(code, getattr(practice, f"get_{field}_display")()) if code else None


def _terms(manager):
    return [_named(term.slug, term.name) for term in manager.all()]


def _language(code):
    return _named(code, get_language_info(code)["name_translated"])


def _origin(practice, title):
    """How the title that the reader sees came about."""
    if title.language == practice.original_language:
        origin = Standing.ORIGINAL
    elif practice.shown_translation_state == "machine":
        origin = Standing.MACHINE
    else:
        origin = Standing.REVIEWED
    return _named(origin.value, origin.label)


def _day(moment):
    return timezone.localdate(moment) if moment else None


def record_of(practice):
    """*practice*, one of ``Selection.practices``, as a dict of texts, days and named codes."""
    title = practice.shown("title", get_language())
    return {
        "id": practice.pk,
        "address": settings.SITE_URL + practice.get_absolute_url(),
        "title": title.text,
        "title_language": _language(title.language),
        "translation": _origin(practice, title),
        "summary": practice.shown("summary", get_language()).text,
        "city": _named(practice.city.slug, practice.city.shown_name),
        "country": _named(practice.city.country, practice.city.country_name),
        "themes": _terms(practice.themes),
        "target_groups": _terms(practice.target_groups),
        "methods": _terms(practice.methods),
        "partner_kinds": [
            _named(kind, OrganisationKind(kind).label) for kind in practice.partner_kinds
        ],
        "status": _chosen(practice, "status"),
        "started_on": practice.started_on,
        "ended_on": practice.ended_on,
        "cost": _chosen(practice, "cost_band"),
        "evidence": _chosen(practice, "evidence"),
        "original_title": practice.original_title,
        "original_language": _language(practice.original_language),
        "languages": [_language(code) for code in practice.languages_of("title")],
        "published_on": _day(practice.published_at),
        "updated_on": _day(practice.updated_at),
        "licence": _chosen(practice, "licence"),
        "is_demonstration": practice.is_demonstration,
    }
