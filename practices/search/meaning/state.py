"""Whether search by meaning is at work, for whoever looks after the platform."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practices.search.meaning import vectors
from practices.search.models import PassagesDue


@dataclass(frozen=True)
class State:
    is_available: bool
    waiting: int  # practices

    @property
    def note(self):
        """What staff are told; empty while all is well."""
        if not self.is_available:
            return _(
                "Search by meaning is off: PostgreSQL has no pgvector. Text search goes on. "
                "Install pgvector 0.8 or newer, then run “manage.py migrate”."
            )
        if self.waiting:
            return ngettext(
                "Search by meaning does not know the latest of %(number)d practice yet.",
                "Search by meaning does not know the latest of %(number)d practices yet.",
                self.waiting,
            ) % {"number": self.waiting}
        return ""


def state():
    """How search by meaning stands."""
    return State(
        is_available=vectors.are_kept(),
        waiting=PassagesDue.objects.values("practice").distinct().count(),
    )
