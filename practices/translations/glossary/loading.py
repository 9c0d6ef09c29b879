"""The glossary that the platform starts with; staff edit it afterwards."""

import tomllib
from itertools import permutations

from django.db import transaction

from practices.models.original_language import LANGUAGE_CODES
from practices.taxonomy import FILE
from practices.translations.glossary.models import GlossaryTerm

TERMS = FILE.with_name("glossary.toml")


@transaction.atomic
def load_glossary():
    """Add the concepts that are missing, from every language into every other one.

    A concept of which any row is there has been loaded before and is left alone, and so is
    what staff have entered: they have changed or deleted of it what they wanted. Returns how
    many terms were added.
    """
    content = tomllib.loads(TERMS.read_text(encoding="utf-8"))
    loaded = set(GlossaryTerm.objects.exclude(concept="").values_list("concept", flat=True))
    before = GlossaryTerm.objects.count()
    GlossaryTerm.objects.bulk_create(
        [
            GlossaryTerm(
                source_language=source,
                target_language=target,
                source_term=entry[source],
                target_term=entry[target],
                concept=entry["slug"],
            )
            for entry in content["terms"]
            if entry["slug"] not in loaded
            for source, target in permutations(LANGUAGE_CODES, 2)
            if source in entry and target in entry
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return GlossaryTerm.objects.count() - before
