"""Who the members are."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cities.enums import (
    CURRENT_MEMBERSHIP_STATES,
    CityKind,
    MembershipState,
    NationalForum,
    SeatRole,
)
from efus.spelling import address_part


def today():
    """The day by which memberships and seats count: that of Efus, wherever the reader is."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def country_choices():
    """(ISO 3166-1 code, name in the language in force) of every country."""
    return list(countries)


class DateRange(Func):
    """PostgreSQL's ``daterange(from, to, bounds)``."""

    function = "DATERANGE"
    output_field = DateRangeField()


class CityQuerySet(models.QuerySet):
    def members(self):
        """Cities whose membership is active."""
        return self.filter(
            models.Exists(
                Membership.objects.filter(
                    city=models.OuterRef("pk"), state=MembershipState.ACTIVE
                ).covering(today())
            )
        )

    def with_seat_of(self, user, *roles):
        """Cities in which *user* holds a seat today, in one of *roles* if any are given."""
        seats = Seat.objects.current().filter(city=models.OuterRef("pk"), user=user)
        if roles:
            seats = seats.filter(role__in=roles)
        return self.filter(models.Exists(seats))

    def coordinated_by(self, user):
        """Cities whose people *user* may invite: all of them for an administrator."""
        if user.is_administrator:
            return self.all()
        return self.with_seat_of(user, SeatRole.COORDINATOR)

    def written_for_by(self, user):
        """Cities that *user* may write for: those of a seat, or all for an administrator."""
        return self.all() if user.is_administrator else self.with_seat_of(user)

    def with_practice_counts(self):
        """Annotate ``practice_count``, the number of published practices of each city."""
        published = models.Q(practices__state="published")
        return self.annotate(practice_count=models.Count("practices", filter=published))


class City(models.Model):
    """A member authority of any kind, from a district to a region."""

    official_name = models.CharField(
        _("official name"), max_length=200, help_text=_("As the city itself writes it.")
    )
    name = models.CharField(
        _("name"),
        max_length=200,
        blank=True,
        help_text=_("Only where the language has its own name: Anvers, Munich, Lisbona."),
    )
    listed_as = models.CharField(
        _("listed as"),
        max_length=200,
        unique=True,
        help_text=_("As it stands in the list of members; imports recognise the city by it."),
    )
    slug = models.SlugField(_("slug"), max_length=200, unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=CityKind.choices, default=CityKind.CITY
    )
    country = models.CharField(_("country"), max_length=2, choices=country_choices)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    national_forum = models.CharField(
        _("national forum"),
        max_length=2,
        choices=NationalForum.choices,
        blank=True,
        help_text=_("The forum through which it takes part, where its country has one."),
    )
    website = models.URLField(_("website"), blank=True)
    geonames_id = models.PositiveIntegerField(
        _("GeoNames identifier"), null=True, blank=True, unique=True
    )

    objects = CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["country", "official_name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CityKind.values), name="city_kind_known"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="city_country_code"
            ),
            models.CheckConstraint(
                condition=Q(national_forum__in=["", *NationalForum.values]),
                name="city_national_forum_known",
            ),
            models.CheckConstraint(
                condition=~Q(official_name="") & ~Q(slug=""), name="city_has_name"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="city_point_valid",
            ),
        ]
        indexes = [
            models.Index(fields=["country"], name="city_country"),
            models.Index(fields=["population"], name="city_population"),
        ]

    def __str__(self):
        return self.official_name

    def save(self, *args, **kwargs):
        self.listed_as = self.listed_as or self.official_name
        self.slug = self.slug or address_part(self.official_name)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("cities:city", args=[self.slug])

    @property
    def shown_name(self):
        """The city's name in the language in force, or else as the city itself writes it."""
        return self.name or self.official_name

    @property
    def country_name(self):
        """The country's name in the language in force."""
        return countries.name(self.country)

    @property
    def current_membership(self):
        """The membership of today that is active, or None."""
        return self.memberships.filter(state=MembershipState.ACTIVE).covering(today()).first()


class PeriodQuerySet(models.QuerySet):
    def covering(self, day):
        """Rows whose period includes *day*; the end day is no longer included."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
            starts_on__lte=day,
        )

    def current(self):
        """Rows whose period includes today."""
        return self.covering(today())


class Membership(models.Model):
    """A city's time in the network: a half-open period of days, never two at once."""

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("city")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=MembershipState.choices,
        default=MembershipState.APPLIED,
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day that is no longer included.")
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MembershipState.values), name="membership_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="membership_period_valid",
                violation_error_message=_("The period must end after it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(state=MembershipState.ENDED) | Q(ends_on__isnull=False),
                name="membership_ended_has_end",
                violation_error_message=_("A membership that has ended needs its last day."),
            ),
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(state__in=CURRENT_MEMBERSHIP_STATES),
                name="membership_one_current",
                violation_error_message=_("This city has a current membership already."),
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("city", RangeOperators.EQUAL),
                    (
                        DateRange("starts_on", "ends_on", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state=MembershipState.REFUSED),
                violation_error_message=_("This city has a membership in that period already."),
            ),
        ]

    def __str__(self):
        return f"{self.city} {self.starts_on}"


class SeatQuerySet(PeriodQuerySet):
    def not_yet_ended(self):
        """Seats of today, and those that begin later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today()))

    def shown_to(self, user):
        """Today's seats in the cities of *user*, each with ``may_be_ended`` by this person."""
        coordinated = City.objects.coordinated_by(user).filter(pk=OuterRef("city"))
        return (
            self.current()
            .filter(city__in=City.objects.written_for_by(user))
            .annotate(may_be_ended=Q(user=user) | Exists(coordinated))
            .select_related("city", "user")
            .order_by("city__official_name", "city", "role", "user__email")
        )


class Seat(models.Model):
    """A person's role in a city, for a time; ended seats stay as a record."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="seats",
        verbose_name=_("person"),
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="seats", verbose_name=_("city")
    )
    role = models.CharField(_("role"), max_length=20, choices=SeatRole.choices)
    starts_on = models.DateField(_("from"), default=today)
    ends_on = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day that is no longer included.")
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["city", "role", "user"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=SeatRole.values), name="seat_role_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="seat_period_valid",
                violation_error_message=_("The period must end after it starts."),
            ),
            ExclusionConstraint(
                name="seat_no_overlap",
                expressions=[
                    ("city", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (
                        DateRange("starts_on", "ends_on", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person has a seat in this city already."),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.city}"

    def end(self):
        """End the seat today."""
        self.ends_on = today()
        self.save(update_fields=["ends_on"])

    @property
    def is_of_last_coordinator(self):
        """Whether nobody else coordinates the city today."""
        others = Seat.objects.current().filter(city=self.city_id, role=SeatRole.COORDINATOR)
        return self.role == SeatRole.COORDINATOR and not others.exclude(pk=self.pk).exists()


INVITATION_LASTS = timedelta(days=14)


def two_weeks_from_now():
    return timezone.now() + INVITATION_LASTS


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Neither accepted nor withdrawn; some of them may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def valid(self):
        """Those that can be accepted now."""
        return self.open().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """The offer of a seat to whoever reads the mails of an address."""

    city = models.ForeignKey(
        City, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("city")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=SeatRole.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("invited on"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), default=two_weeks_from_now)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "city",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(role__in=SeatRole.values), name="invitation_role_known"
            ),
            models.CheckConstraint(condition=~Q(email=""), name="invitation_has_address"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_one_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.email} · {self.city}"

    @property
    def has_expired(self):
        return self.expires_at <= timezone.now()

    @property
    def is_open(self):
        """Whether it can be accepted now."""
        return self.accepted_at is None and self.withdrawn_at is None and not self.has_expired
