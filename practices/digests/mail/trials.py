"""A copy of a mail, for whoever looks at how it arrives."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from efus.accounts.models import User
from efus.outbox.enums import MailKind
from efus.outbox.models import Mail
from efus.outbox.posting import post

PRESSED_TWICE = timedelta(minutes=1)


@transaction.atomic
def send_trial(preview, language, person):
    """Mail *preview*, in *language*, to *person*; returns whether it was not just done."""
    User.objects.select_for_update().get(pk=person.pk)
    subject = f"[Trial] {preview.subject}"
    just_now = Mail.objects.filter(
        kind=MailKind.TEST,
        address=person.email,
        subject=subject,
        created_at__gt=timezone.now() - PRESSED_TWICE,
    )
    if just_now.exists():
        return False
    post(
        MailKind.TEST,
        person.email,
        subject,
        preview.text,
        language=language,
        html=preview.html,
    )
    return True
