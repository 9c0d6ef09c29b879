from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Frequency(models.TextChoices):
    """How often a digest comes."""

    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every Monday")
    MONTHLY = "monthly", _("on the first of the month")


class DeliveryState(models.TextChoices):
    """Where one mail to one person stands."""

    DUE = "due", pgettext_lazy("delivery", "due")
    SENDING = "sending", pgettext_lazy("delivery", "sending")
    SENT = "sent", pgettext_lazy("delivery", "sent")
    SKIPPED = "skipped", pgettext_lazy("delivery", "skipped")
    FAILED = "failed", pgettext_lazy("delivery", "failed")
