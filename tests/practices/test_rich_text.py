"""What people may write in a long text, and what readers get of it."""

import tomllib
from pathlib import Path

import pytest
from django.urls import reverse

from practices.rich_text import from_html, links_in, to_html
from tests.domain import a_city, a_practice

WRITTEN = """# Wie doet mee

De **wijkagent** en *het buurthuis*.
Elke week een [overleg](https://genk.example/overleg?a=1&b=2).

- politie
- welzijn
  - jongeren

1. bellen
2. bezoeken

> Dat werkt.

## Later

Zie <https://genk.example/>."""


def test_readers_get_headings_lists_links_emphasis_and_quotes():
    html = to_html(WRITTEN)
    for part in [
        "<h3>Wie doet mee</h3>",
        "<h4>Later</h4>",
        "<strong>wijkagent</strong>",
        "<em>het buurthuis</em>.<br>",
        '<a href="https://genk.example/overleg?a=1&amp;b=2" rel="nofollow noopener">overleg</a>',
        "<li>politie</li>",
        "<ol>\n<li>bellen</li>",
        "<blockquote>\n<p>Dat werkt.</p>",
    ]:
        assert part in html


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "[klik](data:text/html,x)",
        "[klik](//evil.example/)",
        "[klik](/workspace/)",
        "![beeld](https://evil.example/volg.png)",
        "<style>body{display:none}</style>",
        "`code`",
    ],
)
def test_anything_else_is_shown_as_it_was_typed_or_not_at_all(written):
    html = to_html(written)
    for forbidden in ["<script", "<img", "<style", "<code", 'javascript:alert(1)"', 'href="/']:
        assert forbidden not in html


def test_what_was_shown_comes_back_as_what_was_written():
    assert from_html(to_html(WRITTEN)) == WRITTEN


@pytest.mark.parametrize(
    "typed", ["2 * 3 * 4", "_naam_van_bestand", "1. april", "# 5", "a < b > c", "\\* \\"]
)
def test_signs_that_mean_something_elsewhere_survive_the_way_there_and_back(typed):
    assert to_html(from_html(to_html(typed))) == to_html(typed)


def test_the_demonstration_survives_the_way_there_and_back():
    folder = Path(__file__).parents[2] / "practices/demonstration/practices"
    for path in folder.glob("*.toml"):
        for texts in tomllib.loads(path.read_text(encoding="utf-8"))["text"].values():
            for text in texts.values():
                assert to_html(from_html(to_html(text))) == to_html(text)


def test_links_are_found_once_each():
    assert links_in(WRITTEN + "\n\n[nog eens](https://genk.example/)") == [
        "https://genk.example/overleg?a=1&b=2",
        "https://genk.example/",
    ]


@pytest.mark.django_db
def test_the_page_of_a_practice_shows_its_texts_as_rich_text(client):
    practice = a_practice(a_city(), how_it_works_nl=WRITTEN)
    page = client.get(reverse("practices:practice", args=[practice.pk, practice.slug]))
    assert "<h3>Wie doet mee</h3>" in page.content.decode()
