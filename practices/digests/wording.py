"""How subscriptions read."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from practices.digests.enums import Frequency, NewsKind
from practices.digests.models import Subscription
from practices.search.facets import FACETS


@dataclass(frozen=True)
class Described:
    """A subscription in words; ``gone`` are chosen values that there are no more."""

    subscription: Subscription
    parts: list
    gone: list

    @property
    def times(self):
        """When it comes."""
        return times(self.subscription)

    @property
    def kinds(self):
        """What it tells of, where that is not everything."""
        kinds = self.subscription.kinds
        return [] if len(kinds) == len(NewsKind) else [NewsKind(kind).label for kind in kinds]

    @property
    def next_at(self):
        """When the next mail is due, as the recipient's clock shows it."""
        return self.subscription.next_at.astimezone(ZoneInfo(self.subscription.recipient.zone))


def times(subscription):
    """When mails of *subscription* come, in words."""
    words = {
        "day": subscription.get_weekday_display(),
        "hour": subscription.get_hour_display(),
        "zone": subscription.recipient.zone,
    }
    if subscription.frequency == Frequency.WEEKLY:
        return _("every %(day)s at %(hour)s (%(zone)s)") % words
    if subscription.frequency == Frequency.MONTHLY:
        return _("on the first of the month at %(hour)s (%(zone)s)") % words
    return _("every day at %(hour)s (%(zone)s)") % words


def names(choices):
    """The names of the values of *choices*, dicts of lists by facet: {facet: {value: name}}."""
    known = {}
    for facet in (each() for each in FACETS):
        values = {value for chosen in choices for value in chosen.get(facet.parameter, ())}
        known[facet.parameter] = facet.known(values) if values else {}
    return known


def parts(chosen, words, known):
    """What is asked for, a list of names; *known* is of ``names``."""
    labels = [
        capfirst(known[facet][value])
        for facet in known
        for value in chosen.get(facet, ())
        if value in known[facet]
    ]
    return [*labels, _("“%(words)s”") % {"words": words}] if words else labels


def described(subscriptions):
    """``Described`` of each, which asks for names once."""
    rows = list(subscriptions)
    known = names([row.chosen for row in rows])
    return [
        Described(
            row,
            parts(row.chosen, row.words, known),
            [
                value
                for facet, values in row.chosen.items()
                for value in values
                if value not in known.get(facet, {})
            ],
        )
        for row in rows
    ]
