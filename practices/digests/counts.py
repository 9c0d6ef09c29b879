"""How far editions are, in numbers and in words."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Func, Q, Subquery, TextField, Value
from django.utils.translation import gettext as _

from efus.outbox import rates
from efus.outbox.enums import DeliveryState
from practices.digests.enums import Frequency
from practices.digests.models import Delivery, Subscription

MOST_REASONS = 20
MOST_DOMAINS = 20


@dataclass(frozen=True)
class Counts:
    """How many mails of an edition there are in each state."""

    due: int = 0
    sending: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def remaining(self):
        return self.due + self.sending

    @property
    def done(self):
        return self.sent + self.skipped + self.failed

    @property
    def all(self):
        return self.remaining + self.done


def counts_of(editions):
    """``Counts`` of each of *editions*, by key, in one query."""
    rows = (
        Delivery.objects.filter(edition__in=[edition.pk for edition in editions])
        .order_by()
        .values_list("edition", "state")
        .annotate(number=Count("pk"))
    )
    numbers = {edition.pk: {} for edition in editions}
    for edition, state, number in rows:
        numbers[edition][state] = number
    return {key: Counts(**states) for key, states in numbers.items()}


def sentence_about(edition, counts):
    """How *edition* stands, in a sentence."""
    if not counts.all:
        return _("Nothing matched, so there is no mail to send.")
    if not counts.remaining:
        return _("Finished.")
    if edition.paused_at:
        return _("Paused: nothing is sent until you resume it.")
    return _("Mails are being sent.")


def progress_of(counts):
    """How much is done, in words."""
    return _("%(done)s of %(all)s mails are settled") % {"done": counts.done, "all": counts.all}


def coming():
    """[(frequency, when the next mails of it are due, to how many subscriptions)]."""
    wanted = Subscription.objects.active().exclude(recipient__user__is_active=False)
    are_next = Q()
    for frequency in Frequency.values:
        first = wanted.filter(frequency=frequency).order_by("next_at").values("next_at")[:1]
        are_next |= Q(frequency=frequency, next_at=Subquery(first))
    rows = (
        wanted.filter(are_next)
        .order_by()
        .values_list("frequency", "next_at")
        .annotate(number=Count("pk"))
    )
    next_of = {frequency: (moment, number) for frequency, moment, number in rows}
    return [(frequency.label, *next_of.get(frequency.value, (None, 0))) for frequency in Frequency]


def reasons(edition):
    """Why mails failed or wait for another try: dicts of state, why and number, most first.

    Addresses in them are left out, so that the same answer is counted as one.
    """
    without_addresses = Func(
        F("reason"),
        Value(r"[^\s<>@]+@[^\s<>]+"),
        Value("…"),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )
    found = list(
        edition.deliveries.filter(
            Q(state=DeliveryState.FAILED) | Q(state=DeliveryState.DUE) & ~Q(reason="")
        )
        .order_by()
        .values("state", why=without_addresses)
        .annotate(number=Count("pk"))
        .order_by("-number", "state", "why")[:MOST_REASONS]
    )
    for row in found:
        row["state"] = DeliveryState(row["state"])
    return found


def waiting_domains(edition):
    """[(domain, until when it waits, how many mails of *edition* are due there)]."""
    waits = {
        rate.domain: max(rate.closed_until, rate.free_at - rates.BURST)
        for rate in rates.waiting()
        .filter(domain__in=edition.deliveries.filter(state=DeliveryState.DUE).values("domain"))
        .order_by("-closed_until", "domain")[:MOST_DOMAINS]
    }
    numbers = Counter(
        dict(
            edition.deliveries.filter(state=DeliveryState.DUE, domain__in=list(waits))
            .order_by()
            .values_list("domain")
            .annotate(number=Count("pk"))
        )
    )
    return [(domain, until, numbers[domain]) for domain, until in waits.items()]
