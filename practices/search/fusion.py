"""One ranking from several that measure different things."""

# How much the first ranks count above the later ones; 60 is what those who proposed it found,
# and other values near it make little difference.
SOFTENING = 60


def fuse(*rankings):
    """The keys of all *rankings*, each an iterable of keys, best first: best first over all.

    Reciprocal rank fusion: only ranks count, since what a text search and a comparison of
    meanings call their scores cannot be compared. On a tie, what an earlier ranking has first
    is first.
    """
    scores = {}
    for ranking in rankings:
        for rank, key in enumerate(dict.fromkeys(ranking), start=1):
            scores[key] = scores.get(key, 0) + 1 / (SOFTENING + rank)
    return sorted(scores, key=scores.get, reverse=True)
