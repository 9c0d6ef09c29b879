"""The signed link by which one subscription, and nothing else, is ended without signing in."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import override

from practices.digests.models import Subscription

_signer = Signer(salt="unsubscribe")


def unsubscribe_address(subscription):
    """The full address of the page that ends *subscription*, in its language."""
    with override(subscription.language):
        path = reverse("unsubscribe", args=[_signer.sign(subscription.pk)])
    return f"{settings.SITE_URL}{path}"


def subscription_of(token):
    """The subscription that *token* was signed for, or None."""
    try:
        return Subscription.objects.filter(pk=int(_signer.unsign(token))).first()
    except (BadSignature, ValueError):
        return None
