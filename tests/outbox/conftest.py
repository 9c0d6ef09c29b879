"""Mails in the outbox, and what sends them, in this process."""

from datetime import timedelta

import pytest
from django.utils import timezone

from efus.outbox.claims import claim
from efus.outbox.enums import MailKind
from efus.outbox.models import Mail
from efus.outbox.posting import domain_of
from efus.outbox.sending import send_claimed
from efus.outbox.server import MailServer


def a_mail(address="anne@genk.example", text="Your code: 1234", **fields):
    fields = {
        "kind": MailKind.ACCOUNT,
        "subject": "Your code",
        "language": "en",
        "give_up_at": timezone.now() + timedelta(days=3),
    } | fields
    return Mail.objects.create(address=address, domain=domain_of(address), text=text, **fields)


def send_everything_due(model=Mail):
    """Send what may be sent now, over one connection; returns whether the server takes mails."""
    with MailServer() as server:
        while claimed := claim(model, 50):
            if not send_claimed(claimed, server):
                return False
    return True


def waited_long_enough():
    """Everything that waits for another try is due now."""
    Mail.objects.filter(state="due").update(not_before=timezone.now())


@pytest.fixture
def outgoing_only_slowly(monkeypatch):
    """The mails of the stories as if they were digests, which nobody waits for."""
    monkeypatch.setattr(Mail, "goes_first", False)
