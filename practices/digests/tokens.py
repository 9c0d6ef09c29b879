"""Signed links of a mail, by which one subscription, and nothing else, is ended or changed.

Nobody has to sign in for them. The link that ends it works for ever; the one that changes it
for 60 days, since mails are passed on; the one that confirms it for as long as it waits for that.
"""

from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse
from django.utils.translation import override

from practices.digests.models import Subscription
from practices.digests.models.subscription import CONFIRMED_WITHIN

PREFERENCES_LAST = timedelta(days=60)

_unsubscribing = Signer(salt="unsubscribe")
_preferences = TimestampSigner(salt="digest preferences")
_confirming = TimestampSigner(salt="subscription to confirm")


@lru_cache
def _path(name, language):
    """The path of *name*, with a ``-`` where the token stands, and nowhere after it."""
    with override(language):
        return reverse(name, args=["-"])


def _address(name, subscription, token):
    before, _hyphen, after = _path(name, subscription.language).rpartition("-")
    return f"{settings.SITE_URL}{before}{token}{after}"


def _subscription(key):
    return Subscription.objects.with_choices().filter(pk=int(key)).first()


def unsubscribe_address(subscription):
    """The full address of the page that ends *subscription*, in its language."""
    return _address("unsubscribe", subscription, _unsubscribing.sign(subscription.pk))


def subscription_of(token):
    """The subscription that the *token* of an unsubscribe address was signed for, or None."""
    try:
        return _subscription(_unsubscribing.unsign(token))
    except (BadSignature, ValueError):
        return None


def preferences_address(subscription):
    """The full address of the page that changes *subscription*, in its language, from now on."""
    return _address("digest-preferences", subscription, _preferences.sign(subscription.pk))


def subscription_of_preferences(token, max_age=PREFERENCES_LAST):
    """The subscription that the *token* of a preferences address was signed for.

    None where the signature is wrong or older than *max_age*; None there means any age.
    """
    try:
        return _subscription(_preferences.unsign(token, max_age=max_age))
    except (BadSignature, ValueError):
        return None


def confirmation_address(subscription):
    """The full address of the page that confirms *subscription*, in its language."""
    return _address("confirm-subscription", subscription, _confirming.sign(subscription.pk))


def subscription_to_confirm(token):
    """The subscription that the *token* of that address was signed for; None if it is too old."""
    try:
        return _subscription(_confirming.unsign(token, max_age=CONFIRMED_WITHIN))
    except (BadSignature, ValueError):
        return None
