"""What the editor in the browser reads and writes is what readers are shown."""

import re
import tomllib

import pytest

from practices.demonstration.loading import PRACTICES
from practices.models import RICH_TEXT_FIELDS
from practices.rich_text import to_html
from tests.browser import Reader
from tests.domain import a_city, a_practice, an_editor
from tests.writing import part_address

WRITTEN = [
    "0. nul\n1. een",
    "9. negen\n10. tien\n    - onder tien",
    "- > gezegd",
    "- # Kop",
    "- a\n\n  3. b",
    "- a\n\n  -",
    "- een\n\n* een andere lijst",
    "5. vijf\n\n1) opnieuw",
    "a\n\n    - ingesprongen",
    "a\n    - ingesprongen",
    "> # Kop\n> - a\n>   1. b\n>\n>      c",
    "***beide*** en **vet *schuin***\nregel",
    "[a](<https://a.example/x y>) [b](https://a.example/x_(y)) <https://a.example/a_b>",
]
TYPED = ["1) a", "1. a", "2)", "+ a", " - a", "# a", "> a", "*a* _b_", "[a](https://a.example)"]
TYPED += ["<https://a.example>", "<a@a.example>", "a \\ b", "&amp;", "a < b > c", "Deel #", "==="]


@pytest.fixture
def page(browser, served, transactional_db):
    """A part with long texts, opened in a browser by somebody who writes it."""
    genk = a_city("Genk", "BE")
    practice = a_practice(genk, "nl", published_days_ago=None)
    reader = Reader(browser, served.address, 1280, "nl-NL")
    reader.sign_in(an_editor(genk, language="nl"), "nl")
    reader.open(part_address(practice, "outcome", "nl"))
    return reader.page


def as_read(text):
    """*text* for a reader, whatever the distance between the entries of its lists."""
    html = re.sub(r"\s*\n\s*", "", to_html(text))
    return re.sub(r"<li><p>(.*?)</p>", r"<li>\1", html)


def test_texts_come_through_the_editor_unchanged(page):
    texts = list(WRITTEN)
    for path in PRACTICES.glob("*.toml"):
        for content in tomllib.loads(path.read_text(encoding="utf-8"))["text"].values():
            content["adoption_needs"] = content["adoption"]
            texts += [content[field].strip() for field in RICH_TEXT_FIELDS]
    changed = page.evaluate("texts => texts.map((text) => written(parser.parse(text)))", texts)
    assert [as_read(text) for text in changed] == [as_read(text) for text in texts]


def test_what_is_typed_as_text_stays_text(page):
    written = page.evaluate(
        """texts => texts.map((text) => written(schema.node("doc", null, [
            schema.node("paragraph", null, [schema.text(text)]),
        ])))""",
        TYPED,
    )
    shown = [to_html(text) for text in written]
    escaped = [text.strip().replace("&", "&amp;").replace("<", "&lt;") for text in TYPED]
    assert shown == [f"<p>{text.replace('>', '&gt;')}</p>" for text in escaped]
