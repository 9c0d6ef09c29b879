"""What somebody wants to hear of, and when."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.digests.enums import Frequency, NewsKind, Weekday
from practices.digests.models.recipient import Recipient
from practices.digests.timetable import Timetable
from practices.search.filters import LONGEST_WORDS, Search

USUAL_HOUR = 6  # local time
CONFIRMED_WITHIN = timedelta(days=7)


def all_kinds():
    return list(NewsKind.values)


class SubscriptionQuerySet(models.QuerySet):
    def of(self, user):
        """The subscriptions of *user* that mails come from.

        What waits to be confirmed is not among them: anybody may have asked for it.
        """
        return self.active().filter(recipient__user=user)

    def active(self):
        """Those that mails come from: confirmed and not ended; they may be paused."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def due(self, moment):
        """Those whose time has come."""
        return self.active().filter(next_at__lte=moment)

    def never_confirmed(self):
        """Those that nobody confirmed in time."""
        return self.filter(
            confirmed_at__isnull=True, created_at__lt=timezone.now() - CONFIRMED_WITHIN
        )

    def with_choices(self):
        """What a list says of each, in two queries more."""
        return self.select_related("recipient__user").prefetch_related("choices")


class Subscription(models.Model):
    """Words and values of facets, as of a search, and the hours at which mails come.

    A facet without a choice matches everything; several values of one mean *or*, facets among
    each other and the words mean *and*.
    """

    recipient = models.ForeignKey(
        Recipient,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("recipient"),
    )
    words = models.CharField(
        _("words"),
        max_length=LONGEST_WORDS,
        blank=True,
        help_text=_("Only what has all of these words. Leave it empty for everything."),
    )
    kinds = ArrayField(
        models.CharField(max_length=20, choices=NewsKind.choices),
        default=all_kinds,
        verbose_name=_("what to tell you of"),
    )
    language = models.CharField(
        _("language of the mail"), max_length=10, choices=settings.LANGUAGES
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    weekday = models.PositiveSmallIntegerField(
        _("day of the week"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    hour = models.PositiveSmallIntegerField(
        _("hour"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        default=USUAL_HOUR,
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(
        _("confirmed"), null=True, editable=False, default=timezone.now
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    paused_until = models.DateField(
        _("paused until"),
        null=True,
        blank=True,
        help_text=_("The first day on which mails may come again."),
    )
    covered_until = models.DateTimeField(
        _("told of what happened before"), default=timezone.now, editable=False
    )
    next_at = models.DateTimeField(_("next mail"), editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="subscription_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="subscription_language_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")),
                name="subscription_period_valid",
            ),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values, hour__lt=24),
                name="subscription_time_valid",
            ),
            models.CheckConstraint(
                condition=~Q(kinds=[]) & Q(kinds__contained_by=NewsKind.values),
                name="subscription_kinds_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="subscription_next",
                condition=Q(ended_at__isnull=True, confirmed_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.recipient} · {self.get_frequency_display()}"

    def save(self, *args, **kwargs):
        if self.next_at is None:
            self._set_next()
        super().save(*args, **kwargs)

    @property
    def timetable(self):
        """At which moments its mails are due."""
        return Timetable(self.frequency, self.weekday, self.hour, self.recipient.zone)

    def _set_next(self):
        after = timezone.now()
        if self.paused_until:
            zone = ZoneInfo(self.recipient.zone)
            midnight = datetime.combine(self.paused_until, time.min, tzinfo=zone)
            after = max(after, midnight - timedelta(seconds=1))
        self.next_at = self.timetable.next(after)

    def reschedule(self):
        """Have the next mail come when its times, its pause and its time zone say."""
        self._set_next()
        self.save(update_fields=["next_at"])

    def pause(self, until):
        """No mails before the day *until*; the first one after tells of the time between."""
        self.paused_until = until
        self._set_next()
        self.save(update_fields=["paused_until", "next_at"])

    def go_on(self):
        """End the pause."""
        self.pause(None)

    def confirm(self):
        """The person at the address wants it; from now on. Confirming twice changes nothing."""
        if self.confirmed_at is None:
            self.confirmed_at = self.covered_until = timezone.now()
            self._set_next()
            self.save(update_fields=["confirmed_at", "covered_until", "next_at"])

    def end(self):
        """No more mails from now on; ending twice keeps the first moment."""
        self.ended_at = self.ended_at or timezone.now()
        self.save(update_fields=["ended_at"])

    def resume(self):
        """Mails again, from now on; what has not ended stays as it is."""
        if self.ended_at:
            self.ended_at = None
            self.covered_until = timezone.now()
            self._set_next()
            self.save(update_fields=["ended_at", "covered_until", "next_at"])

    @property
    def is_paused(self):
        """Whether no mail comes today."""
        today = timezone.localdate(timezone=ZoneInfo(self.recipient.zone))
        return self.paused_until is not None and self.paused_until > today

    @property
    def chosen(self):
        """The values chosen of each facet: a dict of lists."""
        chosen = {}
        for choice in self.choices.all():
            chosen.setdefault(choice.facet, []).append(choice.value)
        return chosen

    def choose(self, chosen):
        """Keep the values *chosen* of each facet, a dict of lists, and no others."""
        wanted = {(facet, value) for facet, values in chosen.items() for value in values}
        kept = set()
        for choice in self.choices.all():
            if (choice.facet, choice.value) in wanted:
                kept.add((choice.facet, choice.value))
            else:
                choice.delete()
        SubscriptionChoice.objects.bulk_create(
            SubscriptionChoice(subscription=self, facet=facet, value=value)
            for facet, value in sorted(wanted - kept)
        )

    @property
    def search(self):
        """The same as a search in the language of the mail."""
        query = QueryDict(mutable=True)
        for facet, values in self.chosen.items():
            query.setlist(facet, values)
        query["q"] = self.words
        return Search.from_query(query, self.language)


class SubscriptionChoice(models.Model):
    """A value of a facet of practices.search.facets.

    Choices of terms follow the slug of the term (trigger ``subscription_choice_follows``). A
    term that is deleted leaves the choice, which then matches nothing: nobody hears of more
    than they asked for.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="choices"
    )
    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=200)

    class Meta:
        ordering = ["facet", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "facet", "value"], name="subscription_choice_once"
            ),
            models.CheckConstraint(
                condition=~Q(facet="") & ~Q(value=""), name="subscription_choice_not_empty"
            ),
        ]
        indexes = [models.Index(fields=["facet", "value"], name="subscription_choice_value")]

    def __str__(self):
        return f"{self.facet}={self.value}"
