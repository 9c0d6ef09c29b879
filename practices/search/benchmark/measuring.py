"""Measure the rankings of the platform by the queries of this package.

A practice counts as written in its original language; what it also has in others helps to find
it, as in life. Each figure is a mean over the needs that have a relevant practice written in
the document language, each asked in the query language.
"""

import tomllib
from statistics import fmean
from urllib.parse import urlencode

from django.http import QueryDict

from practices.models import Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.search import sets
from practices.search.benchmark.measures import DEPTH, ndcg, recall
from practices.search.benchmark.queries import HALVES, PRACTICES, read_needs
from practices.search.filters import Search, best_first

TEXT = "text only"
MEANING = "meaning only"
FUSED = "fused"
RANKINGS = [TEXT, MEANING, FUSED]


class NotTheDemonstration(ValueError):
    """The database does not hold the practices that were judged."""


def demonstration_practices():
    """{stem of the file: (key, original language)} of those that are published."""
    known = {
        (practice.original_language, str(practice.original_title)): practice.pk
        for practice in Practice.objects.published().filter(is_demonstration=True)
    }
    found = {}
    for path in sorted(PRACTICES.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        language = content["original_language"]
        if pk := known.get((language, content["text"][language]["title"])):
            found[path.stem] = (pk, language)
    if not found:
        raise NotTheDemonstration("Load the demonstration first: manage.py load_demonstration")
    return found


def rankings(query, language):
    """{kind of ranking: keys of practices, best first} for *query* of a reader of *language*."""
    search = Search.from_query(QueryDict(urlencode({"q": query})), language)
    scores = {
        TEXT: search.by_text(),
        MEANING: search.by_meaning(),
        FUSED: search.by_text_and_meaning(),
    }
    return {
        kind: sets.practice_ids(search.sets, best_first(found)[:DEPTH])
        for kind, found in scores.items()
    }


class Measurement:
    """Means of recall and nDCG by half, kind of ranking, query and document language."""

    def __init__(self):
        self._figures = {}

    def add(self, half, kind, query_language, document_language, ranking, judgments):
        figures = recall(ranking, judgments), ndcg(ranking, judgments)
        place = half, kind, query_language, document_language
        self._figures.setdefault(place, []).append(figures)

    def mean(self, half, kind, pairs):
        """(recall, nDCG, number of figures) over all *pairs* of languages; None without any."""
        figures = [
            figure
            for query_language, document_language in pairs
            for figure in self._figures.get((half, kind, query_language, document_language), [])
        ]
        if not figures:
            return None
        return fmean(f[0] for f in figures), fmean(f[1] for f in figures), len(figures)


def measure(ranked_by=rankings, halves=HALVES):
    """A ``Measurement`` of every query of *halves*."""
    practices = demonstration_practices()
    measurement = Measurement()
    for need in read_needs():
        if need.half not in halves:
            continue
        judged = {}  # by document language: {key: grade}
        for stem, grade in need.judgments.items():
            if stem in practices:
                pk, language = practices[stem]
                judged.setdefault(language, {})[pk] = grade
        for query_language, query in need.queries.items():
            for kind, ranking in ranked_by(query, query_language).items():
                for document_language, judgments in judged.items():
                    measurement.add(
                        need.half, kind, query_language, document_language, ranking, judgments
                    )
    return measurement


SAME = [(code, code) for code in LANGUAGE_CODES]
CROSS = [(one, other) for one in LANGUAGE_CODES for other in LANGUAGE_CODES if one != other]


def report(measurement, halves=HALVES):
    """The lines of a report, for people."""
    for half in halves:
        yield f"{half}: recall@{DEPTH} nDCG@{DEPTH}, means over needs"
        for name, pairs in [("same language", SAME), ("across languages", CROSS)]:
            for kind in RANKINGS:
                yield f"  {name:17} {kind:13} {_figures(measurement.mean(half, kind, pairs))}"
        for kind in RANKINGS:
            yield f"  {kind}, query language down, document language across"
            yield "       " + "".join(f"{code:>12}" for code in LANGUAGE_CODES)
            for query_language in LANGUAGE_CODES:
                cells = [
                    _cell(measurement.mean(half, kind, [(query_language, code)]))
                    for code in LANGUAGE_CODES
                ]
                yield f"  {query_language:5}" + "".join(f"{cell:>12}" for cell in cells)


def _figures(mean):
    return "–" if mean is None else f"{mean[0]:.3f} {mean[1]:.3f} ({mean[2]})"


def _cell(mean):
    return "–" if mean is None else f"{mean[0]:.2f} {mean[1]:.2f}"
