"""What can go wrong between the platform and a translation service."""

from practices.translations.machine.enums import Problem


class TranslationFailed(Exception):
    """The service did not translate; ``problem`` says why, in words for people."""

    problem = Problem.REQUEST_REFUSED

    def __init__(self, detail="", problem=None):
        super().__init__(detail)
        self.problem = problem or self.problem


class Refused(TranslationFailed):
    """For good: asking again the same way would be refused again."""


class TooLarge(Refused):
    """One text is larger than the service takes; others may fit."""


class QuotaExhausted(Refused):
    """What was paid for is used up."""

    problem = Problem.QUOTA_EXHAUSTED


class TryLater(TranslationFailed):
    """The same request may succeed later, in ``seconds`` where the service said so."""

    problem = Problem.NOT_REACHED

    def __init__(self, detail="", problem=None, seconds=None):
        super().__init__(detail, problem)
        self.seconds = seconds


class Unreadable(TryLater):
    """An answer, but not one of the service's: an error page, or the wrong number of texts."""

    problem = Problem.UNREADABLE
