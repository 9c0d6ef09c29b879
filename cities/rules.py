"""Who may do what in a city, one line a rule."""

import rules

from cities.enums import SeatRole
from efus.accounts.enums import StaffRole


@rules.predicate
def is_administrator(user):
    return user.is_authenticated and user.staff_role == StaffRole.ADMINISTRATOR


@rules.predicate
def is_reviewer(user):
    return user.is_authenticated and user.staff_role == StaffRole.REVIEWER


@rules.predicate
def holds_seat(user, city):
    return user.is_authenticated and user.seats.current().filter(city=city).exists()


@rules.predicate
def coordinates(user, city):
    return (
        user.is_authenticated
        and user.seats.current().filter(city=city, role=SeatRole.COORDINATOR).exists()
    )


@rules.predicate
def coordinates_a_city(user):
    return (
        user.is_authenticated and user.seats.current().filter(role=SeatRole.COORDINATOR).exists()
    )
