"""The members."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cities.models import City
from efus.pagination import page_of
from efus.spelling import fold


@require_safe
def members(request):
    """The members by country, each with the number of its published practices."""
    by_country = {}
    for member in City.objects.members().with_practice_counts():
        by_country.setdefault(member.country_name, []).append(member)
    return render(
        request,
        "cities/members.html",
        {
            "member_count": sum(map(len, by_country.values())),
            "by_country": [
                (country, sorted(by_country[country], key=lambda row: fold(row.shown_name)))
                for country in sorted(by_country, key=fold)
            ],
        },
    )


@require_safe
def city(request, slug):
    """One member: what it shares and whom it works with."""
    found = get_object_or_404(City, slug=slug)
    language = get_language()
    practices = found.practices.published().newest_first().as_cards(language)
    return render(
        request,
        "cities/city.html",
        {
            "city": found,
            "membership": found.current_membership,
            "page": page_of(request, practices),
            "partnerships": found.partnerships.order_by("pk").prefetch_related(
                "partners__organisation"
            ),
            "adoptions": found.adoptions.public().with_practices(language).newest_first(),
        },
    )
