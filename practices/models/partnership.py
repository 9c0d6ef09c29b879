"""Who works with whom, in which city, on what."""

from django.contrib.postgres.indexes import GistIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cities.models import City
from efus.spelling import fold
from efus.validators import validate_one_line
from practices.enums import OrganisationKind, PartnerRole, PartnershipFormality
from practices.models.original_language import (
    LANGUAGE_CODES,
    OriginalLanguageModel,
    OriginalLanguageQuerySet,
    written_in_original_language,
)
from practices.models.practice import Practice


class OrganisationQuerySet(models.QuerySet):
    def named_like(self, words):
        """Those whose name has each of *words*, without regard to case and accents."""
        rows = self
        for word in fold(words).split():
            rows = rows.filter(folded_name__contains=word)
        return rows

    def resembling(self, name):
        """Those that *name* may be another spelling of, most alike first."""
        folded = fold(name)
        return (
            self.filter(
                # The second finds "Politie" in "Lokale politie Genk-Noord".
                Q(folded_name__trigram_similar=folded)
                | Q(folded_name__trigram_word_similar=folded)
            )
            .annotate(likeness=TrigramSimilarity("folded_name", folded))
            .order_by("-likeness", "name", "pk")
        )


class Organisation(models.Model):
    """A partner, entered once for its city and picked again."""

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("city")
    )
    name = models.CharField(
        _("name"),
        max_length=200,
        validators=[validate_one_line],
        help_text=_("As the organisation itself writes it."),
    )
    folded_name = models.TextField(_("name without accents and case"), editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    website = models.URLField(_("website"), blank=True)
    is_demonstration = models.BooleanField(
        _("demonstration content"), default=False, editable=False
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_name"),
            models.UniqueConstraint(
                "city",
                Lower("name"),
                name="organisation_once_per_city",
                violation_error_message=_("This city has an organisation of that name already."),
            ),
        ]
        indexes = [
            GistIndex(
                name="organisation_likeness",
                fields=["city", "folded_name"],
                opclasses=["gist_int8_ops", "gist_trgm_ops"],
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.folded_name = fold(self.name)
        super().save(*args, **kwargs)


class PartnershipQuerySet(OriginalLanguageQuerySet):
    def public(self):
        """What everybody may read: it carries what is published, or its city is a member."""
        published = Practice.objects.published().filter(partnerships=OuterRef("pk"))
        return self.filter(Exists(published) | Q(city__in=City.objects.members()))

    def for_list(self, language):
        """What a list shows of each: city, partners and published practices."""
        published = Practice.objects.published().newest_first().as_links(language)
        return self.select_related("city").prefetch_related(
            Prefetch("partners", Partner.objects.select_related("organisation")),
            Prefetch("practices", published, to_attr="published_practices"),
        )

    def in_order(self, keys, language):
        """What a list shows of those of *keys*, in this order."""
        rows = {row.pk: row for row in self.filter(pk__in=keys).for_list(language)}
        return [rows[key] for key in keys if key in rows]


class Partnership(OriginalLanguageModel):
    """A city and two or more organisations that carry practices together.

    That there are two at least is kept by the deferred trigger partnership_two_partners.
    """

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("city")
    )
    name = models.CharField(_("name"), max_length=150, blank=True, validators=[validate_one_line])
    organisations = models.ManyToManyField(
        Organisation,
        through="Partner",
        related_name="partnerships",
        verbose_name=_("organisations"),
    )
    practices = models.ManyToManyField(
        Practice, blank=True, related_name="partnerships", verbose_name=_("practices")
    )
    formality = models.CharField(
        _("formality"),
        max_length=20,
        choices=PartnershipFormality.choices,
        default=PartnershipFormality.INFORMAL,
    )
    model = models.CharField(
        _("model"),
        max_length=80,
        blank=True,
        help_text=_("Where it follows one that has a name: CLSPD, SSP, LISC-R …"),
    )
    since = models.DateField(_("since"), null=True, blank=True)
    is_demonstration = models.BooleanField(
        _("demonstration content"), default=False, editable=False
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["city", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(original_language__in=LANGUAGE_CODES),
                name="partnership_original_language_known",
            ),
            models.CheckConstraint(
                condition=Q(formality__in=PartnershipFormality.values),
                name="partnership_formality_known",
            ),
            models.CheckConstraint(
                condition=written_in_original_language("name"), name="partnership_has_name"
            ),
        ]

    def __str__(self):
        return str(self.shown("name", self.original_language))


class Partner(models.Model):
    """An organisation's part in a partnership."""

    partnership = models.ForeignKey(
        Partnership,
        on_delete=models.CASCADE,
        related_name="partners",
        verbose_name=_("partnership"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="parts",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=20, choices=PartnerRole.choices)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=PartnerRole.values), name="partner_role_known"
            ),
            models.UniqueConstraint(
                fields=["partnership", "organisation"], name="partner_once_per_partnership"
            ),
        ]

    def __str__(self):
        return f"{self.organisation} · {self.get_role_display()}"
