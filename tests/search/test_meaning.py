"""Words find what means the same, in any language, and nothing is ever out of date."""

import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus.celery import application
from practices.models import Practice
from practices.publishing.transitions import perform
from practices.search.meaning import encoder, making, vectors
from practices.search.meaning.making import make_batch
from practices.search.meaning.nearness import LEAST_SIMILARITY, meant, nearest
from practices.search.meaning.passages import LONGEST, parts_of, passages_of
from practices.search.meaning.similar import similar
from practices.search.meaning.state import state
from practices.search.meaning.swedish import in_english
from practices.search.models import Passage, PassagesDue
from tests.domain import a_city, a_coordinator, a_practice, a_theme, a_translation

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.django_db

NIGHT = {
    "title_fr": "Médiation de nuit au centre-ville",
    "summary_fr": "Des médiateurs apaisent les tensions entre riverains, bars et noctambules.",
    "how_it_works_fr": "Les équipes marchent dans les rues animées jusqu’à deux heures du matin.",
}
BURGLARY = {
    "title_nl": "Inbraakpreventie met buurtnetwerken",
    "summary_nl": "Bewoners, politie en adviseurs maken inbreken samen moeilijker.",
    "how_it_works_nl": "Een adviseur komt gratis langs en kijkt naar sloten en ramen.",
}
BULLYING = {
    "title_sv": "Tidigt stöd mot mobbning",
    "summary_sv": "Skolan och socialtjänsten hjälper elever som trakasseras.",
    "how_it_works_sv": "En mentor träffar eleven och föräldrarna varje vecka.",
}


@pytest.fixture
def theme():
    return a_theme("nightlife", "Nightlife")


@pytest.fixture
def night(theme):
    return a_practice(a_city("Nantes", "FR"), "fr", themes=[theme], **NIGHT)


@pytest.fixture
def burglary(theme):
    return a_practice(a_city("Leuven", "BE"), "nl", themes=[theme], **BURGLARY)


@pytest.fixture
def bullying():
    return a_practice(a_city("Malmö", "SE"), "sv", **BULLYING)


@pytest.fixture
def encoded(monkeypatch):
    """The texts that are encoded in this story."""
    texts = []

    def noting(wanted):
        texts.extend(wanted)
        return encoder.encode(wanted)

    monkeypatch.setattr(making, "encode", noting)
    return texts


def found(words, language="en", limit=5, **narrowed):
    return [hit.practice_id for hit in nearest(words, language, limit, **narrowed)]


def without_pgvector():
    """Have the database be one of a server that lacks the extension."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")
        # Looked into before PostgreSQL's own.
        cursor.execute(
            "CREATE TEMPORARY VIEW pg_available_extensions AS"
            " SELECT * FROM pg_catalog.pg_available_extensions WHERE name <> 'vector'"
        )


def with_pgvector_again():
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW pg_temp.pg_available_extensions")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the end of a transaction


# What is found


def test_words_find_what_means_the_same_in_other_languages(night, burglary, bullying):
    make_batch()
    for words, language in [
        ("noisy bars at night", "en"),
        ("Lärm in Kneipen bei Nacht", "de"),
        ("ruido nocturno en los bares", "es"),
        ("buller från barer på natten", "sv"),
    ]:
        assert found(words, language)[:1] == [night.pk], words
    assert found("neighbours against burglars")[:1] == [burglary.pk]
    hit, *_others = nearest("noisy bars at night", "en", 5)
    assert hit.language == "fr"
    assert Passage.objects.get(pk=hit.passage_id).practice_id == night.pk
    assert LEAST_SIMILARITY <= hit.similarity <= 1


def test_a_practice_is_found_once_and_shown_by_its_best_passage(night):
    a_translation(
        night,
        "en",
        title="Night mediation in the city centre",
        summary="Mediators calm tensions between residents, bars and people out at night.",
        how_it_works="Teams walk through busy streets until two in the morning.",
    )
    make_batch()
    assert Passage.objects.filter(practice=night).count() == 4
    assert found("mediators who calm people out at night") == [night.pk]
    assert nearest("mediators who calm people out at night", "fr", 5)[0].language == "en"
    assert nearest("médiateurs qui apaisent les noctambules", "fr", 5)[0].language == "fr"


def test_what_swedish_cities_write_is_found_from_other_languages(night, bullying):
    make_batch()
    for words, language in [
        ("pupils harassed by classmates", "en"),
        ("élèves harcelés à l’école", "fr"),
        ("elever som mobbas i skolan", "sv"),
        ("bullying", "sv"),
        ("mobbning", "sv"),
    ]:
        assert found(words, language)[:1] == [bullying.pk], words


def test_a_long_text_is_found_by_a_part_of_it(night):
    filling = (
        "Les équipes se retrouvent chaque semaine pour préparer la suite du travail.\n\n" * 20
    )
    bus = "# Le bus gratuit\n\nUn bus ramène gratuitement les jeunes ivres chez eux."
    night.how_it_works_fr = f"{filling}{bus}"
    night.save()
    make_batch()
    hits = nearest("bus gratuit pour ramener les jeunes ivres", "fr", 5)
    best = Passage.objects.get(pk=hits[0].passage_id)
    assert (best.field, best.number > 1) == ("how_it_works", True)


def test_nonsense_finds_nothing_and_quickly(night, burglary, bullying):
    make_batch()
    nearest("night", "en", 5)  # has the encoder loaded
    begun = time.monotonic()
    nonsense = [
        "",
        "   ",
        "-nuit",
        "\x00\x01",
        "\ud800\udfff",
        "😀" * 5000,
        "x" * 100_000,
        "a-" * 5000,
        "نص" * 1000,
        "(((((.*)+)+)+)+$" * 100,
    ]
    for words in nonsense:
        for language in ("en", "sv"):
            assert found(words, language) == [], words[:20]
    found("'; DROP TABLE search_passage; --")  # has words, so that something may be near
    assert time.monotonic() - begun < 20  # a tenth of a second where nothing else runs
    assert found("night bars", limit=0) == []


def test_it_can_be_narrowed(night, burglary):
    make_batch()
    assert found("noisy bars at night", within=[burglary.pk]) == []
    assert found("noisy bars at night", within=iter([night.pk, burglary.pk])) == [night.pk]
    assert found("noisy bars at night", within=[]) == []


def plan_of(statement):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(statement.replace("WITH near", "EXPLAIN WITH near", 1))
        return "\n".join(row[0] for row in cursor.fetchall())


def test_one_statement_through_the_index(night, django_assert_num_queries):
    make_batch()
    nearest("noisy bars", "en", 5)
    # Whether there are vectors, a savepoint (the test is a transaction already), the
    # statement, and the end of the savepoint.
    with django_assert_num_queries(4) as asked:
        nearest("noisy bars", "en", 5)
    statement = asked.captured_queries[2]["sql"]
    assert "Index Scan using search_passage_vector" in plan_of(statement)
    with CaptureQueriesContext(connection) as asked:
        similar(night, "en")
    statement = next(query["sql"] for query in asked.captured_queries if "<#>" in query["sql"])
    assert "Index Scan using search_passage_vector" in plan_of(statement)


ENCODE_AND_COUNT_THREADS = """
import os
from practices.search.meaning.encoder import encode
encode(["night"])
print("threads:", len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how many threads there are")
def test_the_encoder_keeps_to_one_core(environment):
    ran = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", ENCODE_AND_COUNT_THREADS],
        cwd=ROOT,
        env={key: value for key, value in environment.items() if "OPENBLAS" not in key},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "threads: 1\n" in ran.stdout


# Words that exclude, and Swedish


def test_excluded_words_and_quotes_are_no_part_of_the_meaning():
    assert meant('"night mediators" -drugs', "en") == "night mediators"


def test_names_and_english_words_stay_in_a_swedish_search():
    assert meant("hatbrott i Molenbeek", "sv") == "hate crime molenbeek"
    assert meant("Molenbeek restorative", "sv") == "Molenbeek restorative"


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        ("misshandlade kvinnor på polisstationen", "abuse women police station"),
        ("fotbollssupportrar", "football supporters"),
        ("Ungdomar i riskzonen", "young people at risk"),
        ("hatbrott", "hate crime"),
        ("kränkningar", "insults"),
        ("bullying", ""),
        ("😀" * 200, ""),
        ("å" * 20_000, ""),
        ("", ""),
    ],
)
def test_swedish_is_read_word_by_word(swedish, english):
    assert in_english(swedish) == english


# How texts are taken apart


def test_passages_follow_headings_and_paragraphs():
    paragraph = "Zin die iets zegt. " * 20
    text = (
        f"Kort begin.\n\n# Wie\n\n{paragraph}\n\n{paragraph}\n\n- een\n- [twee](https://x.example)"
    )
    parts = parts_of(text)
    assert parts[0] == "Kort begin."
    assert parts[1].startswith("Wie Zin die iets zegt.")
    assert parts[-1].endswith("een twee")
    assert all(0 < len(part) <= LONGEST for part in parts)
    assert "<" not in "".join(parts)


@pytest.mark.parametrize(
    "text", ["", None, "\n\n \n", "x" * 20_000, "a. " * 6_000, "# \n\n" * 999]
)
def test_any_text_has_passages_of_bounded_length(text):
    parts = parts_of(text)
    assert all(0 < len(part) <= LONGEST for part in parts)
    assert len(parts) < 100


def test_each_language_with_a_title_has_passages(night):
    a_translation(night, "en", title="Night mediation")
    night.refresh_from_db()
    places = {passage.place for passage in passages_of(night)}
    assert places == {
        ("fr", "summary", 1),
        ("fr", "how_it_works", 1),
        ("en", "summary", 1),
    }


# What is due


def test_what_is_published_is_due_and_drafts_are_not(theme, night):
    a_practice(night.city, "fr", published_days_ago=None)
    assert set(PassagesDue.objects.values_list("practice", flat=True)) == {night.pk}
    assert state().waiting == 1
    assert "1" in state().note
    assert make_batch() is False
    assert state().waiting == 0
    assert state().note == ""


def test_a_changed_text_is_encoded_once_and_the_others_not_again(night, encoded):
    make_batch()
    assert len(encoded) == 2
    encoded.clear()
    night.how_it_works_fr = "Trois équipes marchent ensemble."
    night.save()
    night.save()
    make_batch()
    make_batch()
    assert encoded == [f"{NIGHT['title_fr']}. Trois équipes marchent ensemble."]
    encoded.clear()
    Practice.objects.filter(pk=night.pk).update(cost_band="low")
    make_batch()
    assert encoded == []


def test_saving_nothing_new_makes_nothing_due(night):
    make_batch()
    night.save()
    assert not PassagesDue.objects.exists()


def test_a_shorter_text_leaves_no_passage_behind(night):
    night.how_it_works_fr = "\n\n# Suite\n\n".join(["Les équipes marchent."] * 5)
    night.save()
    make_batch()
    assert Passage.objects.filter(field="how_it_works").count() == 5
    night.how_it_works_fr = ""
    night.save()
    make_batch()
    assert not Passage.objects.filter(field="how_it_works").exists()


def test_a_translation_that_is_removed_is_not_found_from_that_moment(night):
    a_translation(night, "en", title="Night mediation", summary="Calm at night.")
    make_batch()
    assert Passage.objects.filter(language="en").exists()
    with transaction.atomic():
        Practice.objects.filter(pk=night.pk).update(title_en="")
        assert not Passage.objects.filter(language="en").exists()
        transaction.set_rollback(True)


def test_what_is_unpublished_is_not_found_from_that_moment(night):
    make_batch()
    assert found("noisy bars at night") == [night.pk]
    perform("unpublish", night, a_coordinator(night.city), "It ended.")
    assert found("noisy bars at night") == []
    assert not Passage.objects.exists()


def test_what_is_unpublished_while_it_is_encoded_has_no_passages(night, monkeypatch):
    def unpublished_meanwhile(texts):
        Practice.objects.filter(pk=night.pk).update(state="unpublished")
        return encoder.encode(texts)

    monkeypatch.setattr(making, "encode", unpublished_meanwhile)
    make_batch()
    assert not Passage.objects.exists()


def test_a_practice_that_is_deleted_takes_its_passages_along(night):
    make_batch()
    night.save()
    night.delete()
    assert not Passage.objects.exists()
    assert make_batch() is False


def test_one_that_cannot_be_encoded_holds_up_no_other(night, burglary, monkeypatch, caplog):
    def refusing(texts):
        if any("Inbraak" in text for text in texts):
            raise ValueError("what a text")
        return encoder.encode(texts)

    monkeypatch.setattr(making, "encode", refusing)
    PassagesDue.objects.filter(practice=night).delete()
    night.summary_fr = "Calme."
    night.save()
    assert make_batch() is False
    assert Passage.objects.filter(practice=night).exists()
    assert state().waiting == 1
    assert "what a text" in caplog.text


def test_another_version_of_the_encoder_has_all_made_anew(night, encoded):
    make_batch()
    Passage.objects.update(version=0)
    vectors.after_migrate("default")
    encoded.clear()
    make_batch()
    assert len(encoded) == 2
    assert not Passage.objects.filter(version=0).exists()


def test_the_command_makes_all_at_once(night, burglary, capsys):
    PassagesDue.objects.all().delete()
    call_command("make_passages")
    assert Passage.objects.values("practice").distinct().count() == 2
    assert "known by its meaning" in capsys.readouterr().out


# Workers


def seconds_until(condition, seconds=60):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.fixture
def many(transactional_db):
    vectors.after_migrate("default")
    city = a_city()
    text = "\n\n# Deel\n\n".join(f"Buurtbewoners praten over zaak {n}." for n in range(40))
    return [
        a_practice(city, "nl", title_nl=f"Buurtoverleg {n}", how_it_works_nl=f"{n} {text}")
        for n in range(8)
    ]


def are_whole(practices):
    return Passage.objects.count() == 41 * len(practices) and not PassagesDue.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_nothing(many, worker):
    process = worker()
    application.send_task("practices.search.meaning.tasks.make_due_passages")
    seconds_until(Passage.objects.exists)
    (child,) = psutil.Process(process.popen.pid).children()
    child.kill()
    assert not are_whole(many)
    assert Passage.objects.count() % 41 == 0  # of each practice all or nothing
    application.send_task("practices.search.meaning.tasks.make_due_passages")
    seconds_until(lambda: are_whole(many))


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_work(many, encoded):
    for practice in many:
        practice.save()
        Practice.objects.filter(pk=practice.pk).update(cost_band="low")  # due twice

    def work():
        make_batch()
        connections.close_all()

    threads = [Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    make_batch()
    assert are_whole(many)
    assert len(encoded) == len(set(encoded)) == 41 * len(many)


@pytest.mark.django_db(transaction=True)
def test_whoever_saves_does_not_wait_for_the_worker(many, monkeypatch):
    saved = []

    def saved_meanwhile(texts):
        def save():
            Practice.objects.filter(pk=many[0].pk).update(summary_nl="Anders.")
            saved.append(True)
            connections.close_all()

        thread = Thread(target=save)
        thread.start()
        thread.join(timeout=10)
        assert saved
        return encoder.encode(texts)

    PassagesDue.objects.exclude(practice=many[0]).delete()
    monkeypatch.setattr(making, "encode", saved_meanwhile)
    make_batch(seconds=0.001)
    monkeypatch.undo()
    assert PassagesDue.objects.filter(practice=many[0]).exists()
    make_batch()
    many[0].refresh_from_db()
    wanted = {passage.place: passage.digest for passage in passages_of(many[0])}
    assert {row.place: row.digest for row in many[0].passages.all()} == wanted


@pytest.mark.django_db(transaction=True)
def test_publishing_has_a_worker_make_them(theme, worker):
    vectors.after_migrate("default")
    worker()
    city = a_city()
    practice = a_practice(
        city, "fr", themes=[theme], state="submitted", published_days_ago=None, **NIGHT
    )
    perform("publish", practice, a_coordinator(city))
    seconds_until(lambda: Passage.objects.filter(practice=practice).count() == 2)


# Without the extension, and without the cache


def test_without_pgvector_text_search_goes_on_and_staff_are_told(client, night, theme):
    make_batch()
    without_pgvector()
    assert vectors.make_room() is False
    assert state().is_available is False
    assert "pgvector" in state().note
    assert nearest("noisy bars at night", "en", 5) == []
    night.summary_fr = "Autrement."
    night.save()
    assert make_batch() is False
    assert state().waiting == 1
    assert "Médiation de nuit" in client.get("/fr/practices/?q=mediation").text
    assert client.get(night.get_absolute_url()).status_code == 200
    with pytest.raises(CommandError, match="pgvector"):
        call_command("make_passages")


def test_when_pgvector_arrives_everything_is_made(night, burglary):
    make_batch()
    without_pgvector()
    vectors.after_migrate("default")
    assert not vectors.are_kept()
    with_pgvector_again()
    vectors.after_migrate("default")
    assert state().is_available
    assert state().waiting == 2
    make_batch()
    assert found("noisy bars at night") == [night.pk]


def test_a_role_that_may_not_create_extensions_is_no_obstacle(night, caplog):
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")
        cursor.execute("CREATE ROLE visitor")
        cursor.execute("SET LOCAL ROLE visitor")
        assert vectors.make_room() is False
        cursor.execute("RESET ROLE")
        cursor.execute("DROP ROLE visitor")
    assert "No search by meaning for now" in caplog.text
    assert state().is_available is False


def test_words_are_encoded_once_while_the_cache_keeps_them(night, monkeypatch):
    make_batch()
    before = nearest("noisy bars at night", "en", 5)
    monkeypatch.setattr(encoder, "encode", None)
    assert nearest("noisy bars at night", "en", 5) == before


def test_while_redis_does_not_answer_words_are_encoded_each_time(night, settings):
    make_batch()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    assert found("noisy bars at night") == [night.pk]


# Similar practices


def similar_to(practice, language="en"):
    return [other.pk for other in similar(practice, language)]


def test_similar_practices_are_those_of_the_same_meaning(night, burglary, bullying):
    other = a_practice(
        a_city("Bologna", "IT"),
        "it",
        title_it="Educatori di strada nelle notti del centro",
        summary_it="Operatori calmano i conflitti tra residenti, locali e chi esce la sera.",
    )
    draft = a_practice(night.city, "fr", published_days_ago=None, **NIGHT)
    make_batch()
    assert similar_to(night)[0] == other.pk
    assert draft.pk not in similar_to(night)
    assert night.pk not in similar_to(night)


def test_terms_in_common_weigh_in(night, theme):
    texts = {"title_fr": "Médiation le soir", "summary_fr": "Des médiateurs dans les rues."}
    plain = a_practice(a_city("Lille", "FR"), "fr", **texts)
    shared = a_practice(a_city("Lyon", "FR"), "fr", themes=[theme], **texts)
    make_batch()
    assert similar_to(night) == [shared.pk, plain.pk]


def test_without_vectors_terms_in_common_say_what_is_similar(night, burglary, bullying, theme):
    another = a_theme("schools")
    night.themes.add(another)
    closest = a_practice(a_city(), themes=[theme, another])
    assert similar_to(night) == [closest.pk, burglary.pk]
    assert similar_to(bullying) == []
    without_pgvector()
    assert similar_to(night) == [closest.pk, burglary.pk]


def test_the_page_shows_them_with_a_constant_number_of_queries(
    night, theme, django_assert_num_queries
):
    texts = {"title_fr": "Médiation le soir", "summary_fr": "Des médiateurs dans les rues."}
    a_practice(a_city("Lille", "FR"), "fr", themes=[theme], **texts)
    make_batch()
    with django_assert_num_queries(5):
        assert len(similar(night, "nl")) == 1
    for number in range(4):
        a_practice(a_city(f"Ville {number}", "FR"), "fr", themes=[theme], **texts)
    make_batch()
    with django_assert_num_queries(5):
        others = similar(night, "nl")
        assert [other.city.shown_name for other in others]
    page = Client().get(f"/nl/practices/{night.pk}/{night.slug}/", follow=True).text
    assert '<span lang="fr">Médiation le soir</span>' in page
    assert page.count('class="similar-place"') == 3


def test_a_practice_like_no_other_shows_no_heading(client, bullying):
    make_batch()
    assert "similar-place" not in client.get(bullying.get_absolute_url()).text
