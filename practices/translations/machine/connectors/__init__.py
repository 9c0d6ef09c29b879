"""The services that can translate, all spoken to in one way."""

from django.conf import settings

from efus.machine_translation import service_at
from practices.translations.machine.connectors.deepl import DeepL
from practices.translations.machine.connectors.etranslation import ETranslation
from practices.translations.machine.connectors.libretranslate import LibreTranslate

CONNECTORS = {connector.kind: connector for connector in (LibreTranslate, DeepL, ETranslation)}


def connector():
    """The connector to the service that the settings name, or None."""
    service = service_at(settings.MACHINE_TRANSLATION_URL)
    return CONNECTORS[service.kind](service) if service else None
