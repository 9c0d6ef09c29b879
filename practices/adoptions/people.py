"""Whom an adoption concerns, and how they are named to each other."""

from django.utils.translation import gettext as _

from cities.models import City, Seat
from efus.accounts.models import User


def city_of(user, adoption):
    """The city for which *user* writes in *adoption*; the adopting one where it is both."""
    held = City.objects.members().with_seat_of(user)
    held = set(held.filter(pk__in=[city.pk for city in adoption.cities]))
    return next((city for city in (adoption.city, adoption.practice.city) if city in held), None)


def people_of(cities, *roles):
    """Those with a seat today in one of *cities* that is a member; in one of *roles*, if any."""
    members = City.objects.members().filter(pk__in=[city.pk for city in cities])
    seats = Seat.objects.current().filter(city__in=members)
    if roles:
        seats = seats.filter(role__in=roles)
    return User.objects.filter(is_active=True, pk__in=seats.values("user"))


def name_for_others(person, city):
    """*person* as the other city sees them: never by their e-mail address."""
    if person and person.name:
        return person.name
    return _("Somebody of %(city)s") % {"city": city.shown_name}
