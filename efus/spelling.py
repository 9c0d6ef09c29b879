"""When two spellings are the same name."""

import re
import unicodedata

from django.utils.text import slugify

# Letters that Unicode does not take apart into a base and a mark.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
HYPHENS_APOSTROPHES_SPACES = re.compile(r"[\s\-‐‑‒–—'’‘ʼ`´]+")


def fold(name: str) -> str:
    """*name* without regard to case, accents, hyphens, apostrophes and spaces."""
    name = name.casefold()
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", name.translate(LETTERS))
        name = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return HYPHENS_APOSTROPHES_SPACES.sub(" ", name).strip()


def address_part(text: str) -> str:
    """*text* as part of an address: lower-case Latin letters, digits and hyphens."""
    return slugify(fold(text))
