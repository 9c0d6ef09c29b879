"""How good a ranking is, by measures of the field."""

from math import log2

DEPTH = 10


def recall(ranking, judgments, depth=DEPTH):
    """The part of the relevant ones that stand among the first *depth*: from 0 to 1."""
    return len(set(ranking[:depth]) & set(judgments)) / len(judgments)


def ndcg(ranking, judgments, depth=DEPTH):
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen, ACM TOIS 2002).

    The gain of a grade is 2 to its power, less one; 1 is the best ranking that there could be.
    """

    def discounted(grades):
        return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))

    best = discounted(sorted(judgments.values(), reverse=True)[:depth])
    return discounted([judgments.get(item, 0) for item in ranking[:depth]]) / best
