"""What must always hold, tried at the database itself, past every form."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from cities.models import Membership
from practices.models import Partner, Partnership, Practice, Theme
from tests.domain import a_city, a_partnership, a_person, a_practice, a_theme

pytestmark = pytest.mark.django_db


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_city_has_one_current_membership():
    city = a_city(member=False)
    Membership.objects.create(
        city=city, state="active", starts_on=date(2019, 1, 1), ends_on=date(2029, 1, 1)
    )
    with refused_by("membership_one_current"), transaction.atomic():
        Membership.objects.create(city=city, state="applied", starts_on=date(2030, 1, 1))


def test_memberships_of_a_city_never_overlap():
    city = a_city(member=False)
    Membership.objects.create(
        city=city, state="ended", starts_on=date(2015, 1, 1), ends_on=date(2018, 1, 1)
    )
    with refused_by("membership_no_overlap"), transaction.atomic():
        Membership.objects.create(city=city, state="active", starts_on=date(2017, 12, 31))
    Membership.objects.create(city=city, state="active", starts_on=date(2018, 1, 1))
    assert city.memberships.count() == 2


def test_a_membership_ends_after_it_starts():
    with refused_by("membership_period_valid"), transaction.atomic():
        Membership.objects.create(
            city=a_city(member=False),
            state="ended",
            starts_on=date(2019, 1, 1),
            ends_on=date(2019, 1, 1),
        )


def test_a_published_practice_has_a_title_in_its_original_language():
    practice = a_practice(a_city(), "nl", title_fr="Une pratique")
    with refused_by("practice_published_has_title"), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(title_nl="")
    with refused_by("practice_published_has_title"), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(title_nl=None)
    draft = a_practice(a_city("Leuven"), "nl", published_days_ago=None)
    Practice.objects.filter(pk=draft.pk).update(title_nl="")
    with refused_by("practice_published"), transaction.atomic():
        Practice.objects.filter(pk=draft.pk).update(state="published")


def test_a_practice_ends_after_it_starts():
    with refused_by("practice_period_valid"), transaction.atomic():
        a_practice(a_city(), started_on=date(2022, 1, 1), ended_on=date(2021, 1, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "secret"), ("status", "lost"), ("evidence", "proven"), ("cost_band", "free")],
)
def test_a_practice_only_takes_known_values(field, value):
    practice = a_practice(a_city())
    with refused_by(f"practice_{field}_known"), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(**{field: value})


def test_slugs_of_cities_and_themes_are_unique():
    a_city("Mons", listed_as="Mons")
    with refused_by("slug"), transaction.atomic():
        a_city("Mons", listed_as="Mons (2)")
    a_theme("schools")
    with refused_by("slug"), transaction.atomic():
        a_theme("schools")


def test_themes_have_two_levels():
    radicalisation = a_theme("radicalisation")
    returnees = a_theme("returnees", parent=radicalisation)
    with refused_by("themes have two levels"), transaction.atomic():
        a_theme("families", parent=returnees)
    with refused_by("themes have two levels"), transaction.atomic():
        Theme.objects.filter(pk=radicalisation.pk).update(parent=a_theme("security"))
    with refused_by("themes have two levels"), transaction.atomic():
        Theme.objects.filter(pk=radicalisation.pk).update(parent=radicalisation)


def test_a_partnership_joins_two_organisations_at_least():
    partnership = a_partnership(a_city(), kinds=("local_police", "school"))
    check_deferred()
    with refused_by("two organisations"), transaction.atomic():
        Partner.objects.filter(partnership=partnership).first().delete()
        check_deferred()
    with refused_by("two organisations"), transaction.atomic():
        Partnership.objects.create(city=a_city("Leuven"), original_language="nl", name_nl="Alleen")
        check_deferred()
    partnership.delete()
    check_deferred()


def test_a_partnership_stays_in_its_city():
    genk, leuven = a_city("Genk"), a_city("Leuven")
    partnership = a_partnership(genk)
    elsewhere = a_partnership(leuven).organisations.first()
    with refused_by("its own city"), transaction.atomic():
        Partner.objects.create(partnership=partnership, organisation=elsewhere, role="hosts")
    with refused_by("its own city"), transaction.atomic():
        partnership.practices.add(a_practice(leuven))


def test_administrators_are_superusers_and_nobody_else():
    person = a_person()
    with refused_by("user_superuser_is_administrator"), transaction.atomic():
        type(person).objects.filter(pk=person.pk).update(is_superuser=True)
    with refused_by("user_superuser_is_administrator"), transaction.atomic():
        type(person).objects.filter(pk=person.pk).update(staff_role="administrator")


def test_an_address_has_one_account_whatever_its_case():
    a_person("Anna@city.example")
    with refused_by("user_email_unique"), transaction.atomic():
        a_person("anna@CITY.example")
