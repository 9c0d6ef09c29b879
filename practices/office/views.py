"""Where those who work at Efus begin."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from efus.accounts.guards import for_staff
from practices.office.attention import attention


@for_staff
@require_safe
def office(request):
    """What there is for one's role, and what needs attention."""
    return render(
        request,
        "office/office.html",
        {
            "attention": attention() if request.user.is_administrator else [],
            "may_review": request.user.has_perm("practices.review_practices"),
            "may_edit_glossary": request.user.has_perm("translations.edit_glossary"),
        },
    )
