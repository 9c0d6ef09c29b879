"""Texts that a city writes in one language and that may exist in others."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

LANGUAGE_CODES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class ShownText:
    """A text as a reader sees it, and the language that it is in."""

    text: str
    language: str

    def __bool__(self):
        return bool(self.text)

    def __str__(self):
        return self.text


def has_text(column):
    """The condition that *column*, which modeltranslation makes nullable, holds a text."""
    return Q(**{f"{column}__isnull": False}) & ~Q(**{column: ""})


def written_in_original_language(field):
    """The condition that *field* has a text in the row's original language."""
    condition = Q(pk__in=[])
    for code in LANGUAGE_CODES:
        condition |= Q(original_language=code) & has_text(f"{field}_{code}")
    return condition


class OriginalLanguageQuerySet(models.QuerySet):
    def showing(self, language, *fields):
        """Annotate each of *fields* as a reader of *language* sees it.

        ``shown_<field>`` is the text in *language*, or in the original language where it
        has not been translated; ``shown_<field>_language`` says which. Only these texts
        leave the database, not a column for every language.
        """
        annotations = {}
        for field in fields:
            translated = f"{field}_{language}"
            original = Case(
                *[
                    When(original_language=code, then=F(f"{field}_{code}"))
                    for code in LANGUAGE_CODES
                ],
                output_field=models.TextField(),
            )
            annotations[f"shown_{field}"] = Coalesce(
                NullIf(F(translated), Value("")),
                original,
                Value(""),
                output_field=models.TextField(),
            )
            annotations[f"shown_{field}_language"] = Case(
                When(has_text(translated), then=Value(language)),
                default=F("original_language"),
                output_field=models.CharField(),
            )
        return self.annotate(**annotations)


class OriginalLanguageModel(models.Model):
    original_language = models.CharField(
        _("original language"),
        max_length=10,
        choices=settings.LANGUAGES,
        help_text=_("The language that you write in."),
    )

    class Meta:
        abstract = True

    def shown(self, field, language):
        """*field* as a reader of *language* sees it: a ``ShownText``."""
        if hasattr(self, f"shown_{field}"):
            return ShownText(
                getattr(self, f"shown_{field}") or "", getattr(self, f"shown_{field}_language")
            )
        for code in (language, self.original_language):
            if text := getattr(self, f"{field}_{code}", ""):
                return ShownText(text, code)
        return ShownText("", self.original_language)

    def original(self, field):
        """*field* as the city wrote it."""
        return getattr(self, f"{field}_{self.original_language}") or ""

    def languages_of(self, field):
        """The codes of the languages in which *field* has a text."""
        return [code for code in LANGUAGE_CODES if getattr(self, f"{field}_{code}")]
