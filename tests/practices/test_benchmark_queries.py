"""The questions that finding is measured with are many, fair to every language, and usable."""

import tomllib
from collections import Counter

import pytest
from django.conf import settings

from practices.search.benchmark.queries import (
    ANSWERS,
    PRACTICES,
    TUNING,
    VALIDATION,
    UnusableNeeds,
    read_needs,
)

LANGUAGES = {code for code, _name in settings.LANGUAGES}


@pytest.fixture(scope="module")
def needs():
    return read_needs()


@pytest.fixture(scope="module")
def demonstration():
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in PRACTICES.glob("*.toml")
    }


def original_languages(needs, demonstration):
    relevant = {name for need in needs for name in need.judgments}
    return Counter(demonstration[name]["original_language"] for name in relevant)


def test_there_are_many_queries_and_all_are_different(needs):
    asked = [query.casefold() for need in needs for query in need.queries.values()]
    assert len(asked) >= 150
    assert len(set(asked)) == len(asked)


def test_every_need_is_asked_in_every_language_as_people_search(needs):
    for need in needs:
        assert set(need.queries) == LANGUAGES
        for query in need.queries.values():
            assert 2 <= len(query.split()) <= 9, query


def test_one_half_is_kept_from_tuning(needs):
    halves = Counter(need.half for need in needs)
    assert halves[TUNING] == halves[VALIDATION] == len(needs) / 2
    relevant = Counter()
    for need in needs:
        relevant[need.half] += len(need.judgments)
    assert abs(relevant[TUNING] - relevant[VALIDATION]) <= 3


def test_every_need_has_an_answer_and_few_of_them(needs, demonstration):
    for need in needs:
        assert ANSWERS in need.judgments.values(), need
        assert len(need.judgments) <= 6, need
        assert need.judgments.keys() <= demonstration.keys()


def test_every_practice_is_looked_for_by_some_need(needs, demonstration):
    looked_for = {name for need in needs for name in need.judgments}
    assert looked_for == demonstration.keys()


def test_every_language_is_the_original_of_what_validation_looks_for(needs, demonstration):
    validation = [need for need in needs if need.half == VALIDATION]
    found = original_languages(validation, demonstration)
    written = Counter(content["original_language"] for content in demonstration.values())
    assert set(written) == LANGUAGES
    for language in LANGUAGES:
        assert found[language] >= min(3, written[language]), language


def test_validation_meets_every_theme(needs, demonstration):
    met = {
        theme
        for need in needs
        if need.half == VALIDATION
        for name in need.judgments
        for theme in demonstration[name]["themes"]
    }
    assert met == {theme for content in demonstration.values() for theme in content["themes"]}


def test_no_query_is_copied_from_a_practice(needs, demonstration):
    texts = [
        text.casefold()
        for content in demonstration.values()
        for fields in content["text"].values()
        for text in fields.values()
    ]
    for need in needs:
        for query in need.queries.values():
            assert not any(query.casefold() in text for text in texts), query


WHOLE = """
[[need]]
identifier = "trams"
half = "tuning"
judgments = { malmo-gruppvald = 2 }

[need.queries]
en = "fare dodging"
fr = "fraude tram"
de = "Schwarzfahren"
es = "colarse en el tranvía"
it = "viaggiare senza biglietto"
nl = "zwartrijden"
pt = "viajar sem bilhete"
sv = "tjuvåkning"
"""


def reading(tmp_path, text):
    path = tmp_path / "queries.toml"
    path.write_text(text, encoding="utf-8")
    return read_needs(path)


def test_a_whole_need_is_read(tmp_path):
    (need,) = reading(tmp_path, WHOLE)
    assert (need.identifier, need.half) == ("trams", TUNING)
    assert need.judgments == {"malmo-gruppvald": ANSWERS}
    assert need.queries["sv"] == "tjuvåkning"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("malmo-gruppvald", "atlantis", "there is no practice “atlantis”"),
        ("malmo-gruppvald = 2", "malmo-gruppvald = 3", "must be 1 or 2"),
        ("malmo-gruppvald = 2", "malmo-gruppvald = true", "must be 1 or 2"),
        ("malmo-gruppvald = 2", "", "no practice is judged relevant"),
        ("sv = ", "da = ", "there is no language “da”"),
        ('sv = "tjuvåkning"', "", "not asked in “sv”"),
        ('"tjuvåkning"', '" "', "not asked in “sv”"),
        ('half = "tuning"', "", "its half must be “tuning” or “validation”"),
        ('"tuning"', '"training"', "its half must be “tuning” or “validation”"),
        ('identifier = "trams"', "", "Need number 1 has no identifier"),
        (WHOLE, WHOLE + WHOLE, "“trams” is there twice"),
        (WHOLE, "", "holds no need"),
        (WHOLE, "[[need", "is not TOML"),
    ],
)
def test_what_cannot_be_measured_with_is_refused_in_words(tmp_path, old, new, words):
    assert old in WHOLE
    with pytest.raises(UnusableNeeds, match=words):
        reading(tmp_path, WHOLE.replace(old, new))
