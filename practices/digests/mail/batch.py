"""The mails of a batch of deliveries: read at once, each looked at again before it is sent."""

import time
from dataclasses import dataclass
from email.utils import format_datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from efus.bounces.identifiers import message_identifier
from efus.outbox.messages import Composed, NotWanted
from practices.digests.mail.content import Reader, content_for
from practices.digests.mail.items import facts_of, pieces
from practices.digests.mail.labels import Labels
from practices.digests.mail.message import (
    address_in_header,
    message_bytes,
    sender,
    subject_in_header,
)
from practices.digests.models import Delivery, SubscriptionChoice
from practices.digests.tokens import preferences_address, unsubscribe_address

# Whether the mails of a subscription are wanted at this moment, and where they go.
WANTED = """
SELECT subscription.id,
    subscription.ended_at IS NULL AND subscription.confirmed_at IS NOT NULL,
    coalesce(
        subscription.paused_until > (
            now() AT TIME ZONE coalesce(person.time_zone, recipient.time_zone)
        )::date,
        false
    ),
    coalesce(person.is_active, true),
    coalesce(person.email, recipient.email)
FROM digests_subscription AS subscription
JOIN digests_recipient AS recipient ON recipient.id = subscription.recipient_id
LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
WHERE subscription.id = ANY(%s)
"""
PUBLIC = """
SELECT news.id
FROM digests_news AS news
LEFT JOIN practices_practice AS practice ON practice.id = news.practice_id
LEFT JOIN practices_adoption AS adoption ON adoption.id = news.adoption_id
WHERE news.id = ANY(%s)
    AND (practice.id IS NULL OR practice.state = 'published')
    AND (adoption.id IS NULL OR adoption.is_public)
    AND (news.kind <> 'member' OR EXISTS (
        SELECT FROM cities_membership AS membership
        WHERE membership.city_id = news.city_id AND membership.state = 'active'
    ))
"""

DELIVERY = ["pk", "edition_id", "items", "more"]
SUBSCRIPTION = [f"subscription__{field}" for field in Reader.COLUMNS]


def public_among(items):
    """Those of the news with keys *items* that may be told of at this moment: a set of keys."""
    with connection.cursor() as cursor:
        cursor.execute(PUBLIC, [items])
        return {pk for (pk,) in cursor.fetchall()}


@dataclass(frozen=True)
class _Delivery:
    edition: int
    items: list
    more: int
    reader: Reader


class Batch:
    """The mails of the deliveries *keys*; reading them takes a constant number of queries.

    Whether they are still wanted and what of them is still public is looked at again before a
    mail, unless that was done within the last ``LOOK_AGAIN`` seconds: asked for each mail it
    would take longer than making it.
    """

    LOOK_AGAIN = 0.25

    def __init__(self, keys):
        self._deliveries = self._read(list(keys))
        deliveries = self._deliveries.values()
        self._readers = [delivery.reader.pk for delivery in deliveries]
        self._items = list({pk for delivery in deliveries for pk in delivery.items})
        self._facts = facts_of(self._items)
        wanted = {(pk, each.reader.language) for each in deliveries for pk in each.items}
        self._pieces = pieces(self._facts, [pair for pair in wanted if pair[0] in self._facts])
        self._labels = Labels([delivery.reader.chosen for delivery in deliveries])
        self._look()

    def _read(self, keys):
        chosen = {}
        choices = SubscriptionChoice.objects.filter(subscription__deliveries__in=keys)
        for subscription, facet, value in choices.values_list(
            "subscription_id", "facet", "value"
        ).distinct():
            chosen.setdefault(subscription, {}).setdefault(facet, []).append(value)
        rows = Delivery.objects.filter(pk__in=keys).values_list(*DELIVERY, *SUBSCRIPTION)
        return {
            pk: _Delivery(edition, items, more, Reader.of(*row, chosen=chosen.get(row[0], {})))
            for pk, edition, items, more, *row in rows
        }

    def _look(self):
        """See what is wanted and public at this moment."""
        looked_at = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(WANTED, [self._readers])
            self._wanted = {pk: row for pk, *row in cursor.fetchall()}
        self._public = public_among(self._items)
        # Not before: a look that the database broke off is to be taken again.
        self._looked_at = looked_at

    @property
    def addresses(self):
        """Where the mails go, by delivery."""
        return {
            pk: self._wanted[delivery.reader.pk][-1]
            for pk, delivery in self._deliveries.items()
            if delivery.reader.pk in self._wanted
        }

    def _address_of(self, reader):
        if reader.pk not in self._wanted:
            raise NotWanted(_("The subscription was deleted."))
        stands, is_paused, is_active, address = self._wanted[reader.pk]
        if not stands:
            raise NotWanted(_("The subscription has ended."))
        if is_paused:
            raise NotWanted(_("The subscription is paused."))
        if not is_active:
            raise NotWanted(_("The person’s account is closed."))
        try:
            return address, address_in_header(address)
        except ValueError:
            raise NotWanted(_("The address is not valid.")) from None

    def compose(self, pk):
        """The mail of the delivery *pk*, as things stand now: ``Composed``.

        Raises ``NotWanted`` where nobody wants it any more or nothing in it is public.
        """
        if time.monotonic() - self._looked_at >= self.LOOK_AGAIN:
            self._look()
        if pk not in self._deliveries:
            raise NotWanted(_("The subscription was deleted."))
        delivery = self._deliveries[pk]
        reader = delivery.reader
        address, recipient = self._address_of(reader)
        facts = [
            self._facts[key]
            for key in delivery.items
            if key in self._public and (key, reader.language) in self._pieces
        ]
        if not facts:
            raise NotWanted(_("Nothing in it is public any more."))
        unsubscribe = unsubscribe_address(reader)
        content = content_for(
            reader,
            facts,
            self._pieces,
            delivery.more,
            self._labels,
            preferences=preferences_address(reader),
            unsubscribe=unsubscribe,
        )
        identifier = message_identifier("digest", delivery.edition, reader.pk)
        domain = identifier.rpartition("@")[2].rstrip(">")
        headers = [
            ("From", sender(settings.DEFAULT_FROM_EMAIL)),
            ("To", recipient),
            ("Subject", subject_in_header(content.subject)),
            ("Date", format_datetime(timezone.now())),
            ("Message-ID", identifier),
            ("List-Id", f"Efus digest <digest.{domain}>"),
            ("List-Unsubscribe", f"<{unsubscribe}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Feedback-ID", f"{delivery.edition}:{reader.frequency}:digest:efus"),
            ("Auto-Submitted", "auto-generated"),
            ("Content-Language", reader.language),
        ]
        return Composed(address, message_bytes(headers, content))
