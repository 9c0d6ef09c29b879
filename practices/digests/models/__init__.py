from practices.digests.models.edition import Delivery, Edition
from practices.digests.models.edition_event import EditionEvent
from practices.digests.models.news import News
from practices.digests.models.recipient import Recipient
from practices.digests.models.subscription import Subscription, SubscriptionChoice

__all__ = [
    "Delivery",
    "Edition",
    "EditionEvent",
    "News",
    "Recipient",
    "Subscription",
    "SubscriptionChoice",
]
