"""A search that names no term of the taxonomy finds first what has the term that it means."""

import pytest
from django.http import QueryDict

from practices.models import Theme
from practices.search import sets
from practices.search.filters import Search
from practices.search.known_names import SearchWord
from practices.search.meaning import encoder, terms
from practices.search.meaning.making import make_batch
from practices.search.meaning.terms import MOST_TERMS, make_terms, probable_terms
from practices.search.models import TermMeaning
from tests.domain import a_city, a_practice, a_theme

pytestmark = pytest.mark.django_db

WORDS = {
    "nightlife": ("Nightlife", "nightclub", "bars at night"),
    "property-crime": ("Property crime", "burglary", "theft"),
    "bullying": ("Bullying", "cyberbullying", "pupils harassed at school"),
}


@pytest.fixture
def themes():
    themes = {slug: a_theme(slug, name) for slug, (name, *_words) in WORDS.items()}
    for slug, (_name, *words) in WORDS.items():
        for word in words:
            SearchWord.objects.create(kind="theme", value=slug, language="en", word=word)
    return themes


@pytest.fixture
def encoded(monkeypatch):
    texts = []

    def noting(wanted):
        texts.extend(wanted)
        return encoder.encode(wanted)

    monkeypatch.setattr(terms, "encode", noting)
    return texts


def make_all():
    assert make_terms(is_late=lambda: False)


def test_words_of_any_language_mean_a_term_that_they_do_not_name(themes):
    make_all()
    for words, language, slug in [
        ("Einbrecher in der Wohnung", "de", "property-crime"),
        ("ivresse devant les discothèques", "fr", "nightlife"),
        ("elever som trakasseras", "sv", "bullying"),
    ]:
        probable = probable_terms(words, language)
        assert max(probable, key=probable.get) == ("theme", slug), words
        assert sum(probable.values()) == pytest.approx(1, abs=0.01)
        assert len(probable) <= MOST_TERMS


def test_only_terms_with_other_words_are_encoded_again(themes, encoded):
    make_all()
    assert "burglary" in encoded
    encoded.clear()
    make_all()
    assert encoded == []
    SearchWord.objects.create(kind="theme", value="bullying", language="nl", word="pesten")
    make_all()
    assert "pesten" in encoded
    assert "burglary" not in encoded


def test_a_term_that_is_gone_is_meant_no_more(themes):
    make_all()
    themes["bullying"].delete()
    make_all()
    assert ("theme", "bullying") not in probable_terms("harassed pupils", "en")
    Theme.objects.filter(slug="nightlife").update(slug="night")
    make_all()
    assert set(TermMeaning.objects.values_list("value", flat=True)) == {"night", "property-crime"}


def test_a_worker_goes_on_where_its_time_was_over(themes):
    assert not make_terms(is_late=lambda: TermMeaning.objects.count() >= 1)
    assert TermMeaning.objects.count() == 1
    make_all()
    assert TermMeaning.objects.count() == 3


def test_of_practices_alike_the_one_with_the_term_that_is_meant_comes_first(themes):
    city = a_city("Gent", "BE")
    text = {"title_nl": "Samen voor de wijk", "summary_nl": "Inbraken in woningen voorkomen."}
    meant = a_practice(city, "nl", themes=[themes["property-crime"]], **text)
    other = a_practice(city, "nl", themes=[themes["nightlife"]], **text)
    make_batch()
    search = Search.from_query(QueryDict("q=Einbrecher+Wohnung"), "de")
    numbers = sets.numbers_of(search.sets, [meant.pk, other.pk])
    scores = search.by_text_and_meaning()
    assert scores[numbers[meant.pk]] > scores[numbers[other.pk]] > 0


@pytest.mark.parametrize("words", ["", "-night", "\x00", "😀" * 500, "%s {} '; --", "\ud800"])
def test_what_makes_no_sense_is_answered_in_one_query(
    themes, words, django_assert_max_num_queries
):
    make_all()
    with django_assert_max_num_queries(1):
        probable_terms(words, "en")


def test_without_terms_nothing_is_meant():
    assert probable_terms("burglars", "en") == {}
