"""Words that nothing is found by are put right."""

import pytest
from django.db import connection, transaction

from practices.models import Practice
from practices.search.models import VocabularyChange, VocabularyWord
from practices.search.suggestions import did_you_mean
from practices.search.tasks import apply_vocabulary_changes
from practices.search.vocabulary import rebuild_vocabulary
from practices.translations.models import Translation
from tests.domain import a_city, a_practice, a_theme, a_translation

pytestmark = pytest.mark.django_db


def vocabulary():
    """All that is counted, and whether counting everything anew comes to the same."""
    apply_vocabulary_changes()
    assert not VocabularyChange.objects.exists()
    columns = ["language", "word", "folded", "stem", "texts", "originals", "names"]
    rows = set(VocabularyWord.objects.values_list(*columns))
    rebuild_vocabulary()
    assert set(VocabularyWord.objects.values_list(*columns)) == rows
    return {(row[0], row[1]): row[4:] for row in rows}


@pytest.fixture
def network():
    city = a_city("Antwerpen", "BE", name_fr="Anvers")
    a_theme("drugs", "Drugs and addictions", name_fr="Drogues et addictions")
    a_practice(city, "fr", title_fr="Médiation et prévention", summary_fr="La drogue, au quartier")
    a_practice(city, "nl", title_nl="Buurtbemiddeling in de wijken")
    a_practice(city, "en", title_en="Violence at school", published_days_ago=None)
    apply_vocabulary_changes()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("drouge", "drogue"),
        ("Mediatoin", "médiation"),
        ("preventon", "prévention"),
        ("buurtbemideling", "buurtbemiddeling"),
        ("Antwerpn", "antwerpen"),
        ("addicions", "addictions"),
        ("Belguim", "belgium"),
        ("mediaton drouge", "médiation drogue"),
        ('"mediaton et" -drouge, drouge!', '"médiation et" -drouge, drogue!'),
    ],
)
def test_a_slip_is_put_right_and_all_else_stays(network, typed, meant):
    assert did_you_mean(typed, "fr") == meant


@pytest.mark.parametrize(
    "typed",
    [
        "drogue médiations",
        "DROGUES",
        "wijk",
        "anvers",
        "belgique",
        "et de la",
        "xqzzvkw",
        "violense",  # only a draft has the right word
    ],
)
def test_what_is_found_or_like_nothing_stays(network, typed):
    assert did_you_mean(typed, "fr") is None


def test_a_translation_counts_for_those_who_read_it():
    practice = a_practice(a_city(), "nl", title_nl="Wijk")
    a_translation(practice, "fr", title="Quartier")
    apply_vocabulary_changes()
    assert did_you_mean("quartierr", "fr") == "quartier"
    assert did_you_mean("quartierr", "en") is None
    assert did_you_mean("quartier", "fr") is None


def test_the_readers_language_and_frequent_words_come_first():
    city = a_city()
    a_practice(city, "es", title_es="Barrio")
    a_practice(city, "pt", title_pt="Bairro")
    for _number in range(3):
        a_practice(city, "en", title_en="Trust")
    a_practice(city, "en", title_en="Truss")
    apply_vocabulary_changes()
    assert did_you_mean("barro", "es") == "barrio"
    assert did_you_mean("barro", "pt") == "bairro"
    assert did_you_mean("trusd", "en") == "trust"


def test_the_vocabulary_follows_every_change():
    city = a_city("Genk", "BE")
    practice = a_practice(city, "nl", title_nl="Wijk en plein", published_days_ago=None)
    assert ("nl", "wijk") not in vocabulary()
    assert vocabulary()["", "genk"] == (0, 0, 1)

    Practice.objects.filter(pk=practice.pk).update(
        state="published", published_at="2026-01-01T00:00Z"
    )
    assert vocabulary()["nl", "wijk"] == (1, 1, 0)
    a_translation(practice, "fr", title="Quartier", how_it_works="Voir [ici](https://x.example)")
    words = vocabulary()
    assert words["fr", "quartier"] == (1, 0, 0)
    assert not [word for _language, word in words if "example" in word]

    practice.refresh_from_db()
    practice.title_nl = "Straat en plein"
    practice.save()
    words = vocabulary()
    assert ("nl", "wijk") not in words
    assert words["nl", "straat"] == words["nl", "plein"] == (1, 1, 0)

    # Without its title a practice is not found in a language, whatever else it has there.
    Practice.objects.filter(pk=practice.pk).update(title_fr="")
    assert ("fr", "voir") not in vocabulary()
    a_practice(city, "nl", title_nl="Straat")
    assert vocabulary()["nl", "straat"] == (2, 2, 0)
    practice.delete()
    assert vocabulary()["nl", "straat"] == (1, 1, 0)
    city.official_name = "Gent"
    city.save()
    words = vocabulary()
    assert ("", "genk") not in words
    assert ("", "gent") in words


def test_a_city_that_writes_in_another_language_after_all():
    practice = a_practice(a_city(), "nl", title_nl="Wijk", title_fr="Quartier")
    with transaction.atomic():
        practice.translations.all().delete()
        practice.original_language = "fr"
        practice.save()
        Translation.objects.record_missing(practice)
    words = vocabulary()
    assert words["nl", "wijk"] == (1, 0, 0)
    assert words["fr", "quartier"] == (1, 1, 0)


def test_words_that_no_trigger_noted_are_counted_anew():
    a_practice(a_city("Genk", "BE"), "nl", title_nl="Wijk")
    VocabularyChange.objects.all().delete()
    rebuild_vocabulary()
    assert VocabularyWord.objects.get(language="nl", word="wijk").texts == 1
    a_practice(a_city("Gent", "BE"), "nl", title_nl="Wijk")
    assert vocabulary()["nl", "wijk"] == (2, 2, 0)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "\x00",
        "🚓 🚨",
        '"',
        "- - -",
        "'; DROP TABLE search_vocabularyword; --",
        "%s %(x)s {}",
        "a" * 10_000,
        "zzqq " * 2_000,
        '"' * 10_000,
    ],
)
def test_what_makes_no_sense_is_not_put_right(network, typed):
    assert did_you_mean(typed, "en") is None


def test_as_many_queries_however_much_is_typed(network, django_assert_num_queries):
    for typed in ("drouge", " ".join(f"drouge{letter}{letter}q" for letter in "abcdefgh")):
        with django_assert_num_queries(2):
            did_you_mean(typed, "fr")
    with django_assert_num_queries(1):
        did_you_mean("drogue", "fr")


def test_notes_of_several_processes_are_applied_once():
    a_practice(a_city(), "nl", title_nl="Wijk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT apply_search_vocabulary(), apply_search_vocabulary()")
        assert [bool(number) for number in cursor.fetchone()] == [True, False]
    assert vocabulary()["nl", "wijk"] == (1, 1, 0)
