"""LibreTranslate: https://docs.libretranslate.com/"""

from django.core.cache import cache
from django.utils.html import format_html

from practices.translations.machine.connectors.base import Connector
from practices.translations.machine.errors import Unreadable

LANGUAGES_KEPT = 3600  # seconds


class LibreTranslate(Connector):
    kind = "libretranslate"
    name = "LibreTranslate"
    most_texts = 20
    most_bytes = 10 * 1024  # it is slow, and often limited

    @staticmethod
    def guarded(name):
        # It leaves what is in <code> alone, whatever attributes say.
        return format_html('<code translate="no">{}</code>', name)

    def can(self, source, target):
        """As ``learn_languages`` found; until then it may be asked for anything."""
        pairs = cache.get(self._cache_key)
        return pairs is None or target in pairs.get(source, [])

    def learn_languages(self):
        """Ask the service what it can, unless that is known; workers do, pages never wait."""
        if cache.get(self._cache_key) is None:
            answer = self.exchange.send("GET", "/languages")
            try:
                pairs = {row["code"]: list(row["targets"]) for row in answer}
            except (KeyError, TypeError) as error:
                raise Unreadable("no languages in the answer") from error
            cache.set(self._cache_key, pairs, LANGUAGES_KEPT)

    @property
    def _cache_key(self):
        return f"languages of {self.service.address}".replace(" ", "-")

    def translate_some(self, texts, source, target):
        body = {"q": texts, "source": source, "target": target, "format": "html"}
        if self.service.user:
            body["api_key"] = self.service.user
        answer = self.exchange.send("POST", "/translate", json=body)
        translated = answer.get("translatedText") if isinstance(answer, dict) else None
        if not isinstance(translated, list):
            raise Unreadable("no translated texts in the answer")
        return translated
