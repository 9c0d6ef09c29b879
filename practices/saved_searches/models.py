"""Searches that a person comes back to."""

from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from efus.undo import Undoable, UndoableQuerySet
from efus.validators import validate_one_line
from practices.digests.models import Subscription
from practices.models.original_language import LANGUAGE_CODES
from practices.search.filters import Search

MOST_SEARCHES = 50  # of a person; kept by the trigger saved_search_bounded
LONGEST_QUERY = 2_000  # characters; also keeps the index within PostgreSQL's limits
LONGEST_NAME = 100


def normalised(search):
    """The query of *search*, the same however its values were put in order."""
    chosen = QueryDict(search.query_string())
    return urlencode(sorted((name, value) for name in chosen for value in chosen.getlist(name)))


class SavedSearchQuerySet(UndoableQuerySet):
    def of(self, user):
        """The searches of *user* that are not deleted."""
        return self.present().filter(person=user)


class SavedSearch(Undoable):
    """A search under a name, in the language whose words it has."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_searches",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME, validators=[validate_one_line])
    query = models.TextField(_("search"), editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, editable=False
    )
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    opened_at = models.DateTimeField(_("last opened"), default=timezone.now, editable=False)
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="saved_searches",
        verbose_name=_("subscription"),
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="saved_search_has_name"),
            models.CheckConstraint(condition=~Q(query=""), name="saved_search_not_empty"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("query"), LONGEST_QUERY),
                name="saved_search_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="saved_search_language_known"
            ),
            models.UniqueConstraint(
                fields=["person", "language", "query"],
                condition=Q(deleted_at__isnull=True),
                name="saved_search_once",
            ),
        ]
        indexes = [models.Index(fields=["deleted_at"], name="saved_search_deleted")]

    def __str__(self):
        return self.name

    @property
    def search(self):
        """What it looks for, as a ``Search``."""
        return Search.from_query(QueryDict(self.query), self.language)

    @property
    def results_address(self):
        """Where its results are, in its language."""
        with override(self.language):
            return f"{reverse('practices:browse')}?{self.query}"

    @property
    def current_subscription(self):
        """The subscription that was made from it, unless that has ended."""
        subscription = self.subscription
        return subscription if subscription and subscription.ended_at is None else None
