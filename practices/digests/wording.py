"""How subscriptions read."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from practices.digests.mail.labels import Labels, parts, when
from practices.digests.models import Subscription


@dataclass(frozen=True)
class Described:
    """A subscription in the language in force; *known* is of ``Labels``."""

    subscription: Subscription
    known: dict

    @property
    def what(self):
        """What it asks for."""
        subscription = self.subscription
        named = parts(self.known, subscription.words, subscription.kinds)
        return capfirst(" · ".join(named) or _("everything"))

    @property
    def times(self):
        """When it comes."""
        subscription = self.subscription
        return _("%(when)s at %(hour)s (%(zone)s)") % {
            "when": when(subscription.frequency, subscription.weekday, get_language()),
            "hour": subscription.get_hour_display(),
            "zone": subscription.recipient.zone,
        }

    @property
    def gone(self):
        """Chosen values that there are no more."""
        return [
            value
            for facet, values in self.subscription.chosen.items()
            for value in values
            if value not in dict(self.known.get(facet, ()))
        ]

    @property
    def next_at(self):
        """When the next mail is due, as the recipient's clock shows it."""
        return self.subscription.next_at.astimezone(ZoneInfo(self.subscription.recipient.zone))

    @property
    def sentence(self):
        """What it asks for, and when it comes."""
        return _("%(what)s — %(when)s") % {"what": self.what, "when": self.times}


def described(subscriptions):
    """``Described`` of each, which asks for names once."""
    rows = list(subscriptions)
    labels = Labels([row.chosen for row in rows])
    return [Described(row, labels.known(row.chosen, get_language())) for row in rows]
