"""How long the digests of generated subscriptions take: opening an edition, and sending it."""

import resource
import smtplib
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.translation import override

from efus.outbox.enums import DeliveryState
from efus.outbox.server import MailServer, envelope_from
from efus.outbox.tasks import BATCH, send_batch
from practices.digests.mail.items import context_of, style
from practices.digests.models import Delivery, News
from practices.digests.opening import open_due_editions
from practices.digests.tokens import preferences_address, unsubscribe_address
from practices.generation.subscribing import DUE_AT, take_back
from practices.models import Practice

WARM_UP = 6  # rounds
LOOKED_EVERY = 0.02  # seconds, at what the database's process holds


class _DatabaseMemory:
    """The most that the process of the database which serves us has held of its own.

    Known on the same Linux machine only, if we may look.
    """

    def __init__(self):
        self.bytes = 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        self._status = Path(f"/proc/{process}/status")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._is_over.set()
        self._thread.join()

    def _watch(self):
        while not self._is_over.wait(LOOKED_EVERY):
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            held = [line.split()[1] for line in lines if line.startswith("RssAnon:")]
            self.bytes = max([self.bytes, *(int(kilobytes) * 1024 for kilobytes in held)])


@contextmanager
def _memory(measured):
    """Note in *measured* the most memory, in bytes, of this process and of the database's."""
    with _DatabaseMemory() as database:
        yield
    unit = 1 if sys.platform == "darwin" else 1024
    measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    measured["database_memory"] = database.bytes


def measure_opening(rounds):
    """The seconds of opening the edition, each time from nothing to committed deliveries."""
    measured = {"seconds": []}
    with _memory(measured):
        for _round in range(rounds):
            take_back()
            started = time.perf_counter()
            open_due_editions(DUE_AT)
            measured["seconds"].append(time.perf_counter() - started)
    measured["deliveries"] = Delivery.objects.count()
    return measured


def _due():
    return Delivery.objects.filter(state=DeliveryState.DUE)


def _have_due(number):
    """See that *number* deliveries are due, if so many there are: those sent are again."""
    if _due().count() < number:
        Delivery.objects.exclude(state=DeliveryState.DUE).update(
            state=DeliveryState.DUE, attempts=0, settled_at=None, claim=None, claimed_at=None
        )
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {Delivery._meta.db_table}")


class Sending:
    """Ways to send, each over one connection; a run returns seconds for each mail."""

    def __init__(self, number):
        self.number = number
        self.after = ""

    def ours(self, server):
        """As the worker's task does: claim, compose, send, settle."""
        _have_due(self.number)
        before, after = _due().count(), self.after
        server.open()
        started = time.perf_counter()
        for _batch in range(-(-self.number // BATCH)):
            after = send_batch(Delivery, server, after)
            if after is None:
                break
        seconds = time.perf_counter() - started
        self.after = after or ""
        return seconds / (before - _due().count())

    def raw(self, client, message):
        """What smtplib takes for a message that is built already."""
        sender, address = envelope_from(), "reader@domain0.example"
        started = time.perf_counter()
        for _mail in range(self.number):
            client.sendmail(sender, [address], message)
        return (time.perf_counter() - started) / self.number

    def plain(self, mailer):
        """Templates and EmailMultiAlternatives for each person; what they say is read before."""
        deliveries = list(
            Delivery.objects.select_related("subscription__recipient__user").order_by("pk")[
                : max(1, self.number // 5)
            ]
        )
        news = {}
        for language in {delivery.subscription.language for delivery in deliveries}:
            practices = Prefetch("practice", Practice.objects.as_cards(language))
            for each in News.objects.select_related("adoption", "city").prefetch_related(
                practices
            ):
                news[each.pk, language] = each
        started = time.perf_counter()
        for delivery in deliveries:
            mailer.send_messages([plain_message(delivery, news)])
        return (time.perf_counter() - started) / len(deliveries)


def plain_message(delivery, news):
    """The mail of *delivery* as Django's own means make it."""
    subscription = delivery.subscription
    language = subscription.language
    with override(language):
        items = [context_of(news[pk, language], language) for pk in delivery.items]
        context = {
            "language": language,
            "style": style(),
            "subject": items[0][0],
            "asked": subscription.words,
            "more": delivery.more,
            "has_more": bool(delivery.more),
            "more_address": settings.SITE_URL,
            "site_url": settings.SITE_URL,
            "preferences": preferences_address(subscription),
            "unsubscribe": unsubscribe_address(subscription),
            "has_account": subscription.recipient.user is not None,
        }
        bodies = [
            render_to_string(
                f"digests/mail/mail.{kind}",
                context
                | {
                    "items": "".join(
                        render_to_string(f"digests/mail/item.{kind}", item)
                        for _headline, item in items
                    )
                },
            )
            for kind in ("txt", "html")
        ]
    message = EmailMultiAlternatives(
        subject=items[0][0],
        body=bodies[0],
        to=[subscription.recipient.address],
        headers={
            "List-Unsubscribe": f"<{context['unsubscribe']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Content-Language": language,
        },
    )
    message.attach_alternative(bodies[1], "text/html")
    return message


def measure_sending(number, rounds):
    """The seconds of a mail in *rounds* of *number* mails, in turns with smtplib's own.

    The first round, in which what mails have in common is made, stands by itself; some more
    are not counted.
    """
    measured = {"raw": [], "ours": [], "plain": []}
    sending = Sending(number)
    with _memory(measured), MailServer() as server:
        measured["first"] = sending.ours(server)
        for _round in range(min(WARM_UP, rounds)):
            sending.ours(server)
        keys = list(Delivery.objects.order_by("pk").values_list("pk", flat=True)[:200])
        batch = Delivery.objects.batch(keys)
        messages = sorted((batch.compose(key).content for key in keys), key=len)
        message = messages[len(messages) // 2]
        measured["size"] = len(message)
        for _round in range(rounds):
            with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as client:
                measured["raw"].append(sending.raw(client, message))
            measured["ours"].append(sending.ours(server))
    # Its objects are many: afterwards, so that they do not count as ours.
    with get_connection() as mailer:
        for _round in range(rounds):
            measured["plain"].append(sending.plain(mailer))
    return measured
