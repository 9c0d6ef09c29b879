"""Citations as the American Psychological Association writes them (APA, seventh edition)."""

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def _before_title(citation):
    if citation.published_on is None:
        year = pgettext("citation without a year", "n.d.")
    else:
        year = str(citation.published_on.year)
    author = citation.author if citation.author.endswith(".") else f"{citation.author}."
    return f"{author} ({year})."


def _after_title(citation):
    translated = f" [{citation.translated_title}]" if citation.translated_title else ""
    address = citation.address
    if citation.retrieved_on:
        address = _("Retrieved %(date)s, from %(address)s") % {
            "date": date_format(citation.retrieved_on),
            "address": address,
        }
    return f"{translated}. {citation.network}. {address}"


def as_text(citation):
    """*citation* in the language in force, as plain text."""
    return f"{_before_title(citation)} {citation.title}{_after_title(citation)}"


def as_html(citation):
    """The same as HTML: the title in italics, and marked with its language."""
    return format_html(
        '{} <cite lang="{}">{}</cite>{}',
        _before_title(citation),
        citation.title.language,
        citation.title,
        _after_title(citation),
    )
