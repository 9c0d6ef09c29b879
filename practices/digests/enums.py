from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Frequency(models.TextChoices):
    """How often a digest comes."""

    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("once a week")
    MONTHLY = "monthly", _("on the first of the month")


class Weekday(models.IntegerChoices):
    """The days of a week, as ``datetime.date.weekday`` counts them."""

    MONDAY = 0, WEEKDAYS[0]
    TUESDAY = 1, WEEKDAYS[1]
    WEDNESDAY = 2, WEEKDAYS[2]
    THURSDAY = 3, WEEKDAYS[3]
    FRIDAY = 4, WEEKDAYS[4]
    SATURDAY = 5, WEEKDAYS[5]
    SUNDAY = 6, WEEKDAYS[6]


class NewsKind(models.TextChoices):
    """What a digest tells of."""

    PUBLISHED = "published", pgettext_lazy("news", "new practices")
    UPDATED = "updated", pgettext_lazy("news", "practices that changed a lot")
    ADOPTED = "adopted", pgettext_lazy("news", "practices that a city takes up")
    MEMBER = "member", pgettext_lazy("news", "new members")


class EditionEventKind(models.TextChoices):
    """What staff did about an edition."""

    PAUSED = "paused", pgettext_lazy("edition", "paused")
    RESUMED = "resumed", pgettext_lazy("edition", "resumed")
    RESENT = "resent", pgettext_lazy("edition", "what failed sent again")
    TRIED = "tried", pgettext_lazy("edition", "tried for one address")
