"""What a mail would say now, without one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from practices.digests.enums import Frequency, Weekday
from practices.digests.mail.batch import public_among
from practices.digests.mail.content import Reader, content_for
from practices.digests.mail.items import facts_of, pieces
from practices.digests.mail.labels import Labels
from practices.digests.matching import MOST_ITEMS, OLDEST_NEWS, Wish, matching
from practices.digests.models import Edition
from practices.digests.models.subscription import all_kinds

MONTH = timedelta(days=30)
PERIODS = {
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
    Frequency.MONTHLY: timedelta(days=31),
}


@dataclass(frozen=True)
class Preview:
    """A mail as it would be; ``subject`` is empty where there is nothing to tell."""

    since: datetime | None = None
    until: datetime | None = None
    subject: str = ""
    text: str = ""
    html: str = ""
    is_of_last_month: bool = False


def reader_of(subscription):
    """What a mail has to know of *subscription*."""
    return Reader.of(
        subscription.pk,
        subscription.language,
        subscription.words,
        subscription.kinds,
        subscription.frequency,
        subscription.weekday,
        subscription.recipient.user_id,
        chosen=subscription.chosen,
    )


def _preview(reader, since, until):
    """The ``Preview`` of a mail to *reader* about what happened from *since* to *until*."""
    wish = Wish(reader.language, reader.words, reader.kinds, reader.chosen)
    with transaction.atomic():
        keys = matching(wish, since, until)
        preview = _preview_of(reader, keys[:MOST_ITEMS], len(keys) - MOST_ITEMS)
    return replace(preview, since=since, until=until)


def _preview_of(reader, items, more):
    """The ``Preview`` of a mail to *reader* that tells of the news with keys *items*.

    *more*: how many match beside, if that is above zero. Its links to end or change the
    subscription lead to the list of subscriptions, so that who is shown it, or finds it in a
    cache, can do nothing with it.
    """
    facts = facts_of(items)
    items = [pk for pk in items if pk in facts]
    made = pieces(facts, [(pk, reader.language) for pk in items])
    shown = [facts[pk] for pk in items if (pk, reader.language) in made]
    if not shown:
        return Preview()
    with override(reader.language):
        nowhere = settings.SITE_URL + reverse("digests:subscriptions")
    content = content_for(
        reader,
        shown,
        made,
        max(more, 0),
        Labels([reader.chosen]),
        preferences=nowhere,
        unsubscribe=nowhere,
    )
    return Preview(subject=content.subject, text=content.text.decode(), html=content.html.decode())


def _preview_of_last_month(reader):
    now = timezone.now()
    return replace(_preview(reader, now - MONTH, now), is_of_last_month=True)


def preview_of(subscription, language):
    """What *subscription* would get now in *language*, or would have got in the last month."""
    reader = replace(reader_of(subscription), language=language)
    now = timezone.now()
    preview = _preview(reader, max(subscription.covered_until, now - OLDEST_NEWS), now)
    return preview if preview.subject else _preview_of_last_month(reader)


def preview_of_edition(edition, language):
    """What who asks for everything got in *edition*, or would have got in the last month."""
    reader = Reader(
        pk=0,
        language=language,
        words="",
        kinds=all_kinds(),
        frequency=Frequency.MONTHLY,
        weekday=Weekday.MONDAY,
        has_account=True,
        chosen={},
    )
    if edition is None:
        return _preview_of_last_month(reader)
    reader = replace(reader, frequency=edition.frequency)
    return _preview(reader, edition.due_at - PERIODS[edition.frequency], edition.due_at)


def preview_of_delivery(delivery):
    """What the mail of *delivery* says, as far as it is still public."""
    public = public_among(delivery.items)
    items = [pk for pk in delivery.items if pk in public]
    return _preview_of(reader_of(delivery.subscription), items, delivery.more)


def editions_to_preview(chosen):
    """The latest editions to choose from, with the one *chosen*, if any."""
    latest = list(Edition.objects.all()[:30])
    return latest if chosen is None or chosen in latest else [*latest, chosen]
