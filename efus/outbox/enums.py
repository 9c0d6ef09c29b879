from django.db import models
from django.utils.translation import pgettext_lazy


class DeliveryState(models.TextChoices):
    """Where one mail to one person stands."""

    DUE = "due", pgettext_lazy("delivery", "due")
    SENDING = "sending", pgettext_lazy("delivery", "sending")
    SENT = "sent", pgettext_lazy("delivery", "sent")
    SKIPPED = "skipped", pgettext_lazy("delivery", "skipped")
    FAILED = "failed", pgettext_lazy("delivery", "failed")


class MailKind(models.TextChoices):
    """What a mail that is no digest is about."""

    ACCOUNT = "account", pgettext_lazy("mail", "account")
    INVITATION = "invitation", pgettext_lazy("mail", "invitation")
    STEP = "step", pgettext_lazy("mail", "step to publication")
    ADOPTION = "adoption", pgettext_lazy("mail", "adoption")
    CORRECTION = "correction", pgettext_lazy("mail", "correction")
    LINKS = "links", pgettext_lazy("mail", "broken links")
    SUBSCRIPTION = "subscription", pgettext_lazy("mail", "subscription")
    TEST = "test", pgettext_lazy("mail", "test")
