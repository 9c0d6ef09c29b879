"""Which worker has which mails in hand: claimed before they are sent, settled after.

What must not be lost is tried until the database answers, for as long as that makes sense.
"""

import logging
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from efus.outbox import rates
from efus.outbox.enums import DeliveryState

logger = logging.getLogger(__name__)

PATIENCE = 300  # seconds that the database may be away without an outcome getting lost
LONGEST_WAIT = 5  # seconds between two tries

# From one domain to the next by the index, without a look at what lies between.
_NEXT_DOMAINS = """
WITH RECURSIVE seen AS (
    (
        SELECT domain, not_before, 1 AS number FROM {table}
        WHERE state = 'due' AND domain > %(after)s
        ORDER BY domain, not_before LIMIT 1
    )
    UNION ALL
    SELECT following.domain, following.not_before, seen.number + 1
    FROM seen CROSS JOIN LATERAL (
        SELECT domain, not_before FROM {table}
        WHERE state = 'due' AND domain > seen.domain
        ORDER BY domain, not_before LIMIT 1
    ) AS following
    WHERE seen.number < %(most)s
)
SELECT domain, not_before <= statement_timestamp() FROM seen
"""

# The first of each domain, then the second of each …: what was never tried before the rest.
_TAKE = """
WITH picked AS (
    SELECT candidate.pk
    FROM unnest(%s::text[], %s::int[]) WITH ORDINALITY AS asked (domain, share, position)
    CROSS JOIN LATERAL (
        SELECT pk, row_number() OVER () AS turn
        FROM (({untried} LIMIT asked.share) UNION ALL ({tried} LIMIT asked.share)) AS ready (pk)
        LIMIT asked.share
    ) AS candidate
    ORDER BY candidate.turn, asked.position
    LIMIT %s
)
UPDATE {table} SET
    state = 'sending', claim = %s, claimed_at = statement_timestamp(), attempts = attempts + 1
FROM picked WHERE {table}.{key} = picked.pk AND state = 'due'
RETURNING {table}.{key}, domain, attempts
"""

# What has a claim is being sent. Asked for that state, too, PostgreSQL would take the index of
# whatever is being sent, which is full of dead rows, instead of the row's key.
_SETTLE = """
UPDATE {table} SET
    state = %(state)s,
    reason = %(reason)s,
    settled_at = CASE WHEN %(settled)s THEN statement_timestamp() END,
    not_before = CASE WHEN %(settled)s THEN not_before
        ELSE least(statement_timestamp() + %(delay)s, give_up_at) END,
    claim = NULL,
    claimed_at = NULL
    {emptied}
WHERE {key} = %(settled_row)s AND claim = %(claim)s
"""

_IS_OURS = "SELECT {key} FROM {table} WHERE {key} = %(row)s AND claim = %(claim)s"

_RENEW = """
UPDATE {table} SET claimed_at = statement_timestamp()
WHERE {key} = ANY(%(rows)s) AND claim = %(claim)s
RETURNING {key}
"""


def persistently(work):
    """What *work* returns, which does the same when done twice; waits for the database."""
    deadline = time.monotonic() + PATIENCE
    wait = 0.1
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            logger.warning("The database does not answer, trying again: %s", error)
        connection.close()
        time.sleep(wait * random.uniform(0.5, 1))  # noqa: S311
        wait = min(wait * 2, LONGEST_WAIT)


@dataclass(frozen=True)
class Outcome:
    """What became of a mail: settled, or due again after *delay*."""

    state: DeliveryState
    reason: str = ""
    delay: timedelta = timedelta()


@dataclass(frozen=True)
class ClaimedRow:
    pk: int
    domain: str
    attempts: int  # this one included


@dataclass
class Claim:
    """Mails of *model* that one worker has in hand, as long as it renews its lease."""

    model: type[models.Model]
    rows: list[ClaimedRow]
    identifier: UUID
    last_domain: str  # where the next claim goes on, so that every domain has its turn
    renewed_at: float  # by this process's clock

    def __bool__(self):
        return bool(self.rows)

    @property
    def keys(self):
        return [row.pk for row in self.rows]

    def turn_to(self, row, settling=None):
        """Settle (the row before, its outcome), and see whether *row* is still ours.

        One statement, so one commit for each mail.
        """
        parameters = {"row": row.pk, "claim": self.identifier}
        statement = self._statement(_IS_OURS)
        if settling:
            settle, more = self._settling(*settling)
            statement = f"WITH settled AS ({settle}) {statement}"
            parameters |= more
        is_ours = bool(persistently(lambda: self._run(statement, parameters)))
        return is_ours and self.still_holds(row)

    def still_holds(self, row):
        """Whether *row* is ours for as long as sending it may take; renews a lease that is old."""
        now = time.monotonic()
        if now - self.renewed_at < settings.MAIL_CLAIM_SECONDS / 4:
            return True
        parameters = {"rows": self.keys, "claim": self.identifier}
        held = persistently(lambda: self._run(self._statement(_RENEW), parameters))
        self.renewed_at = now
        return (row.pk,) in held

    def settle(self, row, outcome):
        statement, parameters = self._settling(row, outcome)
        persistently(lambda: self._run(statement, parameters))

    def release(self, reason, delay):
        """Have whatever is not settled due again after *delay*, as if it were not tried."""
        held = self.model.objects.filter(
            pk__in=self.keys, claim=self.identifier, state=DeliveryState.SENDING
        )
        persistently(
            lambda: held.update(
                state=DeliveryState.DUE,
                attempts=models.F("attempts") - 1,
                not_before=models.functions.Least(Now() + delay, "give_up_at"),
                claim=None,
                claimed_at=None,
                reason=reason,
            )
        )

    def _settling(self, row, outcome):
        is_over = outcome.state in (DeliveryState.SENT, DeliveryState.SKIPPED)
        emptied = "".join(
            f", {connection.ops.quote_name(name)} = ''"
            for name in (self.model.emptied_once_over if is_over else ())
        )
        return self._statement(_SETTLE, emptied=emptied), {
            "settled_row": row.pk,
            "claim": self.identifier,
            "state": outcome.state.value,
            "reason": outcome.reason,
            "settled": outcome.state != DeliveryState.DUE,
            "delay": outcome.delay,
        }

    def _statement(self, statement, **parts):
        return statement.format(**_names_of(self.model), **parts)

    def _run(self, statement, parameters):
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else None


def _names_of(model):
    quote = connection.ops.quote_name
    return {"table": quote(model._meta.db_table), "key": quote(model._meta.pk.column)}


def _next_domains(model, after, most):
    """[(domain, whether something is due there)] of the domains after *after*."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DOMAINS.format(**_names_of(model)), {"after": after, "most": most})
        return cursor.fetchall()


def _take(model, shares, number, identifier):
    """Make at most *number* rows ours, in turns from the domains of *shares*."""
    of_domain = model.objects.ready().filter(domain=RawSQL("asked.domain", []))
    # By time alone: many rows of one edition have the same, which nothing needs sorted.
    ordered = of_domain.order_by("not_before").values("pk")
    untried, of_untried = ordered.filter(attempts=0).query.sql_with_params()
    tried, of_tried = ordered.filter(attempts__gt=0).query.sql_with_params()
    statement = _TAKE.format(untried=untried, tried=tried, **_names_of(model))
    asked = [list(shares), list(shares.values())]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*asked, *of_untried, *of_tried, number, identifier])
        return [ClaimedRow(*row) for row in cursor.fetchall()]


def _claim_among(model, domains, number, identifier):
    rates.know(domains)
    with transaction.atomic():
        allowed = rates.hold(domains, wait=model.goes_first, unlimited=model.goes_first)
        if not allowed:
            return []
        fair = -(-2 * number // len(allowed))
        shares = {domain: min(fair, most) for domain, most in allowed.items()}
        rows = _take(model, shares, number, identifier)
        rates.spend(row.domain for row in rows)
    return rows


def claim(model, number, after=""):
    """Take at most *number* mails of *model* in hand that may be sent now, in fair turns.

    Begins with the domains after the domain *after* and goes once round all of them.
    """
    identifier, now = uuid4(), time.monotonic()
    cursor, is_second_round = after, False
    while True:
        found = _next_domains(model, cursor, number)
        domains = [
            domain
            for domain, is_due in found
            if is_due and not (is_second_round and domain > after)
        ]
        rows = _claim_among(model, domains, number, identifier) if domains else []
        if rows:
            return Claim(model, rows, identifier, domains[-1], now)
        if len(found) == number:
            cursor = found[-1][0]
            if is_second_round and cursor >= after:
                return Claim(model, [], identifier, "", now)
        elif is_second_round or not after:
            return Claim(model, [], identifier, "", now)
        else:
            cursor, is_second_round = "", True


def claim_one(model, key):
    """Take the mail with *key* in hand if it is due, though it may be paused or have to wait.

    Whatever else may claim it, one gets it.
    """
    identifier, began_at = uuid4(), time.monotonic()
    mail = model.objects.filter(pk=key)
    mail.filter(state=DeliveryState.DUE, give_up_at__gt=Now()).update(
        state=DeliveryState.SENDING,
        claim=identifier,
        claimed_at=Now(),
        attempts=models.F("attempts") + 1,
    )
    rows = [
        ClaimedRow(*row)
        for row in mail.filter(claim=identifier).values_list("pk", "domain", "attempts")
    ]
    return Claim(model, rows, identifier, "", began_at)


def recover_stuck(model):
    """Have due again what workers claimed and left, and give up what is too late.

    Returns how many are due again. A worker that was told 250 while the database was away
    gets its time to say so first.
    """
    lease = timedelta(seconds=settings.MAIL_CLAIM_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time() < statement_timestamp() - %s", [lease])
        (has_run_long_enough,) = cursor.fetchone()
    recovered = 0
    if has_run_long_enough:
        recovered = model.objects.stuck(Now() - lease).update(
            state=DeliveryState.DUE,
            claim=None,
            claimed_at=None,
            not_before=Now(),
            reason="The worker ended before it settled this mail.",
        )
    model.objects.give_up_late()
    return recovered
