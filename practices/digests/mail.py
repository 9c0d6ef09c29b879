"""The mail of a delivery: personal, in its reader's language, text and HTML."""

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import ngettext, override

from efus.validators import one_line
from practices.digests.unsubscribing import unsubscribe_address
from practices.models import Practice

MOST_PRACTICES = 10

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


def message_identifier(delivery):
    """The ``Message-ID``, the same however often the delivery is sent.

    A mail that a crash made us send twice can be recognised by it.
    """
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    return f"<digest-{delivery.edition_id}-{delivery.subscription_id}@{domain}>"


def build_message(delivery):
    """The message of *delivery*, or None when nothing in it is public any more."""
    subscription = delivery.subscription
    language = subscription.language
    practices = list(
        Practice.objects.published()
        .filter(pk__in=delivery.items.values("practice"))
        .newest_first()
        .as_cards(language)
    )
    if not practices:
        return None
    unsubscribe = unsubscribe_address(subscription)
    with override(language):
        context = {
            "site_url": settings.SITE_URL,
            "person": subscription.user,
            "subscription": subscription,
            "practices": practices[:MOST_PRACTICES],
            "more": max(0, len(practices) - MOST_PRACTICES),
            "contains_demonstration": any(row.is_demonstration for row in practices),
            "unsubscribe_address": unsubscribe,
            "language": language,
        }
        subject = ngettext(
            "A new practice for you: %(title)s",
            "%(number)d new practices for you: %(title)s …",
            len(practices),
        ) % {"number": len(practices), "title": practices[0].shown("title", language)}
        if context["contains_demonstration"]:
            subject = f"[Demo] {subject}"
        text = render_to_string("digests/digest.txt", context)
        html = _inliner.inline(render_to_string("digests/digest.html", context))
    domain = message_identifier(delivery).rpartition("@")[2].rstrip(">")
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=text,
        to=[subscription.user.email],
        headers={
            "Message-ID": message_identifier(delivery),
            "List-Id": f"Efus digest <digest.{domain}>",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )
    message.attach_alternative(html, "text/html")
    return message
