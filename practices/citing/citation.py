"""What a citation of a practice says, whatever form it is written in."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from practices.enums import Licence, PracticeStatus
from practices.models.original_language import ShownText

NETWORK = gettext_lazy("Efus network")


@dataclass(frozen=True)
class Citation:
    """A practice as a reader of one language cites it.

    ``title`` is the title as the city wrote it; ``translated_title`` the one that the reader
    sees, empty where they are the same.
    """

    key: str
    author: str
    title: ShownText
    translated_title: str
    summary: str
    themes: tuple
    published_on: date | None
    retrieved_on: date | None
    network: str
    address: str
    licence: Licence


def address_of(practice, language):
    """The address of *practice* that stays when its title changes."""
    with override(language):
        return settings.SITE_URL + reverse("practices:practice-short", args=[practice.pk])


def citation_of(practice, language, *, retrieved_on=None):
    """The ``Citation`` of *practice* for a reader of *language*.

    *retrieved_on* is left out of a practice that is finished: style guides want it only for
    what is meant to change.
    """
    original = ShownText(practice.original_title, practice.original_language)
    shown = practice.shown("title", language)
    with override(language):
        return Citation(
            key=f"efus-practice-{practice.pk}",
            author=practice.city.official_name,
            title=original,
            translated_title="" if shown.text == original.text else shown.text,
            summary=practice.shown("summary", language).text,
            themes=tuple(theme.name for theme in practice.themes.all()),
            published_on=practice.published_at and timezone.localdate(practice.published_at),
            retrieved_on=None if practice.status == PracticeStatus.FINISHED else retrieved_on,
            network=str(NETWORK),
            address=address_of(practice, language),
            licence=practice.licence_granted,
        )
