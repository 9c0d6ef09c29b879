"""What every connector can do."""

from abc import ABC, abstractmethod

from django.utils.html import format_html

from practices.translations.machine.connectors.exchange import Exchange
from practices.translations.machine.errors import Unreadable


def _is_text(text):
    """Whether *text* is one, of characters that a database can keep."""
    if not isinstance(text, str) or "\x00" in text:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in text)


class Connector(ABC):
    """A translation service. Texts are pieces of HTML, and come back as many as they went.

    One that ``answers_later`` has ``send`` instead of ``translate``.
    """

    kind = ""  # as in MACHINE_TRANSLATION_URL
    name = ""  # as people know it
    answers_later = False
    most_texts = 50  # in one request
    most_bytes = 100 * 1024  # in one request, of texts; a longer one goes alone

    def __init__(self, service):
        self.service = service
        self.exchange = Exchange(service.address)

    @abstractmethod
    def can(self, source, target):
        """Whether it translates from *source* to *target*, as far as is known here."""

    def learn_languages(self):  # noqa: B027 (most services say it in their documentation)
        """Ask the service what it can, where that is not known already."""

    @staticmethod
    def guarded(name):
        """*name*, which must not be translated, as the service understands it."""
        return format_html('<span translate="no" class="notranslate">{}</span>', name)

    def translate(self, texts, source, target):
        """The *texts*, translated."""
        translated = []
        for some in self._in_requests(texts):
            answer = self.translate_some(some, source, target)
            if len(answer) != len(some) or not all(map(_is_text, answer)):
                raise Unreadable(f"{len(answer)} texts for {len(some)}")
            translated += answer
        return translated

    def translate_some(self, texts, source, target):
        """The *texts*, which fit into one request, translated."""
        raise NotImplementedError

    def _in_requests(self, texts):
        some, size = [], 0
        for text in texts:
            more = len(text.encode())
            if some and (len(some) == self.most_texts or size + more > self.most_bytes):
                yield some
                some, size = [], 0
            some.append(text)
            size += more
        if some:
            yield some
