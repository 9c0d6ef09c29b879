from django.db import models
from django.utils.translation import pgettext_lazy


class DeliveryState(models.TextChoices):
    """Where one mail to one person stands."""

    DUE = "due", pgettext_lazy("delivery", "due")
    SENDING = "sending", pgettext_lazy("delivery", "sending")
    SENT = "sent", pgettext_lazy("delivery", "sent")
    SKIPPED = "skipped", pgettext_lazy("delivery", "skipped")
    FAILED = "failed", pgettext_lazy("delivery", "failed")
