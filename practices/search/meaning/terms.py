"""How probable it is that a search means a theme, a target group or a method, though it may
name none.

A term's vector is the mean of those of its names and search words in all languages. They are
few, so that a search is compared with all of them, and needs no index.
"""

import hashlib
from collections import defaultdict

from django.conf import settings

from practices.search.known_names import TERMS, SearchWord
from practices.search.meaning.encoder import SEARCHES, VERSION, centred, encode, encode_query
from practices.search.meaning.nearness import meant
from practices.search.models import TermMeaning

TEMPERATURE = 0.1  # of the softmax: the lower, the more the nearest term counts
MOST_TERMS = 8  # that a search may mean; the others are improbable


def _texts_of_terms():
    """{(kind, slug): what the encoder gets of its names and search words, sorted}."""
    codes = [code for code, _name in settings.LANGUAGES]
    texts = defaultdict(set)
    for kind, model in TERMS.items():
        names = model.objects.values_list("slug", *[f"name_{code}" for code in codes])
        for slug, *translated in names.order_by():
            for code, name in zip(codes, translated, strict=True):
                if name:
                    texts[kind.value, slug].add(meant(name, code))
    words = SearchWord.objects.filter(kind__in=[kind.value for kind in TERMS]).order_by()
    for kind, slug, code, word in words.values_list("kind", "value", "language", "word"):
        if (kind, slug) in texts:
            texts[kind, slug].add(meant(word, code))
    return {term: sorted(filter(None, each)) for term, each in texts.items()}


def _digest(texts):
    return hashlib.sha256("\n".join([str(VERSION), *texts]).encode()).hexdigest()


def _vector(texts):
    import numpy

    mean = centred(encode(texts), [SEARCHES] * len(texts)).mean(axis=0)
    return (mean / max(numpy.linalg.norm(mean), 1e-6)).astype(numpy.float16).tobytes()


def make_terms(is_late):
    """Bring the vectors of terms up to date until *is_late()*; returns whether all are."""
    texts = _texts_of_terms()
    made = {
        (kind, value): digest
        for kind, value, digest in TermMeaning.objects.values_list("kind", "value", "digest")
    }
    for kind, value in made.keys() - texts.keys():
        TermMeaning.objects.filter(kind=kind, value=value).delete()
    for (kind, value), each in texts.items():
        digest = _digest(each)
        if made.get((kind, value)) == digest:
            continue
        if is_late():
            return False
        TermMeaning.objects.update_or_create(
            kind=kind, value=value, defaults={"digest": digest, "vector": _vector(each)}
        )
    return True


def probable_terms(words, language):
    """{(kind, slug): how probable it is that a reader of *language* means it}, the best ones."""
    import numpy

    text = meant(words, language)
    rows = list(TermMeaning.objects.values_list("kind", "value", "vector")) if text else []
    if not rows:
        return {}
    vectors = numpy.array([numpy.frombuffer(row[2], dtype=numpy.float16) for row in rows])
    similarities = vectors.astype(numpy.float32) @ encode_query(text).astype(numpy.float32)
    weights = numpy.exp((similarities - similarities.max()) / TEMPERATURE)
    weights /= weights.sum()
    return {rows[place][:2]: float(weights[place]) for place in (-weights).argsort()[:MOST_TERMS]}
