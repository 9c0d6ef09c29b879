"""Counts come from sets that workers keep; they say what the database says."""

import itertools
import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from practices.models import Organisation, Practice, Theme
from practices.search import indexing, sets, text
from practices.search.models import PracticeToIndex, SearchIndex, WordSet
from tests.domain import a_city, a_partnership, a_practice, a_theme, a_translation

pytestmark = pytest.mark.django_db

numbers = itertools.count()


@pytest.fixture
def network():
    """Practices of three cities, with themes on two levels and partners."""
    nightlife = a_theme("nightlife")
    themes = [nightlife, a_theme("bars", parent=nightlife), a_theme("returnees")]
    cities = [a_city("Lille", "FR", population=230_000), a_city("Lyon", "FR"), a_city("Genk")]
    for row in range(12):
        city = cities[row % 3]
        practice = a_practice(
            city,
            "nl" if city.country == "BE" else "fr",
            themes=[themes[row % 3]],
            published_days_ago=40 - row,
        )
        if row % 4 == 0:
            a_partnership(city, practice)


def by_practice(found):
    """The sets as keys of practices, whatever their numbers."""
    numbers = list(found.published)
    keys = dict(zip(numbers, sets.practice_ids(found, numbers), strict=True))
    return {
        (facet, value): {keys[number] for number in practices}
        for facet, values in found.facets.items()
        for value, practices in values.items()
        if practices and (facet, value) != sets.CHANGED
    }


def kept_as_in_the_database():
    kept = sets.current()
    assert kept.version, "the sets are those that a worker has kept"
    return by_practice(kept) == by_practice(sets.made_now())


def test_before_a_worker_has_built_them_sql_makes_them(network):
    assert sets.current().version == 0
    assert len(sets.current().published) == 12


def test_built_once_they_say_what_the_database_says(network, capsys):
    call_command("build_search_index")
    assert "12 practices" in capsys.readouterr().out
    assert kept_as_in_the_database()


def publish_later(practices, chosen):
    a_practice(a_city(f"Town {next(numbers)}", "ES"), "es", published_days_ago=1)


def publish_between(practices, chosen):
    a_practice(a_city(f"Town {next(numbers)}", "PT"), "pt", published_days_ago=25)


def withdraw(practices, chosen):
    practices.filter(pk=chosen.pk).update(state="unpublished")


def publish_again(practices, chosen):
    Practice.objects.filter(state="unpublished").update(state="published")


def delete(practices, chosen):
    chosen.delete()


def change_themes(practices, chosen):
    chosen.themes.set(Theme.objects.exclude(practices=chosen)[:1])


def translate(practices, chosen):
    a_translation(chosen, "sv")


def change_evidence(practices, chosen):
    practices.filter(pk=chosen.pk).update(evidence="evaluated", cost_band="low")


def move_theme(practices, chosen):
    Theme.objects.filter(slug="bars").update(parent=Theme.objects.get(slug="returnees"))


def rename_theme(practices, chosen):
    Theme.objects.filter(slug="returnees").update(slug="coming-back")


def grow_city(practices, chosen):
    chosen.city.population = 600_000
    chosen.city.save()


def change_kind_of_partner(practices, chosen):
    Organisation.objects.update(kind="health")


def join_partners(practices, chosen):
    a_partnership(chosen.city, chosen, kinds=("school", "media"))


CHANGES = [
    publish_later,
    publish_between,
    withdraw,
    publish_again,
    delete,
    change_themes,
    translate,
    change_evidence,
    grow_city,
    change_kind_of_partner,
    join_partners,
]


@pytest.mark.parametrize("change", [*CHANGES, move_theme, rename_theme])
def test_each_change_reaches_the_sets(network, change):
    Practice.objects.filter(pk=Practice.objects.last().pk).update(state="unpublished")
    indexing.build()
    assert not PracticeToIndex.objects.exists()
    practices = Practice.objects.published()
    change(practices, practices.first())
    assert PracticeToIndex.objects.exists()
    assert indexing.update()
    assert kept_as_in_the_database()
    assert indexing.update() == 0


def test_any_order_of_changes_leads_to_the_same(network):
    indexing.build()
    chance = random.Random(4)  # noqa: S311
    for _step in range(40):
        practices = Practice.objects.published()
        chance.choice(CHANGES)(practices, chance.choice(list(practices)))
        if chance.random() < 0.5:
            indexing.update()
            assert kept_as_in_the_database()
    indexing.update()
    assert kept_as_in_the_database()


def test_a_change_costs_a_process_only_the_sets_that_changed(network, django_assert_num_queries):
    indexing.build()
    before = sets.current()
    Practice.objects.filter(pk=Practice.objects.first().pk).update(status="finished")
    indexing.update()
    with django_assert_num_queries(1):
        after = sets.current()
    assert after.version > before.version
    assert after.with_value("country", "FR") is before.with_value("country", "FR")
    assert after.with_value("status", "finished") != before.with_value("status", "finished")


def test_a_withdrawn_practice_is_not_shown_even_before_the_sets_know(client, network):
    indexing.build()
    practice = Practice.objects.published().newest_first().first()
    setattr(practice, f"title_{practice.original_language}", "Withdrawn a moment ago")
    practice.save()
    indexing.update()
    assert "Withdrawn a moment ago" in client.get("/en/practices/").content.decode()
    Practice.objects.filter(pk=practice.pk).update(state="unpublished")
    assert "Withdrawn a moment ago" not in client.get("/en/practices/").content.decode()


def test_words_of_a_draft_find_nothing_even_before_the_sets_know(client, network):
    indexing.build()
    practice = Practice.objects.published().newest_first().first()
    title = f"title_{practice.original_language}"
    Practice.objects.filter(pk=practice.pk).update(state="unpublished", **{title: "Xylophone"})
    page = client.get("/en/practices/?q=xylophone").content.decode()
    assert "<strong>0</strong> practices found" in page


def test_without_a_worker_for_long_sql_makes_them(network):
    indexing.build()
    withdraw(Practice.objects.published(), Practice.objects.published().first())
    assert len(sets.current().published) == 12
    PracticeToIndex.objects.update(at=timezone.now() - timedelta(minutes=3))
    assert len(sets.current().published) == 11


QUERIES = [
    "mediation",
    "night mediation",
    '"night mediation"',
    "mediation -night",
    "night or school",
    "-night",
    "prison",
    "nuit",
    '"mediation at night" school',
    "the",
    "",
    "''' \\ :* & | ! <-> (",
]


@pytest.fixture
def texts():
    """Practices whose texts share words, in three languages."""
    city = a_city()
    chance = random.Random(7)  # noqa: S311
    words = ["mediation", "night", "school", "prison", "street", "families"]
    for _row in range(30):
        title = " ".join(chance.choices(words, k=3))
        text_ = " ".join(chance.choices(words, k=8))
        a_practice(city, "en", title_en=title, how_it_works_en=text_)
    a_practice(city, "fr", title_fr="Médiation de nuit", title_en="Mediation at night")
    a_practice(city, "nl", title_nl="Mediation night")


def found(words, language="en"):
    known = sets.current()
    result = text.find(words, language, known)
    return set(sets.practice_ids(known, list(result.practices)))


def find_all():
    return {
        (words, language): found(words, language) for words in QUERIES for language in ("en", "fr")
    }


def test_words_are_found_alike_in_sets_and_in_the_texts(texts, monkeypatch):
    in_texts = find_all()
    assert len(in_texts["mediation", "en"]) > 5
    monkeypatch.setattr(indexing, "COMMON_WORD", 3)
    indexing.build()
    assert WordSet.objects.filter(language="en", word="mediat").exists()
    assert not WordSet.objects.filter(language="fr").exists(), "rare in French"
    assert find_all() == in_texts


def test_changed_texts_are_found_by_what_they_say_now(texts, monkeypatch):
    monkeypatch.setattr(indexing, "COMMON_WORD", 3)
    indexing.build()
    practice = Practice.objects.filter(title_en__contains="night").first()
    Practice.objects.filter(pk=practice.pk).update(
        title_en="Theatre", how_it_works_en="On stage in prison"
    )
    a_practice(practice.city, "en", title_en="Mediation at school", published_days_ago=0)
    indexing.update()
    with_sets = find_all()
    assert practice.pk not in with_sets["night mediation", "en"]
    assert practice.pk in with_sets["prison", "en"]
    SearchIndex.objects.all().delete()
    assert find_all() == with_sets


def test_sets_of_words_are_made_anew_when_many_texts_have_changed(texts, monkeypatch):
    monkeypatch.setattr(indexing, "COMMON_WORD", 3)
    monkeypatch.setattr(indexing, "MOST_CHANGED", 2)
    indexing.build()
    before = SearchIndex.objects.get().words
    practices = Practice.objects.filter(title_en__contains="night")[:3]
    Practice.objects.filter(pk__in=[practice.pk for practice in practices]).update(
        title_en="Theatre"
    )
    indexing.update()
    assert SearchIndex.objects.get().words != before
    assert not sets.current().changed
    assert kept_as_in_the_database()


def test_only_one_process_keeps_them_at_a_time(network):
    other = connection.Database.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [indexing.LOCK])
        assert not indexing.build()
        assert indexing.update() == 0
    finally:
        other.rollback()  # waits until the lock is given back
        other.close()
    assert indexing.update() == 12
    assert kept_as_in_the_database()
