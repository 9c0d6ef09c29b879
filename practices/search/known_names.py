"""The names that searches recognise, and the words that stand for them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from practices.enums import OrganisationKind
from practices.models import Method, TargetGroup, Theme
from practices.models.original_language import LANGUAGE_CODES


class NameKind(models.TextChoices):
    """What a name is of; all but cities may have search words beside it."""

    CITY = "city", _("city")
    THEME = "theme", _("theme")
    GROUP = "group", _("target group")
    METHOD = "method", _("method")
    PARTNER = "partner", _("kind of partner")
    COUNTRY = "country", _("country")


TERMS = {NameKind.THEME: Theme, NameKind.GROUP: TargetGroup, NameKind.METHOD: Method}
KINDS_WITH_WORDS = [kind for kind in NameKind if kind != NameKind.CITY]


class SearchWord(models.Model):
    """A word that readers type when they mean a theme, a target group … of another name."""

    kind = models.CharField(
        _("what it stands for"),
        max_length=10,
        choices=[(kind.value, kind.label) for kind in KINDS_WITH_WORDS],
    )
    value = models.CharField(
        _("slug"),
        max_length=100,
        help_text=_("The slug of the term; of a country, its code of two letters."),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    word = models.CharField(
        _("word or words"),
        max_length=100,
        help_text=_("One form is enough: singular and plural are the same to the search."),
    )

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        ordering = ["kind", "value", "language", "word"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value", "language", "word"],
                name="search_word_once",
                violation_error_message=_("This word stands for it already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in KINDS_WITH_WORDS]),
                name="search_word_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="search_word_language_known"
            ),
            models.CheckConstraint(
                condition=~Q(word="") & ~Q(value=""), name="search_word_has_word"
            ),
        ]

    def __str__(self):
        return f"{self.word} → {self.value}"

    def clean(self):
        super().clean()
        if self.kind in TERMS:
            known = TERMS[self.kind].objects.filter(slug=self.value).exists()
        elif self.kind == NameKind.COUNTRY:
            known = self.value in dict(countries)
        else:
            known = self.value in OrganisationKind.values
        if not known:
            raise ValidationError({"value": _("There is nothing of that kind with this slug.")})


class KnownName(models.Model):
    """A name of a city, of a term, or a search word; written by triggers alone.

    Names that the code knows, of countries and kinds of partners, are not among them.
    """

    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200)
    language = models.CharField(max_length=10)  # empty: as the city itself writes it
    written = models.CharField(max_length=200)
    is_search_word = models.BooleanField()
    # The language whose dictionary took the endings off, none for cities, and what it left.
    key = models.TextField()
    words = SearchVectorField()  # as they are written, for what begins like them

    class Meta:
        indexes = [
            models.Index(fields=["key"], name="known_name_key"),
            models.Index(fields=["kind", "value", "language"], name="known_name_value"),
            GinIndex(fields=["words"], name="known_name_words"),
        ]

    def __str__(self):
        return self.written
