"""The mails of a batch of deliveries: read at once, each looked at again before it is sent."""

from email.utils import formatdate

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from efus.bounces.identifiers import message_identifier
from efus.outbox.composing import Composed, NotWanted
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

# What of a delivery holds at this moment: whether it is wanted, the address, what is public.
PRESENT = """
SELECT subscription.ended_at IS NULL AND subscription.confirmed_at IS NOT NULL,
    subscription.paused_until > (
        now() AT TIME ZONE coalesce(person.time_zone, recipient.time_zone)
    )::date,
    coalesce(person.is_active, true),
    coalesce(person.email, recipient.email),
    ARRAY(
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
    )
FROM digests_subscription AS subscription
JOIN digests_recipient AS recipient ON recipient.id = subscription.recipient_id
LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
WHERE subscription.id = %s
"""

DELIVERY = ["pk", "edition_id", "items", "more"]
SUBSCRIPTION = ["pk", "language", "words", "kinds", "frequency", "weekday", "recipient__user"]


class Batch:
    """The mails of the deliveries *keys*; reading them takes a constant number of queries."""

    def __init__(self, keys):
        self._deliveries = {}
        rows = Delivery.objects.filter(pk__in=keys).values_list(
            *DELIVERY, *[f"subscription__{field}" for field in SUBSCRIPTION]
        )
        chosen = {}
        choices = SubscriptionChoice.objects.filter(subscription__deliveries__in=keys)
        for subscription, facet, value in choices.values_list(
            "subscription_id", "facet", "value"
        ).distinct():
            chosen.setdefault(subscription, {}).setdefault(facet, []).append(value)
        for pk, edition, items, more, subscription, *wishes, user in rows:
            reader = Reader(subscription, *wishes, user is not None, chosen.get(subscription, {}))
            self._deliveries[pk] = (edition, items, more, reader)
        readers = [(items, reader) for _edition, items, _more, reader in self._deliveries.values()]
        self._facts = facts_of({pk for items, _reader in readers for pk in items})
        wanted = {(pk, reader.language) for items, reader in readers for pk in items}
        self._pieces = pieces(
            self._facts, [(pk, language) for pk, language in wanted if pk in self._facts]
        )
        self._labels = Labels(chosen.values())

    def _present(self, reader, items):
        """The address and those of *items* that are public; raises ``NotWanted``."""
        with connection.cursor() as cursor:
            cursor.execute(PRESENT, [items, reader.pk])
            present = cursor.fetchone()
        if present is None:
            raise NotWanted(_("The subscription was deleted."))
        is_wanted, is_paused, is_active, address, public = present
        if not is_wanted:
            raise NotWanted(_("The subscription has ended."))
        if is_paused:
            raise NotWanted(_("The subscription is paused."))
        if not is_active:
            raise NotWanted(_("The person’s account is closed."))
        public = set(public)
        items = [pk for pk in items if pk in public and (pk, reader.language) in self._pieces]
        if not items:
            raise NotWanted(_("Nothing in it is public any more."))
        return address, items

    def compose(self, pk):
        """The mail of the delivery *pk*, as things stand now: ``Composed``.

        Raises ``NotWanted`` where nobody wants it any more or nothing in it is public.
        """
        if pk not in self._deliveries:
            raise NotWanted(_("The subscription was deleted."))
        edition, items, more, reader = self._deliveries[pk]
        address, items = self._present(reader, items)
        try:
            address = address_in_header(address)
        except ValueError:
            raise NotWanted(_("The address is not valid.")) from None
        unsubscribe = unsubscribe_address(reader)
        content = content_for(
            reader,
            [self._facts[key] for key in items],
            self._pieces,
            more,
            self._labels,
            preferences=preferences_address(reader),
            unsubscribe=unsubscribe,
        )
        identifier = message_identifier("digest", edition, reader.pk)
        domain = identifier.rpartition("@")[2].rstrip(">")
        headers = [
            ("From", sender(settings.DEFAULT_FROM_EMAIL)),
            ("To", address),
            ("Subject", subject_in_header(content.subject)),
            ("Date", formatdate()),
            ("Message-ID", identifier),
            ("List-Id", f"Efus digest <digest.{domain}>"),
            ("List-Unsubscribe", f"<{unsubscribe}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Feedback-ID", f"{edition}:{reader.frequency}:digest:efus"),
            ("Auto-Submitted", "auto-generated"),
            ("Content-Language", reader.language),
        ]
        return Composed(address, message_bytes(headers, content))
