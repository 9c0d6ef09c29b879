"""How many mails one mail domain gets at a time, whichever worker sends them.

Each mail moves the moment at which a domain's allowance is whole again ahead by its share
of a minute (the generic cell rate algorithm); no mail moves it further than a burst.
"""

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from efus import clock
from efus.outbox.models import DomainRate

BURST = timedelta(seconds=10)  # what was not used in so long may be used at once
CLOSED_FOR = timedelta(minutes=1)


def _of_one_mail():
    return timedelta(minutes=1) / settings.MAILS_PER_DOMAIN_PER_MINUTE


def know(domains):
    """See that each of *domains* has its row."""
    DomainRate.objects.bulk_create(
        [
            DomainRate(domain=domain, free_at=Now(), closed_until=Now())
            for domain in sorted(domains)
        ],
        ignore_conflicts=True,
    )


def hold(domains, *, wait, unlimited):
    """{domain: how many mails it may get now}, held until the transaction ends.

    Domains that others hold are left out, unless told to *wait* for them. *unlimited* heeds
    only what a mail server asked for.
    """
    now = clock.now()
    rates = (
        DomainRate.objects.select_for_update(skip_locked=not wait)
        .filter(domain__in=domains, closed_until__lte=now)
        .order_by("domain")
    )
    allowed = {}
    for rate in rates:
        left = now + BURST - max(rate.free_at, now)
        # A limit below one mail in a burst lets one pass whenever the allowance is whole.
        most = max(left // _of_one_mail(), int(rate.free_at <= now))
        if unlimited:
            most = settings.MAILS_PER_DOMAIN_PER_MINUTE
        if most > 0:
            allowed[rate.domain] = most
    return {domain: allowed[domain] for domain in domains if domain in allowed}


def spend(domains):
    """Note a mail for each time that a domain, held by us, is among *domains*."""
    numbers = Counter(domains)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outbox_domainrate AS rate
            SET free_at = greatest(free_at, statement_timestamp()) + spent.mails * %s
            FROM unnest(%s::text[], %s::int[]) AS spent (domain, mails)
            WHERE rate.domain = spent.domain
            """,
            [_of_one_mail(), list(numbers), list(numbers.values())],
        )


def close(domain):
    """Have *domain* wait, since its mail server said that it gets too many."""
    DomainRate.objects.update_or_create(
        domain=domain, defaults={"closed_until": Now() + CLOSED_FOR}
    )


def waiting():
    """The domains that get nothing for the moment."""
    now = clock.now()
    return DomainRate.objects.filter(
        Q(closed_until__gt=now) | Q(free_at__gt=now + BURST - _of_one_mail())
    )


def forget_idle():
    """Forget the domains that have got nothing for a day."""
    a_day_ago = clock.now() - timedelta(days=1)
    DomainRate.objects.filter(free_at__lt=a_day_ago, closed_until__lt=a_day_ago).delete()
