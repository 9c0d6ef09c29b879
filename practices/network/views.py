"""A city's network, read by everybody."""

from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cities.models import City
from efus.errors import NotFound
from efus.pagination import page_of
from practices.network.connections import (
    adopters_of,
    adoptions_of,
    origins_of,
    partnerships_in_picture,
    partnerships_of,
)
from practices.network.likeness import WEIGHTS, cities_like
from practices.network.picture import draw


@require_safe
def network(request, slug):
    """Whom a city works with, as a picture and as tables, and which cities are like it."""
    city = City.objects.filter(slug=slug).first()
    if city is None:
        raise NotFound(_("There is no such city."))
    language = get_language()
    drawn = partnerships_in_picture(city, language)
    partnerships = page_of(request, partnerships_of(city).for_list(language))
    return render(
        request,
        "network/network.html",
        {
            "city": city,
            "partnerships": partnerships,
            "adoptions": page_of(request, adoptions_of(city, language), parameter="adoptions"),
            "picture": draw(city, drawn, origins_of(city), adopters_of(city)),
            "drawn": len(drawn),
            "alike": cities_like(city),
            "weights": {name: round(100 * weight) for name, weight in WEIGHTS.items()},
        },
    )
