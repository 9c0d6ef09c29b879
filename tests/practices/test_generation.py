"""Practices are generated to measure with; the platform takes them for practices like others."""

import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import QueryDict

from cities.models import City
from practices.generation import measuring
from practices.generation.checking import broken_rules
from practices.generation.loading import WRITTEN, generate
from practices.models import (
    TEXT_FIELDS,
    Adoption,
    Organisation,
    Partnership,
    Practice,
)
from practices.models.original_language import LANGUAGE_CODES
from practices.search import sets
from practices.search.filters import Search
from practices.search.models import (
    KnownName,
    PassagesDue,
    SearchDocument,
    VocabularyWord,
)
from practices.translations.models import Translation
from tests.domain import a_city, a_practice, a_theme

# What the triggers keep on the tables that are written while they rest; loading.py writes it,
# or checking.py counts what breaks it.
# Those of news rest as well: what is generated is told to nobody.
KNOWN_TRIGGERS = {
    "adoption_elsewhere",
    "append_only",
    "append_only_kept",
    "note_practices_to_index_delete",
    "note_practices_to_index_insert",
    "note_practices_to_index_update",
    "note_passages_due",
    "note_words",
    "news_adopted",
    "news_member",
    "news_published",
    "partnership_one_city",
    "partnership_two_partners",
    "refresh_names",
    "refresh_search_documents",
    "translation_recorded",
}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """300 practices, generated once for the stories of this file and removed afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("generate_practices", "300", "--cities=40", "--seed=7", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def generated(loaded, db):
    return Practice.objects.published()


def written_for_searches():
    """What triggers and workers write for searches, as the database has it now."""
    documents = SearchDocument.objects.values_list("practice", "language", "is_original", "vector")
    names = KnownName.objects.values_list("kind", "value", "language", "written", "key", "words")
    words = VocabularyWord.objects.values_list("language", "word", "texts", "originals", "names")
    due = PassagesDue.objects.values_list("practice")
    return [set(rows) for rows in (documents, names, words, due)]


def all_rows():
    """Everything that is generated, but for the numbers that the database gives."""
    rows = {}
    for model in WRITTEN:
        numbered = [field.name for field in model._meta.concrete_fields if field.primary_key]
        columns = [f.column for f in model._meta.concrete_fields if f.name not in numbered]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table}")  # noqa: S608
            rows[model] = Counter(map(repr, cursor.fetchall()))
    return rows


def apply_vocabulary(cursor):
    """What a worker does with the words that triggers have noted; returns whether there were."""
    cursor.execute("SELECT apply_search_vocabulary()")
    return cursor.fetchone()[0]


def test_they_are_broad(generated):
    assert generated.count() == 300
    languages = Counter(generated.values_list("original_language", flat=True))
    assert set(languages) == set(LANGUAGE_CODES)
    assert languages.most_common(1)[0][1] < 150
    assert len(set(generated.values_list("city__country", flat=True))) >= 8
    assert len(set(generated.values_list("themes", flat=True))) >= 20
    translated = Counter(len(row.languages_of("title")) for row in generated)
    assert set(translated) == {1, 2, 3, 4}
    carried = generated.filter(partnerships__isnull=False).distinct().count()
    assert 100 < carried < 200
    assert 5 < Adoption.objects.count() < 40


def test_they_are_plainly_generated(generated):
    for model in (Practice, Organisation, Partnership, Adoption):
        assert not model.objects.filter(is_demonstration=False).exists()
    for name in City.objects.values_list("official_name", flat=True):
        assert re.fullmatch(r"Generated city \d+", name)


def test_words_are_as_common_and_as_rare_as_in_life(generated):
    found = Search.from_query(QueryDict("q=police&language=en"), "en").found
    english = SearchDocument.objects.filter(language="en").count()
    assert 0.2 < len(found) / english < 0.6
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE ndoc < 3), count(*) FROM ts_stat("
            "'SELECT vector FROM search_searchdocument WHERE language = ''fr''')"
        )
        rare, words = cursor.fetchone()
    assert words > 500
    assert rare / words > 0.2


def test_no_rule_is_broken_and_one_would_be_noticed(generated):
    assert {rule: rows for rule, rows in broken_rules() if rows} == {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM translations_translation WHERE language = 'fr'")
        cursor.execute("DELETE FROM practices_practice_themes")
        cursor.execute("DELETE FROM search_searchdocument WHERE language = 'sv'")
        cursor.execute("DELETE FROM practices_partner")
        cursor.execute("UPDATE practices_practice SET city_id = 987654")
        broken = {rule: rows for rule, rows in broken_rules() if rows}
        transaction.set_rollback(True)
    assert broken["published with a theme"] == 300
    assert {"translation_recorded", "partnership_two_partners"} < set(broken)
    assert {"partnership_one_city: practices"} < set(broken)
    assert "search document for each title, and for nothing else" in broken
    assert any(rule.startswith("practices_practice_city_id") for rule in broken)


def test_the_triggers_would_have_written_the_same(generated):
    before = written_for_searches()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE practices_practice SET state = 'unpublished'")
        cursor.execute("DELETE FROM search_searchdocument")
        cursor.execute("DELETE FROM search_passagesdue")
        cursor.execute("UPDATE practices_practice SET state = 'published'")
        cursor.execute("UPDATE cities_city SET slug = slug || '-again'")
        cursor.execute("UPDATE cities_city SET slug = replace(slug, '-again', '')")
        cursor.execute("UPDATE practices_partner SET role = role")
        cursor.execute("UPDATE practices_partnership_practices SET practice_id = practice_id")
        cursor.execute("UPDATE practices_adoption SET city_id = city_id")
        cursor.execute("UPDATE translations_translation SET state = state")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        while apply_vocabulary(cursor):
            pass
    assert written_for_searches() == before


def test_no_trigger_is_unknown_to_the_generator(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid = ANY (%s::regclass[])",
            [[model._meta.db_table for model in WRITTEN]],
        )
        triggers = {name for (name,) in cursor.fetchall()}
    assert triggers == KNOWN_TRIGGERS


def test_searches_count_them_with_sets_that_are_up_to_date(generated):
    kept, now = sets.current(), sets.made_now()
    assert kept.version
    assert kept.counts(["theme", "country"]) == now.counts(["theme", "country"])
    assert len(kept.published) == 300


def test_translations_are_made_from_the_original_as_it_is(generated):
    for translation in Translation.objects.select_related("practice")[:50]:
        assert set(translation.original_snapshot) == set(TEXT_FIELDS)
        assert not translation.is_outdated()


def test_further_practices_and_cities_can_be_written(generated):
    a_practice(a_city(), themes=[a_theme("nightlife-and-more")])
    assert generated.count() == 301


def test_pages_open(generated, client):
    practice = generated.first()
    city = practice.city
    for address in [
        "/en/",
        "/fr/practices/?q=police",
        practice.address_in("de"),
        city.get_absolute_url(),
        "/nl/partnerships/",
    ]:
        assert client.get(address, follow=True).status_code == 200, address


def test_what_is_measured_can_be_browsed(generated, monkeypatch):
    monkeypatch.setattr(measuring, "WARM_UP", 0)
    times = measuring.measure(requests=1, seconds=10)
    assert all(len(taken) == 1 for taken in times.values())
    assert "read in French, common word" in times
    assert any("Execution Time" in line for line in measuring.plans())


def generated_with(seed):
    """What a seed makes of an empty database, which is empty again afterwards."""
    with transaction.atomic():
        generate(50, cities=10, seed=seed, say=lambda text: None)
        rows = all_rows()
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def nothing(db):
    """No practice, whatever other stories of this file stand on."""
    if Practice.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            tables = ", ".join(model._meta.db_table for model in WRITTEN)
            cursor.execute(f"TRUNCATE {tables} CASCADE")


def test_the_same_seed_makes_the_same(nothing):
    first = generated_with(seed=3)
    assert generated_with(seed=3) == first
    other = generated_with(seed=4)
    assert other[Practice] != first[Practice]
    assert other[City] != first[City]


def test_practices_of_others_are_not_buried(nothing):
    a_practice(a_city())
    with pytest.raises(CommandError, match="not generated"):
        call_command("generate_practices", "5", "--cities=3", verbosity=0)
    assert Practice.objects.count() == 1
    call_command("generate_practices", "5", "--cities=3", "--among-other-practices", verbosity=0)
    assert Practice.objects.count() == 6


def test_generating_twice_adds(nothing):
    for _time in range(2):
        call_command("generate_practices", "5", "--cities=3", verbosity=0)
    assert Practice.objects.count() == 10


def test_never_in_production(nothing, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("generate_practices", "5", verbosity=0)


@pytest.mark.parametrize("arguments", [["0"], ["-5"], ["5", "--cities=1"], ["5", "--seed=-1"]])
def test_numbers_that_make_no_sense_are_refused(nothing, arguments):
    with pytest.raises(CommandError):
        call_command("generate_practices", *arguments, verbosity=0)
    assert not Practice.objects.exists()


def test_nothing_is_measured_where_there_is_nothing(nothing, settings):
    with pytest.raises(CommandError, match="nothing to browse"):
        call_command("bench_browse")
    settings.DEBUG = True
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("bench_browse")
