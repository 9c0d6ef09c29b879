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
def holds_a_seat(user):
    return user.is_authenticated and user.seats.current().exists()


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


@rules.predicate
def holds_it(user, seat):
    return user.is_authenticated and seat.user_id == user.pk


@rules.predicate
def coordinates_its_city(user, seat):
    return coordinates(user, seat.city)


rules.add_perm("cities.invite_people", coordinates | is_administrator)
rules.add_perm("cities.keep_addresses", is_administrator)
rules.add_perm("cities.end_seat", holds_it | coordinates_its_city | is_administrator)
