"""Texts in each language, stitched together from what the demonstration says in it."""

import re
import tomllib
from functools import cache

import numpy

from practices.demonstration.loading import PRACTICES

WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
SHORTEST_RUN, LONGEST_RUN = 3, 6  # words
LONGEST_RUN_LETTERS = 60  # so that four of them fit into a summary
INVENTED = 30_000
SENTENCES_OF_SUMMARY = (2, 2)  # runs in each sentence
SENTENCES_OF_BODY = (3, 3)
RUNS = 1 + sum(SENTENCES_OF_SUMMARY) + sum(SENTENCES_OF_BODY)


@cache
def vocabulary(language):
    return Vocabulary(language)


class Vocabulary:
    """What texts of *language* are made of.

    ``runs`` are words that follow each other in a demonstration text: so common words are as
    common as there (as “police”, in about a third of the texts), and phrases are found.
    ``invented`` are names of the kind that projects have, each rarer than the one before:
    in life most words of a large collection stand in a handful of its texts.
    """

    def __init__(self, language):
        texts = _demonstration_texts(language)
        words = [WORD.findall(text) for text in texts]
        runs = {
            " ".join(text[start : start + length])
            for text in words
            for length in range(SHORTEST_RUN, LONGEST_RUN + 1)
            for start in range(len(text) - length + 1)
        }
        self.runs = sorted(run for run in runs if len(run) <= LONGEST_RUN_LETTERS)
        self.invented = _invented_names({word.lower() for text in words for word in text})

    def texts(self, random, number):
        """A (title, summary, how it works) for each of *number* practices."""
        chosen = random.integers(len(self.runs), size=(number, RUNS)).tolist()
        # The density falls with the rank: the first name is in one text of a hundred.
        ranks = (len(self.invented) * random.random((number, 2)) ** 3).astype(int).tolist()
        named = (random.random((number, 2)) < 0.25).tolist()
        for row, names, has_name in zip(chosen, ranks, named, strict=True):
            runs = [self.runs[index] for index in row]
            title = _sentence(runs[:1])
            if has_name[0]:
                title = f"{title} – {self.invented[names[0]]}"
            summary = _sentences(runs[1:], SENTENCES_OF_SUMMARY)
            body = _sentences(runs[1 + sum(SENTENCES_OF_SUMMARY) :], SENTENCES_OF_BODY)
            if has_name[1]:
                body = f"{body} {self.invented[names[1]]}."
            yield title, summary, body


def _demonstration_texts(language):
    """The texts of *language* in the demonstration, paragraph by paragraph."""
    for path in sorted(PRACTICES.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for text in content["text"].get(language, {}).values():
            yield from text.splitlines()


def _sentence(runs):
    text = " ".join(runs)
    return text[0].upper() + text[1:]


def _sentences(runs, lengths):
    sentences, start = [], 0
    for length in lengths:
        sentences.append(_sentence(runs[start : start + length]) + ".")
        start += length
    return " ".join(sentences)


def _invented_names(words):
    """Names from the beginning of one word and the end of another, in an order of chance."""
    long = sorted(word for word in words if len(word) >= 6 and word.isalpha())
    random = numpy.random.default_rng(len(long))
    names = {}
    while len(names) < INVENTED:
        first, last = (long[index] for index in random.integers(len(long), size=2))
        name = (first[: random.integers(3, 5)] + last[-random.integers(3, 6) :]).capitalize()
        if name.lower() not in words:
            names[name] = None
    return list(names)
