"""What every template may use."""

from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info


def page_languages(address_in):
    """The languages of a page: for each its code, its own name, and *address_in(code)*."""
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "address": address_in(code),
        }
        for code, _name in settings.LANGUAGES
    ]


def site(request):
    """The page's languages, the public address, and whether this is a demonstration."""
    path = request.get_full_path()
    return {
        # Only worked out where a page does not bring its own, as that of a practice does.
        "page_languages": SimpleLazyObject(
            lambda: page_languages(lambda code: translate_url(path, code))
        ),
        "site_url": settings.SITE_URL,
        "demonstration": settings.DEMONSTRATION,
    }
