from django.db import models
from django.utils.translation import pgettext_lazy


class CorrectionState(models.TextChoices):
    """What became of an offered correction."""

    OFFERED = "offered", pgettext_lazy("correction", "open")
    ACCEPTED = "accepted", pgettext_lazy("correction", "accepted")
    DECLINED = "declined", pgettext_lazy("correction", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "withdrawn")


DECIDED_STATES = (CorrectionState.ACCEPTED, CorrectionState.DECLINED)
