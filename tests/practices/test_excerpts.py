"""Where the words of a search occur."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from practices.search.excerpts import excerpts
from tests.domain import a_city, a_practice

pytestmark = pytest.mark.django_db


def marked(excerpt):
    return [text for text, is_marked in excerpt.parts if is_marked]


def whole(excerpt):
    return "".join(text for text, _is_marked in excerpt.parts)


def test_the_words_are_marked_in_any_form_without_accents_mattering():
    practice = a_practice(
        a_city(), "fr", how_it_works_fr="Des équipes de médiation parlent aux jeunes du quartier."
    )
    excerpt = excerpts([practice.pk], "equipe mediations", "fr")[practice.pk]
    assert marked(excerpt) == ["équipes", "médiation"]
    assert whole(excerpt) == practice.how_it_works_fr.rstrip(".")
    assert (excerpt.language, excerpt.field) == ("fr", "how_it_works")


def test_the_readers_language_comes_before_the_original():
    practice = a_practice(
        a_city(), "nl", problem_nl="Overlast op het plein", problem_fr="Nuisances, place du plein"
    )
    assert excerpts([practice.pk], "plein", "fr")[practice.pk].language == "fr"
    assert excerpts([practice.pk], "overlast", "fr")[practice.pk].language == "nl"
    assert excerpts([practice.pk], "plein", "sv")[practice.pk].language == "nl"
    assert excerpts([practice.pk], "nuisances", "sv") == {}


def test_the_text_with_more_of_the_words_and_phrases_kept_whole():
    practice = a_practice(
        a_city(),
        "en",
        problem_en="The street was dark.",
        results_en="After street work the street was lively; work went on.",
    )
    assert excerpts([practice.pk], "street work", "en")[practice.pk].field == "results"
    excerpt = excerpts([practice.pk], '"street work"', "en")[practice.pk]
    assert marked(excerpt)[:2] == ["street", "work"]
    assert excerpts([practice.pk], '"work street"', "en") == {}
    assert excerpts([practice.pk], "football -street", "en") == {}


def test_of_markdown_only_the_text_is_shown():
    practice = a_practice(
        a_city(),
        "en",
        how_it_works_en="## Steps\n\n- **Mediators** [meet](https://meet.example/x) \\* _people_\n"
        "1. snake_case stays",
    )
    excerpt = excerpts([practice.pk], "mediator", "en")[practice.pk]
    assert " ".join(whole(excerpt).split()) == "Steps Mediators meet * people snake_case stays"


def test_what_is_written_is_never_markup():
    text = "Mediators <b onclick=x>say</b> \x02&\x03 <script>alert(1)</script> & <mark>mediators"
    practice = a_practice(a_city(), "en", how_it_works_en=text)
    excerpt = excerpts([practice.pk], "mediators", "en")[practice.pk]
    page = render_to_string("practices/_excerpt.html", {"excerpt": excerpt})
    assert page.count("<mark>Mediators</mark>") == 1
    assert "<script" not in page
    assert "<b" not in page
    assert "onclick" not in page or "&lt;b onclick" in page


def test_an_excerpt_says_its_language_and_nothing_is_shown_without_one():
    practice = a_practice(a_city(), "nl", how_it_works_nl="Elke week een gesprek.")
    found = excerpts([practice.pk], "gesprek", "en")
    with override("en"):
        page = render_to_string("practices/_excerpt.html", {"excerpt": found[practice.pk]})
    assert '<span lang="nl">' in page
    assert "How it works:" in page
    assert render_to_string("practices/_excerpt.html", {"excerpt": None}).strip() == ""


@pytest.mark.parametrize(
    "typed",
    ["", "\x00", "🚓", '"', '"" ""', "- - -", "or", "'); DROP TABLE x; --", "%s", "a b " * 3_000],
)
def test_what_makes_no_sense_has_no_excerpt(typed):
    practice = a_practice(a_city(), "en", how_it_works_en="Mediators")
    assert excerpts([practice.pk], typed, "en") == {}


def test_one_query_for_a_page(django_assert_num_queries):
    city = a_city()
    keys = [
        a_practice(city, "en", how_it_works_en="[(*_- mediators " * 900).pk
        for _number in range(25)
    ]
    with django_assert_num_queries(1):
        assert len(excerpts(keys, "mediators", "fr")) == 20
    with django_assert_num_queries(0):
        assert excerpts([], "mediators", "fr") == {}
