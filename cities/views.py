"""The members."""

from itertools import groupby

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django_countries import countries

from cities.models import City
from efus.pagination import page_of


def members(request):
    """The members by country, each with the number of its published practices."""
    cities = (
        City.objects.members()
        .annotate(practice_count=Count("practices", filter=Q(practices__state="published")))
        .order_by("country", "official_name")
    )
    page = page_of(request, cities, per_page=200)
    by_country = [
        (countries.name(country), sorted(rows, key=lambda city: city.shown_name.casefold()))
        for country, rows in groupby(page.object_list, key=lambda city: city.country)
    ]
    return render(
        request,
        "cities/members.html",
        {"page": page, "by_country": sorted(by_country, key=lambda pair: pair[0])},
    )


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
        },
    )
