"""What a search found, by city; and the journeys of it from city to city."""

from dataclasses import dataclass
from heapq import nlargest

from django.db.models import Count
from django.utils.functional import cached_property

from cities.models import City
from efus.spelling import fold
from practices.map.projection import is_on_map, project
from practices.models import Adoption, Practice

MOST_CITIES = 10_000
MOST_LINES = 500
CITIES_AT_ONCE = 20  # whose practices are told together
TITLES_OF_A_CITY = 3


@dataclass(frozen=True)
class Place:
    """A city, how many practices were found of it, and where it is on the map, if it is."""

    city: City
    number: int
    point: tuple | None


class FoundPlaces:
    """The cities of a search's results, and those that took up one of them."""

    def __init__(self, search):
        self.search = search

    @cached_property
    def _numbers(self):
        counts = self.search.city_counts()
        return dict(nlargest(MOST_CITIES, counts.items(), key=lambda item: (item[1], -item[0])))

    @cached_property
    def journeys(self):
        """(city of origin, adopting city, how many) of the most travelled, by key."""
        return list(
            self.adoptions()
            .order_by()
            .values("practice__city", "city")
            .annotate(number=Count("pk"))
            .order_by("-number", "practice__city", "city")
            .values_list("practice__city", "city", "number")[:MOST_LINES]
        )

    def adoptions(self):
        """Public adoptions of the practices found."""
        return Adoption.objects.public().filter(practice__in=self._taken_up)

    @cached_property
    def _taken_up(self):
        return self.search.taken_up()

    @cached_property
    def _places(self):
        ends = {city for start, end, _number in self.journeys for city in (start, end)}
        cities = City.objects.filter(pk__in={*self._numbers, *ends}).only(
            "slug", "name", "official_name", "country", "latitude", "longitude"
        )
        places = []
        for city in cities:
            point = None if city.latitude is None else project(city.latitude, city.longitude)
            number = self._numbers.get(city.pk, 0)
            places.append(Place(city, number, point if is_on_map(point) else None))
        return sorted(places, key=lambda place: (-place.number, fold(place.city.shown_name)))

    @cached_property
    def with_practices(self):
        """The cities of which something was found, those with the most first."""
        return [place for place in self._places if place.number]

    @cached_property
    def on_map(self):
        """Those that are on the map, with those that only took something up."""
        return [place for place in self._places if place.point]

    @cached_property
    def not_on_map(self):
        return [place for place in self.with_practices if not place.point]

    def at(self, slugs):
        """(city, number found, its newest practices) of the first of *slugs*."""
        cities = list(City.objects.filter(slug__in=slugs[:CITIES_AT_ONCE]))
        newest = {}
        for practice in self._newest_of(cities):
            newest.setdefault(practice.city_id, []).append(practice)
        rows = [(city, self._numbers.get(city.pk, 0), newest.get(city.pk, [])) for city in cities]
        return sorted(rows, key=lambda row: (-row[1], fold(row[0].shown_name)))

    def _newest_of(self, cities):
        keys = self.search.newest_of([city.slug for city in cities], TITLES_OF_A_CITY)
        # The sets may still have what was withdrawn a moment ago.
        rows = Practice.objects.published().as_links(self.search.language)
        return rows.filter(pk__in=keys).newest_first()
