"""Efus keeps the words of the field, and whoever translates sees them beside the text."""

import re
import tomllib

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from practices.translations.glossary.loading import TERMS, load_glossary
from practices.translations.glossary.models import GlossaryTerm
from practices.translations.glossary.terms import terms_for, terms_in
from tests.domain import a_city, a_coordinator, a_person, a_practice, an_administrator, an_editor

pytestmark = pytest.mark.django_db

READING = "/en/workspace/glossary/"
OFFICE = "/en/office/glossary/"


def a_term(source_term="herstelrecht", target_term="justice restaurative", **fields):
    fields = {"source_language": "nl", "target_language": "fr"} | fields
    return GlossaryTerm.objects.create(source_term=source_term, target_term=target_term, **fields)


def typed(**changes):
    return {
        "source_language": "nl",
        "target_language": "fr",
        "source_term": "herstelrecht",
        "target_term": "justice restaurative",
        "note": "",
    } | changes


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def test_staff_add_correct_and_delete_a_term(client):
    client.force_login(a_person(staff_role="reviewer"))
    page = client.post(f"{OFFICE}new/", typed(note="Not “réparatrice”."), follow=True)
    assert "Saved." in text_of(page)
    assert "Not “réparatrice”." in text_of(page)  # the list of this pair
    term = GlossaryTerm.objects.get()
    client.post(f"{OFFICE}{term.pk}/", typed(target_term="justice réparatrice"))
    term.refresh_from_db()
    assert term.target_term == "justice réparatrice"
    page = client.get(f"{OFFICE}{term.pk}/delete/")
    assert "Delete “herstelrecht” (justice réparatrice)?" in text_of(page)
    assert GlossaryTerm.objects.exists()
    client.post(f"{OFFICE}{term.pk}/delete/")
    assert not GlossaryTerm.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source_term": "Herstelrecht"}, "The glossary has this term for these languages."),
        ({"target_language": "nl"}, "Choose two different languages."),
        ({"source_term": ""}, "This field is required."),
        ({"target_term": "x" * 101}, "at most 100 characters"),
        ({"target_term": "a\x00b"}, "Null characters are not allowed."),
        ({"note": "a\u2028b"}, "Only plain text on one line"),
        ({"source_language": "xx"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_in_words_and_nothing_is_lost(client, changes, words):
    a_term()
    client.force_login(an_administrator())
    changes = {"source_term": "slachtofferhulp", "note": "What was typed"} | changes
    page = client.post(f"{OFFICE}new/", typed(**changes))
    assert page.status_code == 422
    assert words in text_of(page)
    assert changes["note"] in page.content.decode()
    assert GlossaryTerm.objects.count() == 1


def test_a_term_is_found_by_pair_and_words(client):
    a_term(note="Zie ook bemiddeling")
    a_term("slachtofferhulp", "aide aux victimes")
    a_term("slachtofferhulp", "Opferhilfe", target_language="de")
    client.force_login(an_editor(a_city()))

    def found(query):
        return re.findall(r'<th scope="row"><span lang="nl">([^<]+)', text_of(client.get(query)))

    assert found(f"{READING}?from=nl&into=fr") == ["herstelrecht", "slachtofferhulp"]
    assert found(f"{READING}?from=nl&into=de") == ["slachtofferhulp"]
    assert found(f"{READING}?from=nl&into=fr&q=BEMIDDELING") == ["herstelrecht"]
    assert found(f"{READING}?from=nl&into=fr&q=victimes+aide") == ["slachtofferhulp"]
    assert found(f"{READING}?from=nl&into=fr&q=%25") == []
    for query in ("", "?from=xx&into=yy", "?from=nl&into=nl", "?q=" + "x" * 5000):
        assert client.get(READING + query).status_code == 200
    for page in ("0", "2", "x", "9" * 40):
        assert client.get(f"{READING}?from=nl&into=fr&page={page}").status_code == 404


def test_long_lists_are_paged_and_take_a_constant_number_of_queries(
    client, django_assert_num_queries
):
    client.force_login(an_administrator())
    a_term()
    for pages, more in ((1, 60), (2, 0)):
        with django_assert_num_queries(5):
            page = client.get(f"{OFFICE}?from=nl&into=fr")
        assert page.context["page"].paginator.num_pages == pages
        for number in range(more):
            a_term(f"term {number}", "terme")
    assert "from=nl&amp;into=fr&amp;page=2" in page.content.decode()


# role → (may read, may edit)
ROLES = {
    "anonymous": (False, False),
    "researcher": (False, False),
    "former editor": (False, False),
    "editor": (True, False),
    "coordinator": (True, False),
    "reviewer": (True, True),
    "administrator": (True, True),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_and_edits_as_it_may(client, role):
    genk, term = a_city(), a_term()
    if role != "anonymous":
        person = {
            "researcher": a_person,
            "reviewer": lambda: a_person(staff_role="reviewer"),
            "administrator": an_administrator,
            "coordinator": lambda: a_coordinator(genk),
        }.get(role, lambda: an_editor(genk))()
        if role.startswith("former"):
            person.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
        client.force_login(person)
    may_read, may_edit = ROLES[role]
    refused = 302 if role == "anonymous" else 403
    reading = client.get(f"{READING}?from=nl&into=fr")
    assert reading.status_code == (200 if may_read else refused)
    if may_read:
        assert ("Edit the glossary" in text_of(reading)) is may_edit
        assert OFFICE + str(term.pk) not in text_of(reading)
    for address in (OFFICE, f"{OFFICE}new/", f"{OFFICE}{term.pk}/", f"{OFFICE}{term.pk}/delete/"):
        assert client.get(address).status_code == (200 if may_edit else refused)
    client.post(f"{OFFICE}new/", typed(source_term="slachtofferhulp"))
    client.post(f"{OFFICE}{term.pk}/delete/")
    terms = set(GlossaryTerm.objects.values_list("source_term", flat=True))
    assert terms == ({"slachtofferhulp"} if may_edit else {"herstelrecht"})


def test_a_lost_session_loses_nothing_typed(client):
    reviewer = a_person(staff_role="reviewer")
    client.force_login(reviewer)
    writer = re.search(
        r'name="written_by" value="([^"]+)"', client.get(f"{OFFICE}new/").content.decode()
    )
    client.logout()
    client.post(f"{OFFICE}new/", typed(written_by=writer.group(1)))
    client.force_login(reviewer)
    page = text_of(client.get(f"{OFFICE}new/"))
    assert 'value="justice restaurative"' in page
    assert "It is not saved yet" in page


def test_what_is_not_there_is_said_in_words(client):
    client.force_login(an_administrator())
    for pk in (999, 10**30):
        for rest in ("", "delete/"):
            page = client.get(f"{OFFICE}{pk}/{rest}")
            assert page.status_code == 404
            assert "it was deleted" in text_of(page)


def test_rules_of_a_term():
    a_term()
    for rule, fields in {
        "glossary_term_once_per_pair": {"source_term": "HERSTELRECHT"},
        "glossary_term_languages_known": {"target_language": "xx"},
        "glossary_term_two_languages": {"target_language": "nl"},
        "glossary_term_has_terms": {"target_language": "de", "target_term": ""},
    }.items():
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            a_term(**fields)


# Beside the text


@pytest.mark.parametrize(
    ("text", "occurs"),
    [
        ("Wij doen aan Herstelrecht.", True),
        ("**Herstelrechtelijke** bemiddeling", True),
        ("Geenherstelrecht", False),
        ("Herstel van recht", False),
        ("", False),
    ],
)
def test_a_term_occurs_as_whole_words_inflected_or_not(text, occurs):
    term = a_term()
    assert terms_in(text, [term]) == ([term] if occurs else [])


def test_terms_of_several_words_and_other_spellings_occur():
    pair = {"source_language": "fr", "target_language": "en"}
    audit = a_term("diagnostic local de sécurité", "local safety audit", **pair)
    story = a_term("contre-discours", "counter-narrative", **pair)
    art = a_term("art", "art", **pair)
    text = "Les DIAGNOSTICS locaux… Un diagnostic local\nde securite et des contre discours."
    assert terms_in(text, [audit, story, art]) == [audit, story]
    assert terms_in("Les artistes", [art]) == []
    assert terms_in("L’art", [art]) == [art]


def test_who_translates_sees_the_terms_of_each_text(client):
    a_term(note="Not “réparatrice”.")
    a_term("buurtschouw", "marche exploratoire")
    a_term("herstelrecht", "restaurative Justiz", target_language="de")
    genk = a_city()
    practice = a_practice(genk, "nl", how_it_works_nl="Met herstelrecht, <b>samen</b>.")
    client.force_login(an_editor(genk))
    page = text_of(client.get(f"/en/workspace/practices/{practice.pk}/translations/fr/"))
    assert page.count("justice restaurative") == 1
    assert "Not “réparatrice”." in page
    assert "marche exploratoire" not in page
    assert "restaurative Justiz" not in page
    assert f"{READING}?from=nl&amp;into=fr" in page


# The glossary that the platform starts with


def test_every_concept_is_named_once_in_every_language():
    entries = tomllib.loads(TERMS.read_text(encoding="utf-8"))["terms"]
    assert len(entries) >= 40
    assert len({entry["slug"] for entry in entries}) == len(entries)
    for code, _name in settings.LANGUAGES:
        terms = {entry[code].casefold() for entry in entries}
        assert len(terms) == len(entries), code


def test_it_is_loaded_for_every_pair_and_staff_have_the_last_word():
    entered = a_term("Herstelrecht", "ce que nous disons")
    entries = tomllib.loads(TERMS.read_text(encoding="utf-8"))["terms"]
    assert load_glossary() == len(entries) * 8 * 7 - 1
    assert [term.target_term for term in terms_for("nl", "fr") if term.concept == ""] == [
        "ce que nous disons"
    ]
    assert "restorative justice" in [term.target_term for term in terms_for("sv", "en")]
    loaded = GlossaryTerm.objects.filter(source_language="nl", target_language="en")
    loaded.filter(source_term="overlast").delete()
    loaded.filter(source_term="buurtschouw").update(source_term="wijkschouw")
    assert load_glossary() == 0
    entered.refresh_from_db()
    assert entered.target_term == "ce que nous disons"
    assert not loaded.filter(source_term__in=["overlast", "buurtschouw"]).exists()
