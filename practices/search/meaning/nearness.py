"""Which practices mean what somebody is looking for."""

from dataclasses import dataclass

from practices.search.meaning import vectors
from practices.search.meaning.encoder import LONGEST_QUERY, encode_query
from practices.search.meaning.swedish import in_english

# Measured (docs/search_by_meaning.md): most of what has nothing to do with the words stays
# below; more would lose as much of what was meant.
LEAST_SIMILARITY = 0.08
# Beside the best, what is much less like the words is rather chance.
LEAST_OF_BEST = 0.4


@dataclass(frozen=True)
class Hit:
    """A practice, by that passage of it which is nearest; ``language`` is the passage's."""

    practice_id: int
    similarity: float
    language: str
    passage_id: int


def meant(words, language):
    """What the encoder is given of *words* by a reader of *language*."""
    wanted = [word for word in words[:LONGEST_QUERY].split() if not word.startswith("-")]
    text = " ".join(wanted).replace('"', "").strip()
    # In a search, what is no Swedish word is often a name, or English.
    return (in_english(text, keep_unknown=True) if language == "sv" else "") or text


def nearest(words, language, limit, within=None):
    """The practices nearest to *words* of a reader of *language*, a list of ``Hit``, best first.

    *within* narrows to practices of these keys. Empty where there are no vectors.
    """
    text = meant(words, language)
    within = None if within is None else list(within)
    if not text or limit < 1 or within == [] or not vectors.are_kept():
        return []
    rows = vectors.nearest_to(encode_query(text), limit, LEAST_SIMILARITY, within)
    hits = [Hit(*row) for row in rows]
    return [hit for hit in hits if hit.similarity >= LEAST_OF_BEST * hits[0].similarity]


def similarities(words, language, practices):
    """{key: how near it is to *words*} of those of *practices*, keys, that have vectors."""
    text = meant(words, language)
    practices = list(practices)
    if not text or not practices or not vectors.are_kept():
        return {}
    return vectors.similarities(encode_query(text), practices)
