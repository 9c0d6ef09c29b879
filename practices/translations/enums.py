from django.db import models
from django.utils.translation import pgettext_lazy


class TranslationState(models.TextChoices):
    """How a translation came about, as it is kept."""

    MACHINE = "machine", pgettext_lazy("translation", "machine")
    REVIEWED = "reviewed", pgettext_lazy("translation", "reviewed")
