"""Who may do what with a practice, what surrounds it and its adoptions, one line a rule.

Whether a step is open from the practice's present state is another question, answered
by the table in ``practices.publishing.transitions``.
"""

import rules

from cities.models import City
from cities.rules import (
    coordinates,
    coordinates_a_city,
    holds_a_seat,
    holds_seat,
    is_administrator,
    is_reviewer,
)
from practices.enums import PublicationState


@rules.predicate
def is_public(user, practice):
    return practice.state == PublicationState.PUBLISHED


@rules.predicate
def writes_for_its_city(user, practice):
    return holds_seat(user, practice.city)


@rules.predicate
def coordinates_its_city(user, practice):
    return coordinates(user, practice.city)


@rules.predicate
def works_in_another_member(user, practice):
    cities = City.objects.members().exclude(pk=practice.city_id)
    return user.is_authenticated and cities.with_seat_of(user).exists()


@rules.predicate
def works_for_city_of_origin(user, adoption):
    return holds_seat(user, adoption.practice.city)


@rules.predicate
def works_in_either_member(user, adoption):
    cities = City.objects.members().filter(pk__in=[city.pk for city in adoption.cities])
    return user.is_authenticated and cities.with_seat_of(user).exists()


is_staff = is_reviewer | is_administrator
edits_unpublished = writes_for_its_city & ~is_public

rules.add_perm("practices.read_practice", is_public | writes_for_its_city | is_staff)
rules.add_perm(
    "practices.edit_practice", edits_unpublished | coordinates_its_city | is_administrator
)
rules.add_perm("practices.follow_practice", is_staff | writes_for_its_city)
# A translation is no change of the original: editors may write it for what is published, too.
rules.add_perm("practices.translate_practice", writes_for_its_city | is_administrator)
rules.add_perm(
    "practices.offer_correction", is_public & (holds_a_seat | is_staff) & ~writes_for_its_city
)
rules.add_perm("translations.edit_glossary", is_staff)
rules.add_perm("translations.read_glossary", holds_a_seat | is_staff)
rules.add_perm("practices.submit_practice", writes_for_its_city | is_administrator)
rules.add_perm("practices.send_back_practice", coordinates_its_city | is_staff)
rules.add_perm("practices.publish_practice", coordinates_its_city | is_administrator)
rules.add_perm("practices.unpublish_practice", coordinates_its_city | is_staff)
rules.add_perm("practices.archive_practice", coordinates_its_city | is_administrator)
rules.add_perm("practices.review_practices", is_staff | coordinates_a_city)
rules.add_perm("practices.edit_organisation", writes_for_its_city | is_administrator)
rules.add_perm("practices.edit_partnership", writes_for_its_city | is_administrator)
rules.add_perm("practices.edit_adoption", writes_for_its_city | is_administrator)
rules.add_perm(
    "practices.read_adoption",
    writes_for_its_city | works_for_city_of_origin | is_administrator,
)
# Tested as rules: Django grants administrators every permission, and these are not theirs.
rules.add_rule("practices.take_up_practice", is_public & works_in_another_member)
rules.add_rule("practices.correspond", works_in_either_member)
