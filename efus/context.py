"""What every template may use."""

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language_info


def site(request):
    """The page's languages as (code, endonym, address), and whether this is a demonstration."""
    languages = []
    for code, _name in settings.LANGUAGES:
        information = get_language_info(code)
        languages.append(
            {
                "code": code,
                "name": information["name_local"].capitalize(),
                "address": translate_url(request.get_full_path(), code),
            }
        )
    return {
        "page_languages": languages,
        "site_url": settings.SITE_URL,
        "demonstration": settings.DEMONSTRATION,
    }
