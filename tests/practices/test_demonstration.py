"""The demonstration is rich enough to show the platform, and plainly a demonstration."""

import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cities.models import City
from efus.accounts.models import User
from practices.demonstration.accounts import ACCOUNTS
from practices.models import (
    TEXT_FIELDS,
    Adoption,
    Letter,
    Organisation,
    Partnership,
    Practice,
    PracticeEvent,
    PracticeVersion,
    Theme,
)
from practices.versions import content_of


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demonstration, loaded once for all stories of this file and removed afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demonstration", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(loaded, django_db_blocker):
    with django_db_blocker.unblock():
        yield Practice.objects.published()


def test_it_is_broad_enough(demonstration):
    practices = demonstration
    assert practices.count() >= 40
    assert len(set(practices.values_list("city__country", flat=True))) >= 10
    assert len(set(practices.values_list("original_language", flat=True))) >= 4
    translated = [row for row in practices if len(row.languages_of("title")) >= 4]
    assert len(translated) >= 12


def test_every_theme_has_a_practice(demonstration):
    used = set(demonstration.values_list("themes__slug", flat=True))
    parents = set(demonstration.values_list("themes__parent__slug", flat=True))
    assert set(Theme.objects.values_list("slug", flat=True)) == (used | parents) - {None}


def test_it_says_everywhere_that_it_is_a_demonstration(demonstration):
    for model in (Practice, Organisation, Partnership, Adoption):
        assert model.objects.exists()
        assert not model.objects.filter(is_demonstration=False).exists()


def test_texts_are_whole_in_every_language_they_are_given_in(demonstration):
    for practice in demonstration:
        for language in practice.languages_of("title"):
            for field in TEXT_FIELDS:
                text = getattr(practice, f"{field}_{language}")
                assert text, f"{practice}: {field}_{language}"
            assert len(getattr(practice, f"title_{language}")) <= 100
            assert len(getattr(practice, f"summary_{language}")) <= 300


def test_partnerships_join_police_social_services_and_civil_society(demonstration):
    joined = Counter()
    for partnership in Partnership.objects.prefetch_related("organisations"):
        kinds = {organisation.kind for organisation in partnership.organisations.all()}
        police = kinds & {"local_police", "national_police"}
        joined[bool(police) and {"social_services", "civil_society"} <= kinds] += 1
    assert joined[True] >= 20


def test_cities_have_taken_up_practices_and_written_about_it(demonstration):
    adoptions = Adoption.objects.prefetch_related("letters")
    assert 3 <= len(adoptions.public()) <= 5
    assert len({adoption.state for adoption in adoptions}) == 4
    written = [text for row in adoptions for text in (row.what_changed, row.outcome) if text]
    written += Letter.objects.values_list("text", flat=True)
    assert all(re.match(r"D[ée]monstrati|Lettre de démonstration", text) for text in written)
    assert Letter.objects.count() >= 4
    assert len(set(Letter.objects.values_list("from_city", flat=True))) == 2


def test_all_of_the_list_of_members_is_there(demonstration):
    assert City.objects.members().count() == 125


def test_loading_again_changes_nothing(demonstration):
    def everything():
        return [
            sorted(model.objects.values_list("pk", flat=True))
            for model in (
                City,
                Practice,
                Partnership,
                Organisation,
                User,
                Theme,
                PracticeEvent,
                PracticeVersion,
                Adoption,
                Letter,
            )
        ]

    before = everything()
    call_command("load_demonstration", verbosity=0)
    assert everything() == before
    assert User.objects.count() == len(ACCOUNTS)


def test_it_is_not_loaded_in_production(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="only loaded where"):
        call_command("load_demonstration")


def test_its_translations_are_reviewed_and_up_to_date(demonstration):
    for practice in Practice.objects.prefetch_related("translations"):
        translations = practice.translations.all()
        written = set(practice.languages_of("title")) - {practice.original_language}
        assert {translation.language for translation in translations} == written
        for translation in translations:
            assert translation.state == "reviewed"
            assert not translation.is_outdated(practice)


def test_each_has_a_history_that_led_to_where_it_stands(demonstration):
    for practice in Practice.objects.select_related("city"):
        events = list(practice.events.order_by("pk"))
        kinds = ["saved", "submit", "publish"]
        if practice.state == "submitted":
            kinds.remove("publish")
        assert [event.kind for event in events] == kinds
        assert [event.at for event in events] == sorted({event.at for event in events})
        assert events[-1].to_state == practice.state
        assert events[-1].at <= timezone.now()
        assert events[-1].at == practice.updated_at
        version = practice.versions.get()
        assert version.content == content_of(practice)
        assert (version.number, version.saved_at) == (1, events[0].at)
        if practice.published_at:
            assert events[-1].at == practice.published_at
        people = {event.person.email for event in events if event.person}
        of_its_city = {user.email for user in User.objects.filter(seats__city=practice.city)}
        assert people <= of_its_city
        assert bool(people) == bool(of_its_city)


def test_what_waits_in_the_queue_has_been_submitted_by_its_editor(demonstration):
    practice = Practice.objects.get(state="submitted")
    event = practice.events.get(kind="submit")
    assert event.person.email == "editor.den-haag@demonstration.example"
    (waiting,) = Practice.objects.submitted_to(User.objects.get(staff_role="administrator"))
    assert waiting.submitted_at == event.at
