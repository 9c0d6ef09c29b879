"""What digests need not remember."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from practices.digests.matching import OLDEST_NEWS
from practices.digests.models import Delivery, Edition, News, Recipient, Subscription

NEWS_KEPT = 2 * OLDEST_NEWS  # deliveries that wait, and previews of editions, name them


def forget_abandoned():
    """Delete what nobody confirmed in time, and addresses that nothing goes to any more.

    What an address without an account has ended can be gone on with from its mails, for as long
    as it is known what went there.
    """
    Subscription.objects.never_confirmed().delete()
    long_ago = timezone.now() - timedelta(days=settings.MAIL_LOG_DAYS)
    Subscription.objects.filter(recipient__user__isnull=True, ended_at__lt=long_ago).delete()
    Recipient.objects.filter(
        ~Exists(Subscription.objects.filter(recipient=OuterRef("pk"))), user__isnull=True
    ).delete()


def forget_old():
    """Delete news too old to be told of, and editions whose deliveries are forgotten."""
    before = timezone.now() - NEWS_KEPT
    News.objects.filter(at__lt=before).delete()
    Edition.objects.filter(
        ~Exists(Delivery.objects.filter(edition=OuterRef("pk"))), due_at__lt=before
    ).delete()
