"""What the search box asks for while somebody types."""

from django.http import JsonResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from practices.search.beginnings import suggestions

SECONDS_KEPT = 60


@require_safe
@conditional_page
@cache_control(public=True, max_age=SECONDS_KEPT)
def suggest(request):
    """Suggestions for what is typed so far, in groups, and what a screen reader says of them."""
    groups = suggestions(request.GET.get("q", ""), get_language())
    number = sum(len(found) for _label, found in groups)
    status = ngettext(
        "%(number)d suggestion. Choose with the arrow keys.",
        "%(number)d suggestions. Choose with the arrow keys.",
        number,
    ) % {"number": number}
    return JsonResponse(
        {
            "status": status if number else _("No suggestions."),
            "groups": [
                {
                    "label": label,
                    "suggestions": [
                        {"label": each.label, "language": each.language, "address": each.address}
                        for each in found
                    ],
                }
                for label, found in groups
            ],
        }
    )
