"""The taxonomy that the platform starts with; staff edit it afterwards."""

import tomllib
from pathlib import Path

from django.db import transaction

from practices.models import Method, TargetGroup, Theme

FILE = Path(__file__).parent / "data" / "taxonomy.toml"


def _names(entry):
    return {f"name_{code}": name for code, name in entry["name"].items()}


@transaction.atomic
def load_taxonomy():
    """Add the terms that are missing, by slug; what staff have changed stays as it is.

    Returns how many terms were added.
    """
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    added = 0
    for position, entry in enumerate(content["themes"]):
        parent = Theme.objects.get(slug=entry["parent"]) if entry["parent"] else None
        _theme, created = Theme.objects.get_or_create(
            slug=entry["slug"],
            defaults={"parent": parent, "position": position, **_names(entry)},
        )
        added += created
    for model, key in [(TargetGroup, "target_groups"), (Method, "methods")]:
        for position, entry in enumerate(content[key]):
            _term, created = model.objects.get_or_create(
                slug=entry["slug"], defaults={"position": position, **_names(entry)}
            )
            added += created
    return added
