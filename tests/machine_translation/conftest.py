"""A practice with all sorts of text, and services that translate it."""

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from practices.models import Practice
from practices.translations.machine.connectors import exchange
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.tasks import translate_practice
from tests.domain import a_city, a_partnership, a_practice
from tests.machine_translation.engines import FakeDeepL, FakeETranslation, FakeLibreTranslate

HOW_IT_WORKS = """# Wie doet mee

De **wijkagent** van Genk en *het buurthuis*, volgens CLSPD.

- elke week een [overleg](https://genk.example/overleg?a=1&b=2)
- Jongerenwelzijn Noord
  - "jeugd" & ouders

1. bellen naar https://bel.example/nu.
2. bezoeken

> Dat werkt < 3 maanden.

## Later

Eerste regel
tweede regel"""


@pytest.fixture(autouse=True)
def in_english():
    """Whatever language the last page of a test was in."""
    with override("en"):
        yield


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def practice(genk):
    practice = a_practice(
        genk,
        "nl",
        title_nl="Mentoren in Genk",
        summary_nl="Elke jongere een mentor.\n\nIn Genk, met Jongerenwelzijn Noord.",
        how_it_works_nl=HOW_IT_WORKS,
    )
    with transaction.atomic():
        partnership = a_partnership(genk, practice)
    partnership.model = "CLSPD"
    partnership.save()
    organisation = partnership.organisations.first()
    organisation.name = "Jongerenwelzijn Noord"
    organisation.save()
    return practice


@pytest.fixture
def engine(settings):
    """Start a service and have the platform use it: ``engine(FakeDeepL)``."""
    started = []

    def start(kind):
        found = kind()
        started.append(found)
        settings.MACHINE_TRANSLATION_URL = found.url
        return found

    yield start
    for found in started:
        found.stop()
    exchange._session.cache_clear()


@pytest.fixture
def libretranslate(engine):
    return engine(FakeLibreTranslate)


@pytest.fixture
def deepl(engine):
    return engine(FakeDeepL)


@pytest.fixture
def etranslation(engine):
    return engine(FakeETranslation)


@pytest.fixture
def work():
    """Do what a worker does with a run as soon as it is due; returns the run afterwards."""

    def do(run):
        MachineTranslationRun.objects.filter(pk=run.pk).update(next_attempt_at=timezone.now())
        translate_practice(run.pk)
        run.refresh_from_db()
        return run

    return do


@pytest.fixture
def texts():
    """The texts of a practice in a language, as they are in the database."""

    def read(practice, language="fr"):
        found = Practice.objects.get(pk=practice.pk)
        names = ("title", "summary", "how_it_works")
        return {name: getattr(found, f"{name}_{language}") or "" for name in names}

    return read
