"""A term of the field in one language, and what it is in another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from efus.validators import validate_one_line
from practices.models.original_language import LANGUAGE_CODES


class GlossaryTermQuerySet(models.QuerySet):
    def from_into(self, source, target):
        """The terms of *source* with what they are in *target*, by alphabet."""
        return self.filter(source_language=source, target_language=target).order_by(
            Lower("source_term"), "pk"
        )

    def containing(self, words):
        """Those in which each of *words* occurs, in either language or in the note."""
        rows = self
        for word in words.split():
            rows = rows.filter(
                Q(source_term__icontains=word)
                | Q(target_term__icontains=word)
                | Q(note__icontains=word)
            )
        return rows


class GlossaryTerm(models.Model):
    source_language = models.CharField(
        _("from language"), max_length=10, choices=settings.LANGUAGES
    )
    target_language = models.CharField(
        _("into language"), max_length=10, choices=settings.LANGUAGES
    )
    source_term = models.CharField(
        _("term"),
        max_length=100,
        validators=[validate_one_line],
        help_text=_("As a dictionary has it: the singular, without an article."),
    )
    target_term = models.CharField(
        _("translation"), max_length=100, validators=[validate_one_line]
    )
    note = models.CharField(
        _("note"),
        max_length=300,
        blank=True,
        validators=[validate_one_line],
        help_text=_("When it is the right word, and when another one is."),
    )
    # Of the terms that the platform starts with; their rows keep it whatever staff make of them.
    concept = models.SlugField(_("concept"), max_length=100, blank=True, editable=False)

    objects = GlossaryTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        ordering = ["source_language", "target_language", "source_term"]
        constraints = [
            models.UniqueConstraint(
                "source_language",
                "target_language",
                Lower("source_term"),
                name="glossary_term_once_per_pair",
                violation_error_message=_("The glossary has this term for these languages."),
            ),
            models.CheckConstraint(
                condition=Q(source_language__in=LANGUAGE_CODES)
                & Q(target_language__in=LANGUAGE_CODES),
                name="glossary_term_languages_known",
            ),
            models.CheckConstraint(
                condition=~Q(source_language=F("target_language")),
                name="glossary_term_two_languages",
                violation_error_message=_("Choose two different languages."),
            ),
            models.CheckConstraint(
                condition=~Q(source_term="") & ~Q(target_term=""),
                name="glossary_term_has_terms",
            ),
        ]

    def __str__(self):
        return f"{self.source_term} → {self.target_term}"
