"""Two texts are compared word by word, wholly, and never for long."""

import itertools
import random
import time

import pytest

from practices.word_comparison import compare, marked


def pieces(before, after):
    return [(piece.kind, piece.text) for piece in compare(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("", "Nieuw", [("inserted", "Nieuw")]),
        ("Oud", "", [("deleted", "Oud")]),
        ("Zo is het", "Zo is het", [("equal", "Zo is het")]),
        (
            "Elke week een gesprek.\nSamen.",
            "Elke maand een gesprek.\nSamen.",
            [
                ("equal", "Elke "),
                ("deleted", "week"),
                ("inserted", "maand"),
                ("equal", " een gesprek.\nSamen."),
            ],
        ),
        ("Eerst.", "Eerst.\n\nDan.", [("equal", "Eerst."), ("inserted", "\n\nDan.")]),
        (
            "Met de jongeren praten wij",
            "Wij spreken iedere jongere",
            [
                ("deleted", "Met de jongeren praten wij"),
                ("inserted", "Wij spreken iedere jongere"),
            ],
        ),
    ],
)
def test_texts_are_compared_word_by_word(before, after, expected):
    assert pieces(before, after) == expected


words = [f"w{number}" for number in range(110)]
shuffled = random.Random(1)  # noqa: S311 (not a secret)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * 5000, "b a " * 5000),
        ("a " * 10_000, "a b " * 5000),
        ("\n".join(str(number % 150) for number in range(5000)), "1\n" * 5000),
        ("woord " * 3000, "woord " * 2999 + "  woorden\n"),
        ("\n\n".join(words * 45), "\n\n".join(reversed(words * 45))),
        (" ".join(shuffled.choices(words, k=6000)), " ".join(shuffled.choices(words, k=6000))),
        ("Begin. " + "x " * 9000, "Begin. Einde."),
    ],
)
def test_nothing_gets_lost_in_a_comparison_however_long(before, after):
    started = time.process_time()
    found = compare(before, after)
    assert time.process_time() - started < 10  # seconds; a fraction of it where nothing else runs
    assert "".join(piece.text for piece in found if piece.kind != "inserted") == before
    assert "".join(piece.text for piece in found if piece.kind != "deleted") == after


def test_any_two_texts_are_told_apart_whole():
    for _time in range(300):
        texts = [" ".join(shuffled.choices("abcd\n", k=shuffled.randint(0, 12))) for _ in "12"]
        found = compare(*texts)
        assert "".join(piece.text for piece in found if piece.kind != "inserted") == texts[0]
        assert "".join(piece.text for piece in found if piece.kind != "deleted") == texts[1]
        assert all(one.kind != next_.kind for one, next_ in itertools.pairwise(found))


def test_where_little_stayed_lines_are_compared():
    kept = "Deze regel blijft.\n"
    before = kept + "oud " * 2000 + "\n" + kept
    after = kept + "nieuw " * 2000 + "\n" + kept
    assert [kind for kind, _text in pieces(before, after)] == [
        "equal",
        "deleted",
        "inserted",
        "equal",
    ]


def test_marked_changes_stay_text():
    shown = marked(compare("Een <b>woord</b>.", "Twee <b>woorden</b>."))
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert "removed:" in shown
