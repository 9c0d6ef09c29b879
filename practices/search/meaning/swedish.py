"""What a Swedish text says, word by word in English, for an encoder that reads no Swedish.

Of a text in Swedish the encoder knows little more than that it is Swedish. It reads English
well, and makes little of the order of words; so the words of the field are enough for it.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
SHORT_STEM = 4  # a shorter one must be the whole word, but for its ending
ENDINGS = {""} | set(
    "a e n r s t en et ens ets er ers ar ars or ors are aren arna ares n ns na nas ne net nen "  # noqa: SIM905
    "erna ernas arnas orna ornas d de dde ad ade ade ats ades at as ande ende iska isk iskt "
    "ig igt iga ing ingen ingar ingarna het ning ningen ningar ningarna um".split()
)
LITTLE_WORDS = set(
    "alla alltid andra att av blir de dem den det där efter ej eller en ett flera från får få för "  # noqa: SIM905
    "före första först genom gör göra ha han har hon hur i igen ingen inom inte in kan man med "
    "mellan mer minst mot många måste när och ofta också olika om på samma sig sin sina sitt ska "
    "som ta tar till två tre under upp utan ut ur vad var vara varje vem vid vilka vill än är "
    "även över".split()
)


def _table(name):
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _stems():
    """Swedish stem → English: the field's vocabulary, glossary and taxonomy."""
    taxonomy = _table("taxonomy")
    names = [term["name"] for kind in taxonomy.values() for term in kind]
    stems = {
        term["sv"].casefold(): term["en"]
        for term in names + _table("glossary")["terms"]
        if " " not in term["sv"]
    }
    return {stem.casefold(): word for stem, word in _table("swedish")["stems"].items()} | stems


@cache
def _longest():
    return max(map(len, _stems()))


def _stem_at(word, start):
    """The end of the longest stem that *word* has from *start* on, or None."""
    stems = _stems()
    for end in range(min(len(word), start + _longest()), start + 1, -1):
        if word[start:end] in stems and (end - start >= SHORT_STEM or word[end:] in ENDINGS):
            return end
    return None


def _parts(word):
    """The English of each known part of *word*, which may be a compound, from its beginning.

    Empty where half of it or more remains unknown.
    """
    parts, start, end = [], 0, 0
    while start is not None and (until := _stem_at(word, start)) is not None:
        parts.append(_stems()[word[start:until]])
        end = until
        if word[end:] in ENDINGS:
            break
        # What joins the parts of a compound: nothing, or up to two letters.
        start = next((at for at in (end, end + 1, end + 2) if _stem_at(word, at)), None)
    return parts if word[end:] in ENDINGS or end * 2 > len(word) else []


def in_english(text, *, keep_unknown=False):
    """The known words of *text* in English, and the others as they are or not at all.

    Empty where it has too few known words for a text in Swedish.
    """
    words = [word for word in re.findall(r"\w+", text.casefold()) if word not in LITTLE_WORDS]
    english = [_parts(word) for word in words]
    if sum(map(bool, english)) * 3 < len(words):
        return ""
    return " ".join(
        part
        for word, parts in zip(words, english, strict=True)
        for part in parts or ([word] if keep_unknown else [])
    )
