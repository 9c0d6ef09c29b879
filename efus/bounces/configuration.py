"""What the settings say about how the platform hears of mails that come back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class MailService:
    """A mail service that tells by HTTP what became of a mail.

    *view* reads what it tells; *key* is the name that this view has for the key of the
    service's signatures, empty where it does not sign; *is_dead* says of one thing told, as it
    came, whether a bounce in it is for good.
    """

    view: str
    key: str
    is_dead: Callable[[dict], bool]


def _sparkpost_event(told):
    return next(iter(told["msys"].values()))


MAIL_SERVICES = {
    "brevo": MailService(
        "anymail.webhooks.brevo.BrevoTrackingWebhookView",
        "",
        lambda told: told["event"] in {"hard_bounce", "invalid_email"},
    ),
    "mailersend": MailService(
        "anymail.webhooks.mailersend.MailerSendTrackingWebhookView",
        "signing_secret",
        lambda told: told["data"]["type"] == "hard_bounced",
    ),
    "mailgun": MailService(
        "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
        "webhook_signing_key",
        lambda told: told["event-data"]["severity"] == "permanent",
    ),
    "mailjet": MailService(
        "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
        "",
        lambda told: told["hard_bounce"] is True,
    ),
    "mailtrap": MailService(
        "anymail.webhooks.mailtrap.MailtrapTrackingWebhookView",
        "tracking_secret",
        lambda told: told["event"] == "bounce",
    ),
    "postmark": MailService(
        "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
        "",
        lambda told: (
            "HardBounce" in {told.get("Type"), told.get("SuppressionReason")}
            or told.get("Type") == "BadEmailAddress"
        ),
    ),
    "resend": MailService(
        "anymail.webhooks.resend.ResendTrackingWebhookView",
        "",
        lambda told: told["data"]["bounce"]["type"] == "Permanent",
    ),
    "sendgrid": MailService(
        "anymail.webhooks.sendgrid.SendGridTrackingWebhookView",
        "tracking_webhook_verification_key",
        lambda told: told["event"] == "dropped" or told["type"] == "bounce",
    ),
    "sparkpost": MailService(
        "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
        "",
        # 10: no such recipient; 30: no recipient, for whatever reason.
        lambda told: _sparkpost_event(told)["bounce_class"] in {"10", "30"},
    ),
}


def mail_service_problem(name, key, secret):
    """Why what the mail service *name* tells could not be trusted, in words; empty if it can."""
    if not name:
        return ""
    service = MAIL_SERVICES.get(name)
    if service is None:
        return f"MAIL_SERVICE must be empty or one of {', '.join(MAIL_SERVICES)}."
    if service.key and not (key and key.isascii()):
        return f"MAIL_SERVICE_WEBHOOK_KEY must be the key that {name} signs with."
    user, _colon, password = secret.partition(":")
    if not service.key and not (user and len(password) >= 16):
        return (
            f"MAIL_SERVICE_WEBHOOK_SECRET must be user:password for {name},"
            " the password at least 16 characters."
        )
    return ""


@dataclass(frozen=True)
class Mailbox:
    """The mailbox that bounces come back to."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    encrypted: bool


def mailbox_at(url):
    """The mailbox that *url* names, or None; ``ImproperlyConfigured`` says what is wrong."""
    if not url:
        return None
    meant = "BOUNCE_MAILBOX must be empty or imaps://user:password@host/INBOX."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ImproperlyConfigured(meant) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    words = [user, password, folder]
    if parts.scheme not in {"imap", "imaps"} or not (host and user and password):
        raise ImproperlyConfigured(meant)
    if (
        parts.query
        or parts.fragment
        or not all(word.isascii() and word.isprintable() for word in words)
    ):
        raise ImproperlyConfigured(meant)
    encrypted = parts.scheme == "imaps"
    return Mailbox(host, port or (993 if encrypted else 143), user, password, folder, encrypted)


def mailbox_problem(url, *, encrypted=True):
    """Why bounces cannot be read at *url*, in words; empty when they can."""
    try:
        mailbox = mailbox_at(url)
    except ImproperlyConfigured as problem:
        return str(problem)
    if encrypted and mailbox and not mailbox.encrypted:
        return "BOUNCE_MAILBOX must start with imaps://."
    return ""


def refuse_unusable(settings):
    """Raise ``ImproperlyConfigured`` for *settings* by which nothing could be heard anywhere."""
    problems = [
        mail_service_problem(
            settings["MAIL_SERVICE"],
            settings["MAIL_SERVICE_WEBHOOK_KEY"],
            settings["MAIL_SERVICE_WEBHOOK_SECRET"],
        ),
        mailbox_problem(settings["BOUNCE_MAILBOX"], encrypted=False),
    ]
    for problem in filter(None, problems):
        raise ImproperlyConfigured(problem)
