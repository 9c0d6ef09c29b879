"""The map of Europe: where the practices found come from, and where they travel."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_countries import countries

from efus.pagination import page_of
from practices.map.circles import circles_of, lines_between
from practices.map.places import FoundPlaces
from practices.map.projection import SIZE
from practices.search.filters import Search

CITIES_ON_PAGE = 50
JOURNEYS_BESIDE_MAP = 10
NAMED_OUTSIDE = 20


def _found(request):
    search = Search.from_query(request.GET, get_language())
    return search, FoundPlaces(search)


def _journeys(found):
    rows = found.adoptions().with_practices(get_language()).newest_first()
    return rows.defer("what_changed", "outcome")


@require_safe
def show(request):
    """The map, and the list of its cities, which says the same in words."""
    search, found = _found(request)
    page = page_of(request, found.with_practices, CITIES_ON_PAGE)
    circles = circles_of(found.on_map)
    return render(
        request,
        "map/map.html",
        {
            "search": search,
            "chosen": search.chosen_values(),
            "query": search.query_string(),
            "size": SIZE,
            "circles": circles,
            "lines": lines_between(circles, found.journeys),
            "practice_count": sum(place.number for place in found.with_practices),
            "not_on_map": found.not_on_map[:NAMED_OUTSIDE],
            "more_not_on_map": len(found.not_on_map[NAMED_OUTSIDE:]),
            "page": page,
            "rows": [(place, search.query_string(city=place.city.slug)) for place in page],
            "journeys": _journeys(found)[:JOURNEYS_BESIDE_MAP],
            "journey_count": found.adoptions().count(),
        },
    )


@require_safe
def data(request):
    """What ``static/map.js`` draws: the cities on the map, and the journeys between them."""
    _search, found = _found(request)
    position = {place.city.pk: index for index, place in enumerate(found.on_map)}
    names = dict(countries)
    return JsonResponse(
        {
            "cities": [
                [
                    place.city.slug,
                    place.city.shown_name,
                    names.get(place.city.country, place.city.country),
                    *place.point,
                    place.number,
                ]
                for place in found.on_map
            ],
            "journeys": [
                [position[start], position[end], number]
                for start, end, number in found.journeys
                if start in position and end in position
            ],
        },
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )


@require_safe
def cities(request):
    """The cities of a circle that was chosen on the map, as a part of its page."""
    search, found = _found(request)
    rows = [
        (city, number, practices, search.query_string(city=city.slug))
        for city, number, practices in found.at(request.GET.getlist("at"))
    ]
    return render(request, "map/_cities.html", {"rows": rows})


@require_safe
def journeys(request):
    """All the journeys of the practices found."""
    search, found = _found(request)
    return render(
        request,
        "map/journeys.html",
        {
            "search": search,
            "chosen": search.chosen_values(),
            "query": search.query_string(),
            "page": page_of(request, _journeys(found)),
        },
    )
