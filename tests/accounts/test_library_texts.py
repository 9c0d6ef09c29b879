"""The library's texts that our message files translate anew."""

from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po

from efus.accounts.library_texts import TEXTS

CATALOGUE = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def library():
    with CATALOGUE.open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return {text if isinstance(text, str) else text[0] for text in ids}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_library_still_says_so(library, text):
    assert text in library
