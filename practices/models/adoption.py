"""A city takes up another one's practice, and both write to each other about it.

History and letters only ever grow: the triggers ``append_only`` and
``append_only_kept_with_adoption`` refuse to change or delete a row. Rows go with their
adoption, and forget a person who is deleted.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from practices.enums import AdoptionState, PublicationState
from practices.models.original_language import LANGUAGE_CODES, ShownText
from practices.models.practice import Practice

LONGEST_ADOPTION_TEXT = 5_000  # characters; a practice's page shows several of them
LONGEST_LETTER = 10_000


class AdoptionQuerySet(models.QuerySet):
    def public(self):
        """What everybody may read: published practices, where the adopting city says so."""
        return self.filter(is_public=True, practice__state=PublicationState.PUBLISHED)

    def newest_first(self):
        return self.order_by("-opened_at", "-pk")

    def with_cities(self):
        """For the page of a practice: who takes it up."""
        return self.select_related("city").newest_first()

    def with_practices(self, language):
        """For lists: whose practice it is, with its title in *language*."""
        practices = Practice.objects.as_links(language).select_related("city")
        return self.select_related("city").prefetch_related(Prefetch("practice", practices))

    def with_new_letters(self, user):
        """Annotate ``new_letters``, how many *user* has not read, and ``may_correspond``."""
        seats = City.objects.members().with_seat_of(user)
        letters = (
            Letter.objects.new_for(user)
            .filter(adoption=OuterRef("pk"))
            .order_by()
            .values("adoption")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return self.annotate(
            new_letters=Coalesce(Subquery(letters), Value(0)),
            may_correspond=Exists(
                seats.filter(Q(pk=OuterRef("city")) | Q(pk=OuterRef("practice__city")))
            ),
        )


class Adoption(models.Model):
    """A city that takes up the practice of another.

    That it is another is kept by the triggers adoption_elsewhere.
    """

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="adoptions", verbose_name=_("practice")
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="adoptions", verbose_name=_("city")
    )
    state = models.CharField(
        _("where you are"),
        max_length=20,
        choices=AdoptionState.choices,
        default=AdoptionState.EXPLORING,
    )
    started_on = models.DateField(
        _("started on"),
        null=True,
        blank=True,
        help_text=_("Where only the year is known, take 1 January."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        help_text=_("The language that you write in."),
    )
    what_changed = models.TextField(
        _("what was changed"),
        max_length=LONGEST_ADOPTION_TEXT,
        blank=True,
        help_text=_("What you do differently from the city of origin, and why."),
    )
    outcome = models.TextField(
        _("what came of it"),
        max_length=LONGEST_ADOPTION_TEXT,
        blank=True,
        help_text=_("What worked, what did not, and how you know."),
    )
    is_public = models.BooleanField(
        _("show this to everybody"),
        default=True,
        help_text=_(
            "Your city, the state and what you write here then stand on the practice’s page and"
            " on that of your city. The city of origin sees them in any case. Letters are never"
            " public."
        ),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="adoptions_opened",
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    is_demonstration = models.BooleanField(
        _("demonstration content"), default=False, editable=False
    )

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("adoption")
        verbose_name_plural = _("adoptions")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "city"], name="adoption_once_per_city"),
            models.CheckConstraint(
                condition=Q(state__in=AdoptionState.values), name="adoption_state_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="adoption_language_known"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("what_changed"), LONGEST_ADOPTION_TEXT)
                & LessThanOrEqual(Length("outcome"), LONGEST_ADOPTION_TEXT),
                name="adoption_texts_not_too_long",
            ),
        ]

    def __str__(self):
        return f"{self.practice_id} · {self.city_id}"

    @property
    def cities(self):
        """The two cities: of origin, and adopting."""
        return [self.practice.city, self.city]

    def other_city(self, city):
        """The one of the two that is not *city*."""
        return self.practice.city if city == self.city else self.city

    @property
    def shown_changes(self):
        return ShownText(self.what_changed, self.language)

    @property
    def shown_outcome(self):
        return ShownText(self.outcome, self.language)


class AdoptionEvent(models.Model):
    """Who changed the state of an adoption, and when."""

    adoption = models.ForeignKey(
        Adoption, on_delete=models.CASCADE, related_name="events", verbose_name=_("adoption")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    from_state = models.CharField(
        _("state before"),
        max_length=20,
        choices=AdoptionState.choices,
        blank=True,
        help_text=_("Empty when the practice was taken up."),
    )
    to_state = models.CharField(
        _("state afterwards"), max_length=20, choices=AdoptionState.choices
    )

    class Meta:
        verbose_name = _("event of an adoption")
        verbose_name_plural = _("events of adoptions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_state__in=["", *AdoptionState.values])
                & Q(to_state__in=AdoptionState.values),
                name="adoption_event_states_known",
            ),
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")), name="adoption_event_changes_state"
            ),
        ]

    def __str__(self):
        return f"{self.adoption_id} · {self.to_state} · {self.at:%Y-%m-%d %H:%M}"


class LetterQuerySet(models.QuerySet):
    def new_for(self, user):
        """The letters of others that *user* may read and has not read."""
        cities = City.objects.members().with_seat_of(user).values("pk")
        read = Reading.objects.filter(
            adoption=OuterRef("adoption"), person=user, read_until__gte=OuterRef("written_at")
        )
        return self.filter(
            ~Exists(read),
            Q(author__isnull=True) | ~Q(author=user),
            Q(adoption__city__in=cities) | Q(adoption__practice__city__in=cities),
        )


class Letter(models.Model):
    """What a person of one of the two cities writes to the other.

    That it comes from one of the two is kept by the trigger letter_of_the_two_cities.
    """

    adoption = models.ForeignKey(
        Adoption, on_delete=models.CASCADE, related_name="letters", verbose_name=_("adoption")
    )
    from_city = models.ForeignKey(
        City,
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("city of the author"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="letters",
        verbose_name=_("written by"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("letter"), max_length=LONGEST_LETTER)
    shows_address = models.BooleanField(_("shows the author’s e-mail address"), default=False)
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    token = models.UUIDField(
        _("token"), default=uuid.uuid4, help_text=_("By which a letter sent twice is known.")
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["adoption", "author", "token"], name="letter_once"),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="letter_has_text"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), LONGEST_LETTER),
                name="letter_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="letter_language_known"
            ),
        ]
        indexes = [
            models.Index(fields=["adoption", "-written_at"], name="letter_newest"),
            models.Index(fields=["author", "written_at"], name="letter_of_author"),
        ]

    def __str__(self):
        return f"{self.adoption_id} · {self.written_at:%Y-%m-%d %H:%M}"

    @property
    def shown_text(self):
        return ShownText(self.text, self.language)

    @property
    def address(self):
        """The author's e-mail address, where they chose to show it."""
        return self.author.email if self.shows_address and self.author else ""


class Reading(models.Model):
    """How far a person has read the letters of an adoption."""

    adoption = models.ForeignKey(
        Adoption, on_delete=models.CASCADE, related_name="readings", verbose_name=_("adoption")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )
    read_until = models.DateTimeField(_("read until"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(fields=["adoption", "person"], name="reading_once_per_person")
        ]

    def __str__(self):
        return f"{self.adoption_id} · {self.person_id}"
