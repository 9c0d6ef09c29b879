"""Structure, links and names survive, or the text is not taken over."""

import pytest

from practices.models import Practice
from practices.rich_text import from_html
from practices.translations.machine.connectors.base import Connector
from practices.translations.machine.enums import LeftOut
from practices.translations.machine.texts import NotAccepted, names_of, pieces_of, text_from
from tests.machine_translation.conftest import HOW_IT_WORKS
from tests.machine_translation.engines import in_capitals

NAMES = ["CLSPD", "Genk", "Jongerenwelzijn Noord"]


def journey(field, text, change=in_capitals, names=NAMES):
    pieces = pieces_of(field, text, names, Connector.guarded)
    return text_from(field, text, [change(piece) for piece in pieces], names)


def refused(reason):
    return pytest.raises(NotAccepted, match=reason.value)


def test_rich_text_goes_block_by_block_and_comes_back_whole():
    pieces = pieces_of("how_it_works", HOW_IT_WORKS, NAMES, Connector.guarded)
    assert [piece[:4] for piece in pieces] == [
        "<h3>",
        "<p>D",
        "<ul>",
        "<ol>",
        "<blo",
        "<h4>",
        "<p>E",
    ]
    assert '<span translate="no" class="notranslate">Genk</span>' in pieces[1]
    translated = journey("how_it_works", HOW_IT_WORKS)
    for part in [
        "# WIE DOET MEE",
        "DE **WIJKAGENT** VAN Genk EN *HET BUURTHUIS*",
        "CLSPD",
        "[OVERLEG](https://genk.example/overleg?a=1&b=2)",
        "- Jongerenwelzijn Noord",
        "1. BELLEN NAAR https://bel.example/nu.",
        "DAT WERKT",
        "## LATER",
        "EERSTE REGEL\nTWEEDE REGEL",
    ]:
        assert part in translated, translated


def test_plain_text_stays_plain_and_its_lines_stay_lines():
    summary = "Met <b> & Genk.\n\nTweede regel"
    assert journey("summary", summary) == "MET <B> & Genk.\n\nTWEEDE REGEL"


def test_addresses_in_plain_text_are_names_too():
    summary = "Zie https://genk.example/a?b=1 of vraag info@genk.example."
    expected = "ZIE https://genk.example/a?b=1 OF VRAAG info@genk.example."
    assert journey("summary", summary) == expected
    with refused(LeftOut.NAMES):
        journey("summary", summary, str.upper)


def test_the_longest_name_counts_and_parts_of_words_do_not():
    names = ["Politie", "Politie Genk", "Genk"]
    assert journey("title", "Politie Genk en Genkenaren", names=names) == (
        "Politie Genk EN GENKENAREN"
    )


def test_a_script_in_an_answer_does_not_survive():
    def inject(piece):
        return in_capitals(piece).replace("</p>", "<script>alert(1)</script></p>")

    translated = journey("problem", "Een *zin*.\n\nNog een.", inject)
    assert "alert" not in translated
    assert "script" not in translated
    assert journey("title", "Titel", lambda piece: "T<script>alert(1)</script>") == "T"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda piece: piece.replace("genk.example", "evil.example"), LeftOut.LINKS),
        (lambda piece: piece.replace("<a href", "<x href"), LeftOut.LINKS),
        (lambda piece: piece.replace("</p>", '<a href="https://e.example/">x</a></p>'), "links"),
        (lambda piece: piece.replace("h3>", "p>"), LeftOut.STRUCTURE),
        (lambda piece: piece.replace("<li>", "").replace("</li>", ""), LeftOut.STRUCTURE),
        (lambda piece: piece.replace("<strong>", "").replace("</strong>", ""), "structure"),
        (lambda piece: piece.replace("Genk", "Gand"), LeftOut.NAMES),
        (lambda piece: piece.replace("CLSPD", ""), LeftOut.NAMES),
        (lambda piece: piece.replace(" uit", " uit" * 6000), LeftOut.LENGTH),
        (lambda piece: "", LeftOut.EMPTY),
    ],
)
def test_rich_text_that_lost_something_is_not_accepted(change, reason):
    text = "# Kop\n\nEen **zin** uit Genk, CLSPD.\n\n- [bij ons](https://genk.example/x)\n- twee"
    with refused(LeftOut(reason)):
        journey("how_it_works", text, change)


@pytest.mark.parametrize(
    ("field", "change", "reason"),
    [
        ("title", lambda piece: "x" * 101, LeftOut.LENGTH),
        ("summary", lambda piece: "x" * 301, LeftOut.LENGTH),
        ("title", lambda piece: "twee\nregels", LeftOut.LINES),
        ("title", lambda piece: " ", LeftOut.EMPTY),
        ("problem", lambda piece: "<p></p>", LeftOut.EMPTY),
    ],
)
def test_what_does_not_fit_is_left_out_and_never_cut(field, change, reason):
    with refused(reason):
        journey(field, "Titel", change)


@pytest.mark.django_db
def test_the_names_of_a_practice(practice):
    names = names_of(Practice.objects.get(pk=practice.pk))
    assert {"CLSPD", "Genk", "Jongerenwelzijn Noord"} <= set(names)
    assert "" not in names


def test_a_text_that_comes_back_unchanged_is_the_same_text():
    assert journey("how_it_works", HOW_IT_WORKS, lambda piece: piece) == from_html(
        from_html_of(HOW_IT_WORKS)
    )


def from_html_of(text):
    return "".join(pieces_of("how_it_works", text, [], str))
