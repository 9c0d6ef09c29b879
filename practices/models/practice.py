"""The practice: what a city does, written so that another can take it up."""

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from cities.enums import SeatRole
from cities.models import City
from efus.spelling import address_part
from efus.validators import validate_one_line
from practices.enums import (
    PUBLISHABLE_STATES,
    CostBand,
    EventKind,
    Evidence,
    Licence,
    PracticeStatus,
    PublicationState,
)
from practices.models.original_language import (
    LANGUAGE_CODES,
    OriginalLanguageModel,
    OriginalLanguageQuerySet,
    written_in_original_language,
)
from practices.models.taxonomy import Method, TargetGroup, Theme

# In the order in which a reader meets them.
TEXT_FIELDS = [
    "title",
    "summary",
    "problem",
    "objectives",
    "how_it_works",
    "results",
    "lessons",
    "adoption_needs",
]

# Kept as practices.rich_text has it; the others are plain text.
RICH_TEXT_FIELDS = TEXT_FIELDS[2:]

LONGEST_TEXT = 20_000  # characters; also keeps a search document within PostgreSQL's limits

# Without these nobody elsewhere can use a practice.
NEEDED_FOR_PUBLICATION = ["title", "summary", "how_it_works", "themes"]

# What the addresses below that of a practice end in.
TAKEN_SLUGS = {"cite", "pdf"}


class PracticeQuerySet(OriginalLanguageQuerySet):
    def published(self):
        """What everybody may read."""
        return self.filter(state=PublicationState.PUBLISHED)

    def submitted_to(self, user):
        """Submitted practices that *user* may decide on, the longest waiting first.

        Each is annotated with ``submitted_at``.
        """
        # The history stands on the practice.
        from practices.models.history import PracticeEvent

        submissions = PracticeEvent.objects.filter(
            practice=models.OuterRef("pk"), kind=EventKind.SUBMIT
        )
        submitted = self.filter(state=PublicationState.SUBMITTED)
        if not user.staff_role:
            submitted = submitted.filter(
                city__in=City.objects.with_seat_of(user, SeatRole.COORDINATOR)
            )
        return submitted.annotate(
            submitted_at=Coalesce(
                models.Subquery(submissions.order_by("-at").values("at")[:1]), F("updated_at")
            )
        ).order_by("submitted_at", "pk")

    def due_for_publication(self):
        """Those whose scheduled time has come."""
        return self.filter(publish_at__lte=timezone.now())

    def newest_first(self):
        return self.order_by(F("published_at").desc(nulls_last=True), "-pk")

    def _showing(self, language, *fields):
        """As ``showing``, and whether a machine has translated any of it."""
        return self.showing(language, *fields).annotate(
            shown_translation=FilteredRelation(
                "translations", condition=Q(translations__language=language)
            ),
            shown_translation_state=F("shown_translation__state"),
        )

    def as_cards(self, language):
        """What a list shows of each practice, in *language*, in two queries."""
        return (
            self._showing(language, "title", "summary")
            .defer(*[f"{field}_{code}" for field in TEXT_FIELDS for code in LANGUAGE_CODES])
            .select_related("city")
            .prefetch_related("themes")
        )

    def as_links(self, language):
        """The title of each practice, in *language*, and nothing else of its text."""
        return self._showing(language, "title").defer(
            *[f"{field}_{code}" for field in TEXT_FIELDS for code in LANGUAGE_CODES]
        )

    def as_rows(self, language):
        """What a table or a citation says of each practice, in *language*, in four queries."""
        unseen = [field for field in TEXT_FIELDS if field != "title"]
        return (
            self._showing(language, "title", "summary")
            .defer(*[f"{field}_{code}" for field in unseen for code in LANGUAGE_CODES])
            .select_related("city")
            .prefetch_related("themes", "target_groups", "methods")
        )

    def for_comparison(self, language):
        """What a comparison shows of each practice, its texts in *language*."""
        others = [field for field in TEXT_FIELDS if field != "title"]
        return (
            self._showing(language, *TEXT_FIELDS)
            .defer(*[f"{field}_{code}" for field in others for code in LANGUAGE_CODES])
            .select_related("city")
            .prefetch_related(
                "themes", "target_groups", "methods", "partnerships__partners__organisation"
            )
        )

    def for_page(self):
        """Everything that the page of one practice shows."""
        return self.select_related("city").prefetch_related(
            "themes", "target_groups", "methods", "files", "partnerships__partners__organisation"
        )


class Practice(OriginalLanguageModel):
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="practices", verbose_name=_("city")
    )
    title = models.CharField(
        _("title"),
        max_length=100,
        validators=[validate_one_line],
        blank=True,
        help_text=_(
            "What it is, in a few plain words. For example: “Night mediators in the city centre”."
        ),
    )
    summary = models.TextField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences that tell a colleague elsewhere whether to read on."),
    )
    problem = models.TextField(
        _("the problem it answers"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("What was observed, where, and who is concerned."),
    )
    objectives = models.TextField(
        _("objectives"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("What should be different, one line each."),
    )
    how_it_works = models.TextField(
        _("how it works"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("Who does what, when and with whom. An empty line starts a new paragraph."),
    )
    results = models.TextField(
        _("results"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("What changed, and how you know."),
    )
    lessons = models.TextField(
        _("what was learned"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("What worked, what did not, what you would do differently."),
    )
    adoption_needs = models.TextField(
        _("what another city needs to take it up"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("Staff, partners, agreements, places, time."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=PracticeStatus.choices,
        default=PracticeStatus.RUNNING,
    )
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    cost_band = models.CharField(_("cost"), max_length=20, choices=CostBand.choices, blank=True)
    evidence = models.CharField(
        _("evidence"),
        max_length=30,
        choices=Evidence.choices,
        default=Evidence.DESCRIBED,
        help_text=_("How much is known about its effects, as you declare it."),
    )
    licence = models.CharField(
        _("licence"),
        max_length=20,
        choices=Licence.choices,
        default=Licence.CC_BY,
        db_default=Licence.CC_BY,
        help_text=_(
            "What others may do with the texts. If you change it later, copies that were made"
            " before keep the licence of then."
        ),
    )
    themes = models.ManyToManyField(Theme, related_name="practices", verbose_name=_("themes"))
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="practices", verbose_name=_("target groups")
    )
    methods = models.ManyToManyField(
        Method, blank=True, related_name="practices", verbose_name=_("methods")
    )
    state = models.CharField(
        _("state of publication"),
        max_length=20,
        choices=PublicationState.choices,
        default=PublicationState.DRAFT,
        editable=False,
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    publish_at = models.DateTimeField(_("to be published"), null=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("publication scheduled by"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="practices_written",
        verbose_name=_("written by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    begun_with = models.UUIDField(
        _("begun with"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("The form that it was begun with; sent twice, it begins one practice."),
    )
    is_demonstration = models.BooleanField(
        _("demonstration content"), default=False, editable=False
    )

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(original_language__in=LANGUAGE_CODES),
                name="practice_original_language_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PublicationState.values), name="practice_state_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=PracticeStatus.values), name="practice_status_known"
            ),
            models.CheckConstraint(
                condition=Q(evidence__in=Evidence.values), name="practice_evidence_known"
            ),
            models.CheckConstraint(
                condition=Q(licence__in=Licence.values), name="practice_licence_known"
            ),
            models.CheckConstraint(
                condition=Q(cost_band__in=["", *CostBand.values]),
                name="practice_cost_band_known",
            ),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PUBLISHED)
                | written_in_original_language("title"),
                name="practice_published_has_title",
                violation_error_message=_("A published practice needs a title."),
            ),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PUBLISHED) | Q(published_at__isnull=False),
                name="practice_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True) | Q(state__in=PUBLISHABLE_STATES),
                name="practice_scheduled_can_be_published",
            ),
            models.CheckConstraint(
                condition=Q(scheduled_by__isnull=True) | Q(publish_at__isnull=False),
                name="practice_scheduled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
                name="practice_period_valid",
                violation_error_message=_("The end must not lie before the start."),
            ),
        ]
        indexes = [
            models.Index(
                F("published_at").desc(nulls_last=True),
                F("id").desc(),
                name="practice_newest",
                condition=Q(state=PublicationState.PUBLISHED),
            ),
            models.Index(fields=["city", "state"], name="practice_city_state"),
            models.Index(
                fields=["publish_at"],
                name="practice_scheduled",
                condition=Q(publish_at__isnull=False),
            ),
        ]

    def __str__(self):
        return str(self.shown("title", self.original_language)) or f"#{self.pk}"

    @property
    def original_title(self):
        """The title as the city wrote it."""
        return self.original("title")

    @property
    def shows_machine_translation(self):
        """Whether a list shows a text of it that a machine translated and nobody reviewed."""
        shown = {
            getattr(self, f"shown_{field}_language", self.original_language)
            for field in ("title", "summary")
        }
        return self.shown_translation_state == "machine" and shown != {self.original_language}

    @property
    def period(self):
        """From which month to which it runs, in words; empty where that is not known."""
        if not self.started_on:
            return ""
        days = [day for day in (self.started_on, self.ended_on) if day]
        return " – ".join(date_format(day, "YEAR_MONTH_FORMAT") for day in days)

    @property
    def licence_granted(self):
        """What others may do with it: a ``Licence``, with its meaning and its address."""
        return Licence(self.licence)

    @property
    def slug(self):
        """The title in the language in force, as the end of the practice's address."""
        title = self.shown("title", get_language() or self.original_language)
        slug = address_part(str(title)) or "practice"
        return f"{slug}-practice" if slug in TAKEN_SLUGS else slug

    def address_in(self, language):
        """The path of the practice's page in *language*."""
        with override(language):
            return self.get_absolute_url()

    def get_absolute_url(self):
        return reverse("practices:practice", args=[self.pk, self.slug])
