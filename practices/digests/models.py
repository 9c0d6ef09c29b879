"""What a member wants to hear of, one period's content, one mail to one person."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cities.models import country_choices
from practices.digests.enums import DeliveryState, Frequency
from practices.models import Practice, TargetGroup, Theme


class TimeRange(Func):
    """PostgreSQL's ``tstzrange(from, to, bounds)``."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class SubscriptionQuerySet(models.QuerySet):
    def of(self, user):
        """The subscriptions of *user* that have not ended."""
        return self.filter(user=user, ended_at__isnull=True)


class Subscription(models.Model):
    """What one person wants to hear of; an empty facet matches everything.

    Two choices in one facet mean *or*, facets among each other mean *and*.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("person"),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("themes"),
        help_text=_("None chosen means all."),
    )
    target_groups = models.ManyToManyField(
        TargetGroup,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("target groups"),
        help_text=_("None chosen means all."),
    )
    countries = ArrayField(
        models.CharField(max_length=2, choices=country_choices),
        blank=True,
        default=list,
        verbose_name=_("countries"),
        help_text=_("None chosen means all."),
    )
    language = models.CharField(
        _("language of the mail"), max_length=10, choices=settings.LANGUAGES
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

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
        ]
        indexes = [
            models.Index(
                fields=["frequency"],
                name="subscription_active",
                condition=Q(ended_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.get_frequency_display()}"

    def end(self):
        """No more mails from now on; ending twice keeps the first moment."""
        self.ended_at = self.ended_at or timezone.now()
        self.save(update_fields=["ended_at"])

    def resume(self):
        """Mails again, from now on."""
        self.ended_at = None
        self.save(update_fields=["ended_at"])

    @property
    def country_names(self):
        """The names of the chosen countries in the language in force."""
        return sorted(countries.name(code) for code in self.countries)


class Edition(models.Model):
    """One period's content: what was first published in the half-open [starts_at, ends_at).

    Periods of one frequency follow one another without gap or overlap, whenever they are
    opened, so a practice is new in exactly one of them.
    """

    frequency = models.CharField(_("frequency"), max_length=10, choices=Frequency.choices)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-ends_at", "frequency"]
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="edition_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="edition_period_valid"
            ),
            models.UniqueConstraint(
                fields=["frequency", "starts_at"], name="edition_once_per_period"
            ),
            ExclusionConstraint(
                name="edition_no_overlap",
                expressions=[
                    ("frequency", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.frequency} {self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%Y-%m-%d %H:%M}"


class DeliveryQuerySet(models.QuerySet):
    def due(self):
        return self.filter(state=DeliveryState.DUE, not_before__lte=timezone.now())

    def stuck(self, before):
        """Deliveries whose worker claimed them before *before* and never settled them."""
        return self.filter(state=DeliveryState.SENDING, claimed_at__lt=before)


class Delivery(models.Model):
    """One mail to one person, once for each subscription and edition."""

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="deliveries",
        verbose_name=_("subscription"),
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("edition")
    )
    practices = models.ManyToManyField(
        Practice, through="DeliveryItem", related_name="deliveries", verbose_name=_("practices")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.DUE
    )
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    reason = models.TextField(
        _("reason"), blank=True, help_text=_("Why it was skipped, failed or is tried again.")
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "edition"], name="delivery_once_per_period"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | Q(claimed_at__isnull=False),
                name="delivery_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False)
                ^ Q(state__in=[DeliveryState.DUE, DeliveryState.SENDING]),
                name="delivery_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="delivery_due",
                condition=Q(state=DeliveryState.DUE),
            ),
            models.Index(
                fields=["claimed_at"],
                name="delivery_sending",
                condition=Q(state=DeliveryState.SENDING),
            ),
        ]

    def __str__(self):
        return f"{self.subscription_id} {self.edition_id} {self.state}"


class DeliveryItem(models.Model):
    """A practice in a mail, in the order in which it stands there."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="items")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "practice"], name="delivery_item_once_per_mail"
            ),
        ]

    def __str__(self):
        return f"{self.delivery_id} {self.practice_id}"
