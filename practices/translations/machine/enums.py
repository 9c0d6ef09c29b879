from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RunState(models.TextChoices):
    """Where the machine translation of a practice into one language stands."""

    WAITING = "waiting", pgettext_lazy("machine translation", "waits for its turn")
    RUNNING = "running", pgettext_lazy("machine translation", "being translated")
    SENT = "sent", pgettext_lazy("machine translation", "waits for the service")
    DONE = "done", pgettext_lazy("machine translation", "done")
    PARTLY_DONE = "partly_done", pgettext_lazy("machine translation", "partly done")
    FAILED = "failed", pgettext_lazy("machine translation", "failed")
    WITHDRAWN = "withdrawn", pgettext_lazy("machine translation", "withdrawn")


OPEN_STATES = [RunState.WAITING, RunState.RUNNING, RunState.SENT]


class Problem(models.TextChoices):
    """What kept a service from translating, in words for the people who asked for it."""

    NOT_CONFIGURED = (
        "not_configured",
        _("No translation service is set up any more. Translate by hand."),
    )
    KEY_REFUSED = (
        "key_refused",
        _("The translation service does not accept the platform's key. Tell Efus."),
    )
    REQUEST_REFUSED = (
        "request_refused",
        _("The translation service refused what was asked of it. Tell Efus."),
    )
    LANGUAGE_UNKNOWN = (
        "language_unknown",
        _("The translation service does not know one of the two languages. Translate by hand."),
    )
    QUOTA_EXHAUSTED = (
        "quota_exhausted",
        _("The quota of the translation service is used up. Try again next month, or tell Efus."),
    )
    NOT_REACHED = "not_reached", _("The translation service did not answer.")
    BUSY = "busy", _("The translation service is busy.")
    UNREADABLE = "unreadable", _("The answer of the translation service could not be read.")
    NO_ANSWER = (
        "no_answer",
        _("The translation service took the texts and never sent them back. Try again."),
    )
    INTERRUPTED = "interrupted", _("The translation was interrupted several times.")
    WRITTEN_MEANWHILE = (
        "written_meanwhile",
        _("Somebody has written this translation meanwhile. Theirs stays."),
    )
    ORIGINAL_LANGUAGE = (
        "original_language",
        _("The city writes this practice in this language itself now."),
    )
    NOTHING_ACCEPTED = (
        "nothing_accepted",
        _("None of the translated texts could be taken over."),
    )


class LeftOut(models.TextChoices):
    """Why one translated text was not taken over."""

    EMPTY = "empty", _("it came back empty")
    LINKS = "links", _("its links were lost or changed")
    STRUCTURE = "structure", _("its headings, lists or emphasis were lost")
    NAMES = "names", _("names in it were lost or changed")
    LENGTH = "length", _("it became too long")
    LINES = "lines", _("it came back on several lines")
    SIZE = "size", _("it is too long for the service")
