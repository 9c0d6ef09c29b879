"""How well words find the demonstration's practices by meaning, in each language."""

import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

from practices.demonstration.loading import PRACTICES
from practices.models import Practice
from practices.search.meaning.making import make_batch
from practices.search.meaning.nearness import nearest
from practices.search.meaning.similar import similar
from practices.search.meaning.state import state

PROBES = tomllib.loads((Path(__file__).parent / "probes.toml").read_text(encoding="utf-8"))
# The mean of 1 / rank of the first practice that was meant, a little below what was measured.
LEAST = {
    "en": 0.9,
    "fr": 0.9,
    "de": 0.8,
    "es": 0.75,
    "it": 0.85,
    "nl": 0.75,
    "pt": 0.7,
    "sv": 0.9,
}
ALIKE = {
    "nantes-night-mediation": "bologna-night-street-educators",
    "meyrin-school-mediation-bullying": "malmo-narvaro-och-mobbning",
    "marseille-families-of-returnees": "den-haag-persoonsgerichte-aanpak-terugkeerders",
    "malmo-trygghetsvandringar": "clichy-sous-bois-exploratory-walks",
}


def _title(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return content["text"][content["original_language"]]["title"].strip()


def _score(language, names):
    scores = []
    for probe in PROBES["probes"]:
        found = [names[hit.practice_id] for hit in nearest(probe[language], language, 20)]
        ranks = [rank for rank, name in enumerate(found, start=1) if name in probe["meant"]]
        scores.append(1 / ranks[0] if ranks else 0)
    return sum(scores) / len(scores)


@pytest.mark.django_db
def test_words_find_what_was_meant_and_practices_lead_to_others_like_them():
    # In one story, since all texts of the demonstration are encoded for it.
    call_command("load_demonstration", verbosity=0)
    make_batch(seconds=600)
    assert state().note == ""
    files = {_title(path): path.stem for path in PRACTICES.glob("*.toml")}
    practices = {files[row.original_title]: row for row in Practice.objects.published()}
    names = {row.pk: name for name, row in practices.items()}

    scores = {language: _score(language, names) for language in LEAST}
    assert {language for language in LEAST if scores[language] < LEAST[language]} == set(), scores

    for name, like in ALIKE.items():
        assert like in [names[other.pk] for other in similar(practices[name], "en")], name
