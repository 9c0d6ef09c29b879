"""DeepL: https://developers.deepl.com/api-reference/translate"""

from requests.auth import AuthBase

from practices.translations.machine.connectors.base import Connector
from practices.translations.machine.errors import Unreadable

LANGUAGES = {"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hu", "it", "lt"}
LANGUAGES |= {"lv", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "uk"}
TARGETS = {"en": "EN-GB", "pt": "PT-PT"}  # where it wants to know which


class Key(AuthBase):
    def __init__(self, key):
        self.key = key

    def __call__(self, request):
        request.headers["Authorization"] = f"DeepL-Auth-Key {self.key}"
        return request


class DeepL(Connector):
    kind = "deepl"
    name = "DeepL"

    def can(self, source, target):
        return source in LANGUAGES and target in LANGUAGES

    def translate_some(self, texts, source, target):
        answer = self.exchange.send(
            "POST",
            "/v2/translate",
            auth=Key(self.service.user),
            json={
                "text": texts,
                "source_lang": source.upper(),
                "target_lang": TARGETS.get(target, target.upper()),
                "tag_handling": "html",
            },
        )
        try:
            return [translation["text"] for translation in answer["translations"]]
        except (KeyError, TypeError) as error:
            raise Unreadable("no translations in the answer") from error
