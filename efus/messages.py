"""Message catalogues, extracted and checked without GNU gettext."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import get_language_info

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
METHODS = (
    [(f"{folder}/**.py", "python") for folder in ("efus", "cities", "practices")]
    + [("templates/**.html", "enmerkar.extract:extract_django")]
    + [("templates/**.txt", "enmerkar.extract:extract_django")]
)
SKIPPED = {".venv", ".data", "tests", "node_modules", "staticfiles"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w+[^>]*>")


def catalogue_file(language):
    """Where the messages of *language*, a language code, are kept."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def target_languages():
    """The languages to translate into: all but the one that the code is written in."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def extract():
    """Every message of the code and the templates, as a catalogue without translations."""
    template = Catalog(charset="utf-8", fuzzy=False)
    rows = extract_from_dir(
        settings.BASE_DIR,
        METHODS,
        keywords=KEYWORDS,
        comment_tags=["Translators:"],
        directory_filter=lambda path: Path(path).name not in SKIPPED,
    )
    for name, _line, message, comments, context in sorted(rows, key=lambda row: row[:2]):
        template.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return template


def read(language):
    """The catalogue of *language*; empty when it has none yet."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(catalogue, language):
    """Keep *catalogue* as the messages of *language*, without dates that always differ."""
    name = get_language_info(language)["name"]
    catalogue.header_comment = f"# {name} messages of the Efus network."
    catalogue.project = "Efus network"
    catalogue.version = ""
    catalogue.last_translator = catalogue.language_team = ""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 11, 1, tzinfo=UTC)
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=99, include_lineno=False, ignore_obsolete=True)


def _texts(value):
    return value if isinstance(value, (list, tuple)) else [value]


def problems(language, template):
    """What is missing or wrong in the catalogue of *language*: a list of sentences."""
    catalogue = read(language)
    found = []
    for message in template:
        if not message.id:
            continue
        name = _texts(message.id)[0]
        translation = catalogue.get(message.id, context=message.context)
        if translation is None:
            found.append(f"{language}: “{name}” is not in the catalogue")
            continue
        texts = _texts(translation.string)
        if translation.fuzzy or not all(texts):
            found.append(f"{language}: “{name}” is not translated")
            continue
        if isinstance(message.id, (list, tuple)) and len(texts) != catalogue.num_plurals:
            found.append(f"{language}: “{name}” needs {catalogue.num_plurals} plural forms")
        expected = Counter(PLACEHOLDER.findall(_texts(message.id)[-1]))
        if Counter(PLACEHOLDER.findall(texts[-1])) != expected:
            found.append(f"{language}: “{name}” has other placeholders or tags")
    return found
