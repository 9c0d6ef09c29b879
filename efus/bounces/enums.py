from django.db import models
from django.utils.translation import pgettext_lazy


class BounceReason(models.TextChoices):
    """Why an address gets no more mails."""

    REFUSED = "refused", pgettext_lazy("address", "refused by its mail server")
    BOUNCED = "bounced", pgettext_lazy("address", "a mail came back")
    COMPLAINED = "complained", pgettext_lazy("address", "a mail was reported as unwanted")
