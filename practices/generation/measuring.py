"""How long browsing takes in a database of generated practices."""

import time
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count
from django.http import QueryDict
from django.test import Client
from django.urls import is_valid_path
from django.utils.http import urlencode
from django.utils.translation import override

from practices.generation.vocabulary import vocabulary
from practices.models import Practice
from practices.search.filters import Search

LANGUAGE = "en"
MAP = f"/{LANGUAGE}/practices/map/"
PAGE = 20
WARM_UP = 2  # requests that are not counted
HANDFUL = range(3, 13)  # texts that a rare word stands in
COUNTS, PAGES = "counts", "page"


@dataclass(frozen=True)
class Case:
    """*query* is asked of the counts alone or of the page that *path* names."""

    name: str
    query: dict
    path: str = f"/{LANGUAGE}/practices/"
    kind: str = PAGES

    def run(self, client):
        """Do it once; returns how many seconds it took."""
        if self.kind == COUNTS:
            search = _search(self.query)
            started = time.perf_counter()
            search.counts()
            return time.perf_counter() - started
        address = f"{self.path}?{urlencode(self.query)}"
        started = time.perf_counter()
        response = client.get(address)
        seconds = time.perf_counter() - started
        if response.status_code != 200:
            raise RuntimeError(f"{address} answers {response.status_code}.")
        return seconds


def cases():
    """What is measured; the values are those that this database has much or little of."""
    facets = {"country": "FR", "theme": _most_used_theme(), "evidence": "described"}
    chosen = [
        Case("all counts", {}, kind=COUNTS),
        Case("all counts under three facets", facets, kind=COUNTS),
        Case("common word found and counted", {"q": "police"}, kind=COUNTS),
        Case("home", {}, f"/{LANGUAGE}/"),
        Case("no filter", {}),
        Case("no filter, last page", _last_page({})),
        Case("three facets", facets),
        Case("three facets, last page", facets | _last_page(facets)),
        Case("common word, best first", {"q": "police"}),
        Case("common word, newest first", {"q": "police", "sort": "newest"}),
        Case("common word, last page", {"q": "police"} | _last_page({"q": "police"})),
        Case("common word, three facets", {"q": "police"} | facets),
        Case("rare word", {"q": _rare_word()}),
        Case("unknown word", {"q": "xyzzyx"}),
        Case("phrase", {"q": '"social services"'}),
        Case("several words", {"q": "young people police school"}),
        Case("word of another language", {"q": "Nachbarschaft"}),
        Case("read in French, common word", {"q": "jeunes"}, "/fr/practices/"),
        Case("most adopted first", {"sort": "adopted"}),
        Case("map", {}, MAP),
        Case("map, common word", {"q": "police"}, MAP),
    ]
    with override(LANGUAGE):
        return [case for case in chosen if case.path != MAP or is_valid_path(MAP)]


def measure(requests, seconds):
    """For each case the seconds of *requests* runs, or of as many as *seconds* allow."""
    client = Client(headers={"host": "127.0.0.1"})
    times = {}
    for case in cases():
        taken = times[case.name] = []
        begun = time.monotonic()
        for number in range(WARM_UP + requests):
            took = case.run(client)
            if number >= WARM_UP:
                taken.append(took)
            if taken and time.monotonic() - begun > seconds:
                break
    return times


def plans():
    """The plan of each query of each case, as lines of text."""
    client = Client(headers={"host": "127.0.0.1"})
    for case in cases():
        case.run(client)
        queries = []

        def record(execute, sql, parameters, many, context, queries=queries):
            queries.append((sql, parameters))
            return execute(sql, parameters, many, context)

        with connection.execute_wrapper(record):
            case.run(client)
        yield f"=== {case.name}: {case.path}?{urlencode(case.query)} ({case.kind})"
        for sql, parameters in queries:
            if not sql.lstrip(" (").upper().startswith(("SELECT", "WITH")):
                continue
            with connection.cursor() as cursor:
                yield f"\n--- {cursor.mogrify(sql, parameters).decode()}\n"
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
                yield from (row for (row,) in cursor.fetchall())
        yield ""


def _search(query):
    with override(LANGUAGE):
        return Search.from_query(QueryDict(urlencode(query)), LANGUAGE)


def _last_page(query):
    return {"page": max(1, -(-_search(query).results().count() // PAGE))}


def _most_used_theme():
    used = Practice.themes.through.objects.values("theme__slug").annotate(number=Count("pk"))
    return used.order_by("-number", "theme__slug")[0]["theme__slug"]


def _rare_word():
    """An invented name that a reader of LANGUAGE finds in a handful of practices."""
    names = vocabulary(LANGUAGE).invented
    for name in names[:: len(names) // 200]:
        if len(_search({"q": name}).found) in HANDFUL:
            return name
    return names[-1]
