"""Texts of cities in templates: the reader's language or the original, and which it is."""

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_info

from practices.rich_text import to_html

register = template.Library()


@register.simple_tag
def shown(row, field):
    """*field* of *row* as the reader sees it: a ``ShownText``."""
    return row.shown(field, get_language())


@register.filter
def marked(text):
    """A ``ShownText``, with ``lang`` where it is not in the page's language."""
    if text.language == get_language():
        return text.text
    return format_html('<span lang="{}">{}</span>', text.language, text.text)


@register.filter
def rich_text(text):
    """A ``ShownText`` as rich text, with ``lang`` where it is not in the page's language."""
    body = to_html(text.text)
    if text.language == get_language():
        return body
    return format_html('<div lang="{}">{}</div>', text.language, body)


@register.filter
def is_foreign(text):
    """Whether a ``ShownText`` is in another language than the page."""
    return bool(text) and text.language != get_language()


@register.filter
def language_name(code):
    """The name of the language *code*, in the page's language."""
    return get_language_info(code)["name_translated"]
