"""What a city is connected to, as far as everybody may read it."""

from django.db.models import Count, Prefetch, Q

from cities.models import City
from practices.models import Adoption, Partner

IN_PICTURE = 12  # partnerships; and cities in each direction
ORGANISATIONS_IN_PICTURE = 60


def partnerships_of(city):
    """The public partnerships of *city*, the oldest first."""
    return city.partnerships.public().order_by("pk")


def partnerships_in_picture(city, language):
    """The first of them, each with its name in *language* and its partners."""
    partners = Partner.objects.select_related("organisation")
    rows = partnerships_of(city).showing(language, "name")
    return list(rows.prefetch_related(Prefetch("partners", partners))[:IN_PICTURE])


def adoptions_of(city, language):
    """The public adoptions that join *city* with others, in both directions, newest first."""
    rows = Adoption.objects.public().filter(Q(city=city) | Q(practice__city=city))
    return rows.with_practices(language).newest_first()


def origins_of(city):
    """Cities whose practices *city* has taken up, most of them first."""
    return _by_number(Q(practices__adoptions__in=Adoption.objects.public().filter(city=city)))


def adopters_of(city):
    """Cities that have taken up practices of *city*, most of them first."""
    return _by_number(Q(adoptions__in=Adoption.objects.public().filter(practice__city=city)))


def _by_number(condition):
    rows = City.objects.filter(condition).annotate(number=Count("pk"))
    return list(rows.order_by("-number", "official_name", "pk")[:IN_PICTURE])
