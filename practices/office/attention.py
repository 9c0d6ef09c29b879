"""What staff should look at, counted in one query."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus.bounces.models import UndeliverableAddress
from efus.outbox.models import Mail
from practices.digests.models import Delivery

RECENT = timedelta(days=7)
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Matter:
    """Something to look at, and where."""

    sentence: str
    address: str


def _counts():
    since = timezone.now() - RECENT
    first, *others = [
        rows.order_by().values_list(Value(what))[: MOST_COUNTED + 1]
        for what, rows in [
            ("mails", Mail.objects.failed().filter(settled_at__gte=since)),
            ("digests", Delivery.objects.failed().filter(settled_at__gte=since)),
            ("addresses", UndeliverableAddress.objects.all()),
        ]
    ]
    return Counter(what for (what,) in first.union(*others, all=True))


def _shown(number):
    """*number*, or that there are more than were counted."""
    if number > MOST_COUNTED:
        return _("More than %(number)d") % {"number": MOST_COUNTED}
    return str(number)


def attention():
    """A ``Matter`` for each sort of which there are any."""
    counts = _counts()
    digests, mails, addresses = (counts[what] for what in ("digests", "mails", "addresses"))
    matters = [
        (
            digests,
            ngettext(
                "%(number)s digest failed in the last 7 days",
                "%(number)s digests failed in the last 7 days",
                digests,
            ),
            reverse("runs:runs"),
        ),
        (
            mails,
            ngettext(
                "%(number)s other mail failed in the last 7 days",
                "%(number)s other mails failed in the last 7 days",
                mails,
            ),
            f"{reverse('mails:mails')}?state=failed",
        ),
        (
            addresses,
            ngettext(
                "%(number)s address that mails do not reach",
                "%(number)s addresses that mails do not reach",
                addresses,
            ),
            reverse("undeliverable:addresses"),
        ),
    ]
    return [
        Matter(sentence % {"number": _shown(number)}, address)
        for number, sentence, address in matters
        if number
    ]
