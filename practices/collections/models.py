"""A person's collections of practices, each in an order and with a note of its own."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Prefetch, Q, Window
from django.db.models.functions import Lag, Lead, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from efus.undo import Undoable, UndoableQuerySet
from efus.validators import validate_one_line
from practices.enums import PublicationState
from practices.models import Practice
from practices.models.original_language import LANGUAGE_CODES, ShownText

MOST_COLLECTIONS = 100  # of a person; kept by the trigger collection_bounded
MOST_PRACTICES = 200  # of a collection; kept by the trigger collection_item_bounded
LONGEST_DESCRIPTION = 2_000  # characters
LONGEST_NOTE = 1_000


class CollectionQuerySet(UndoableQuerySet):
    def of(self, user):
        """The collections of *user* that are not deleted."""
        return self.present().filter(person=user)

    def shared(self):
        """Those that whoever knows the link may read."""
        return self.present().filter(share_token__isnull=False, person__is_active=True)

    def with_numbers(self):
        """Annotate ``number``, how many practices are in each; changed last first."""
        number = Count("items", filter=Q(items__deleted_at__isnull=True))
        return self.annotate(number=number).order_by("-updated_at", "-pk")


class Collection(Undoable):
    """Practices that a person has put together; private unless shared by its link."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="collections",
        verbose_name=_("person"),
    )
    title = models.CharField(_("title"), max_length=100, validators=[validate_one_line])
    description = models.TextField(
        _("description"),
        max_length=LONGEST_DESCRIPTION,
        blank=True,
        help_text=_("What these practices have in common, and for whom you chose them."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        help_text=_("The language that you write title, description and notes in."),
    )
    curator = models.CharField(
        _("your name"),
        max_length=100,
        blank=True,
        validators=[validate_one_line],
        help_text=_(
            "As readers see it when you share the collection. If you leave it empty, they see no"
            " name. Your e-mail address is never shown."
        ),
    )
    share_token = models.UUIDField(
        _("token of the shared link"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("Empty while the collection is private."),
    )
    begun_with = models.UUIDField(
        _("begun with"),
        default=uuid.uuid4,
        editable=False,
        help_text=_("The form that it was begun with; sent twice, it begins one collection."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="collection_has_title"),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="collection_language_known"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("description"), LONGEST_DESCRIPTION),
                name="collection_description_not_too_long",
            ),
            models.UniqueConstraint(fields=["person", "begun_with"], name="collection_once"),
        ]
        indexes = [models.Index(fields=["deleted_at"], name="collection_deleted")]

    def __str__(self):
        return self.title

    @property
    def shown_title(self):
        return ShownText(self.title, self.language)

    @property
    def shown_description(self):
        return ShownText(self.description, self.language)


class CollectionItemQuerySet(UndoableQuerySet):
    def public(self):
        """Those whose practice everybody may read."""
        return self.filter(practice__state=PublicationState.PUBLISHED)

    def with_neighbours(self):
        """Annotate ``above`` and ``below``, the keys of those beside each in these rows."""
        return self.annotate(
            above=Window(Lag("pk"), order_by="position"),
            below=Window(Lead("pk"), order_by="position"),
        )

    def with_practices(self, language):
        """What a list shows of each practice, in *language*."""
        return self.select_related("collection").prefetch_related(
            Prefetch("practice", Practice.objects.as_cards(language))
        )


class CollectionItem(Undoable):
    """A practice in a collection.

    Its title is kept as it was when it was added: a practice that is not public any more is
    named by it, not by what it may be called in a draft.
    """

    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="items", verbose_name=_("collection")
    )
    practice = models.ForeignKey(
        Practice,
        on_delete=models.CASCADE,
        related_name="collection_items",
        verbose_name=_("practice"),
    )
    position = models.PositiveIntegerField(_("position"))
    note = models.TextField(
        pgettext_lazy("collection", "note"),
        max_length=LONGEST_NOTE,
        blank=True,
        help_text=_("Why it is in this collection, for you and whoever you share it with."),
    )
    title = models.TextField(_("title when it was added"), blank=True, editable=False)
    title_language = models.CharField(
        _("language of that title"), max_length=10, choices=settings.LANGUAGES, editable=False
    )

    objects = CollectionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice in a collection")
        verbose_name_plural = _("practices in collections")
        ordering = ["collection", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "practice"], name="collection_item_once"
            ),
            models.UniqueConstraint(
                fields=["collection", "position"],
                name="collection_item_one_per_position",
                deferrable=models.Deferrable.DEFERRED,  # two change places
            ),
            models.CheckConstraint(
                condition=Q(position__gt=0), name="collection_item_position_valid"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), LONGEST_NOTE),
                name="collection_item_note_not_too_long",
            ),
            models.CheckConstraint(
                condition=Q(title_language__in=LANGUAGE_CODES),
                name="collection_item_title_language_known",
            ),
        ]
        indexes = [models.Index(fields=["deleted_at"], name="collection_item_deleted")]

    def __str__(self):
        return f"{self.collection_id} · {self.practice_id}"

    @property
    def is_public(self):
        return self.practice.state == PublicationState.PUBLISHED

    @property
    def shown_title(self):
        """The title when it was added."""
        return ShownText(self.title, self.title_language)

    @property
    def shown_note(self):
        return ShownText(self.note, self.collection.language)
