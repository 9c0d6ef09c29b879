"""What retrieval is measured with, against figures worked out by hand."""

import pytest

from practices.models import Practice
from practices.search.benchmark import measuring
from practices.search.benchmark.measures import ndcg, recall
from practices.search.benchmark.measuring import (
    FUSED,
    RANKINGS,
    NotTheDemonstration,
    measure,
    report,
)
from practices.search.benchmark.queries import TUNING, VALIDATION, Need


def test_recall_is_the_part_of_the_relevant_ones_among_the_first():
    judgments = {"a": 2, "b": 1, "c": 1, "d": 2}
    assert recall(["a", "x", "b"], judgments) == 0.5
    assert recall(["x", "a", "b"], judgments, depth=2) == 0.25
    assert recall([], judgments) == 0


def test_ndcg_discounts_by_place_and_counts_answers_three_times():
    judgments = {"a": 2, "b": 1}
    assert ndcg(["a", "b"], judgments) == 1
    # 1 / 1 + 3 / log2(3), by the best: 3 / 1 + 1 / log2(3)
    assert ndcg(["b", "a"], judgments) == pytest.approx(0.79671, abs=1e-5)
    # 3 / log2(4) by the same
    assert ndcg(["x", "y", "a"], judgments) == pytest.approx(0.41312, abs=1e-5)
    assert ndcg(["x"], judgments) == 0
    assert ndcg(["x", "a"], judgments, depth=1) == 0


@pytest.fixture
def few(monkeypatch):
    """Two practices and two needs, of which the one half is found and the other is not."""
    practices = {"lille": (1, "fr"), "gent": (2, "nl")}
    needs = [
        Need("night", TUNING, {"lille": 2, "gent": 1, "unpublished": 2}, {"fr": "nuit"}),
        Need("theft", VALIDATION, {"gent": 2}, {"nl": "diefstal", "fr": "vol"}),
    ]
    monkeypatch.setattr(measuring, "demonstration_practices", lambda: practices)
    monkeypatch.setattr(measuring, "read_needs", lambda: needs)


def ranked(query, language):
    return {kind: [1] if query == "nuit" else [] for kind in RANKINGS}


def test_a_report_has_a_mean_for_each_half_and_pair_of_languages(few):
    measurement = measure(ranked)
    assert measurement.mean(TUNING, FUSED, [("fr", "fr")]) == (1, 1, 1)
    assert measurement.mean(TUNING, FUSED, [("fr", "nl")]) == (0, 0, 1)
    assert measurement.mean(TUNING, FUSED, [("fr", "fr"), ("fr", "nl")]) == (0.5, 0.5, 2)
    assert measurement.mean(TUNING, FUSED, [("sv", "sv")]) is None
    lines = list(report(measurement))
    assert "  same language     fused         1.000 1.000 (1)" in lines
    assert "  across languages  fused         0.000 0.000 (1)" in lines
    assert sum(line.startswith("validation") for line in lines) == 1


def test_whoever_tunes_sees_nothing_of_the_other_half(few):
    asked = []

    def noting(query, language):
        asked.append(query)
        return ranked(query, language)

    lines = list(report(measure(noting, [TUNING]), [TUNING]))
    assert asked == ["nuit"]
    assert not any(VALIDATION in line for line in lines)


@pytest.mark.django_db
def test_other_practices_than_the_demonstration_are_refused():
    assert not Practice.objects.exists()
    with pytest.raises(NotTheDemonstration, match="load_demonstration"):
        measure()
