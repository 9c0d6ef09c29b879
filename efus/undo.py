"""Deleting that can be undone: what somebody deletes can be brought back for a while."""

from datetime import timedelta

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=30)
MOST_KEPT = 10  # of what belongs together; the list of what can be brought back stays short


class UndoableQuerySet(models.QuerySet):
    def present(self):
        """What is not deleted."""
        return self.filter(deleted_at__isnull=True)

    def deleted(self):
        """What can still be brought back, deleted last first."""
        return self.filter(deleted_at__gt=timezone.now() - KEPT).order_by("-deleted_at", "-pk")

    def forget_surplus(self):
        """Forget what was deleted before the last few of these rows."""
        surplus = self.deleted().values_list("pk", flat=True)[MOST_KEPT:]
        self.model.objects.filter(pk__in=list(surplus)).delete()

    def forget_old(self):
        """Forget what was deleted too long ago."""
        return self.filter(deleted_at__lte=timezone.now() - KEPT).delete()


class Undoable(models.Model):
    """A row that its person can delete, and bring back."""

    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    class Meta:
        abstract = True

    def delete_for_now(self):
        """Delete it so that it can be brought back; deleting twice keeps the first moment."""
        self.deleted_at = self.deleted_at or timezone.now()
        self.save(update_fields=["deleted_at"])

    def bring_back(self):
        """Have it as it was before it was deleted."""
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])


def forget_old():
    """Forget whatever was deleted too long ago to be brought back."""
    for model in apps.get_models():
        if issubclass(model, Undoable):
            model.objects.forget_old()
