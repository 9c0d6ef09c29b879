"""A mail service tells what became of our mails."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from efus.bounces.configuration import mail_service_problem
from efus.bounces.enums import BounceReason
from efus.bounces.models import UndeliverableAddress

pytestmark = pytest.mark.django_db

KEY = "key-of-our-account-at-the-service"
SECRET = "efus:a secret of some length"
BASIC = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(SECRET.encode()).decode()}
MARIE = "marie@city.example"


@pytest.fixture(autouse=True)
def service(settings):
    def choose(name, key=KEY, secret=SECRET):
        settings.MAIL_SERVICE = name
        settings.MAIL_SERVICE_WEBHOOK_KEY = key
        settings.MAIL_SERVICE_WEBHOOK_SECRET = secret

    choose("", "", "")
    return choose


def marked():
    return dict(UndeliverableAddress.objects.values_list("address", "reason"))


def told(client, service, content, **headers):
    content = content if isinstance(content, str) else json.dumps(content)
    return client.post(
        f"/mail-events/{service}/", content, content_type="application/json", **headers
    )


def mailgun(event, key=KEY, **data):
    token, timestamp = "c5b1", "1700000000"
    signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"token": token, "timestamp": timestamp, "signature": signature},
        "event-data": {"event": event, "recipient": MARIE, "timestamp": 1700000000.0} | data,
    }


BOUNCED_FOR_GOOD = {
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {"message": "550 5.1.1 no such person here"},
}


class TestServiceThatSigns:
    @pytest.fixture(autouse=True)
    def mailgun(self, service):
        service("mailgun", secret="")

    def test_a_bounce_for_good_ends_the_mails(self, client):
        answer = told(client, "mailgun", mailgun("failed", **BOUNCED_FOR_GOOD))
        assert answer.status_code == 200
        address = UndeliverableAddress.objects.get()
        assert (address.address, address.reason) == (MARIE, BounceReason.BOUNCED)
        assert address.detail == "550 5.1.1 no such person here"

    def test_what_was_answered_is_kept_as_far_as_it_can_be(self, client):
        data = BOUNCED_FOR_GOOD | {"delivery-status": {"message": "no\x00 \ud800 " + "é" * 900}}
        assert told(client, "mailgun", mailgun("failed", **data)).status_code == 200
        assert UndeliverableAddress.objects.get().detail == "no ? " + "é" * 495

    def test_told_twice_is_one_row(self, client):
        for _time in range(2):
            told(client, "mailgun", mailgun("failed", **BOUNCED_FOR_GOOD))
        address = UndeliverableAddress.objects.get()
        assert address.last_at > address.since

    @pytest.mark.parametrize("event", ["complained", "unsubscribed"])
    def test_who_wants_none_gets_none(self, client, event):
        told(client, "mailgun", mailgun(event, recipient="Marie@City.example"))
        assert marked() == {MARIE: BounceReason.COMPLAINED}

    @pytest.mark.parametrize(
        ("event", "data"),
        [
            ("delivered", {}),
            ("opened", {}),
            ("clicked", {"url": "https://efus.example/"}),
            ("accepted", {}),
            ("something new", {}),
            ("failed", BOUNCED_FOR_GOOD | {"severity": "temporary"}),
            ("failed", BOUNCED_FOR_GOOD | {"reason": "generic"}),
            ("failed", {"reason": "bounce"}),
            (
                "failed",
                BOUNCED_FOR_GOOD | {"delivery-status": {"message": "552 5.2.2 mailbox full"}},
            ),
            (
                "failed",
                BOUNCED_FOR_GOOD | {"delivery-status": {"message": "550 5.7.1 blocked: spam"}},
            ),
            ("failed", BOUNCED_FOR_GOOD | {"recipient": "not an address\x00"}),
            ("failed", BOUNCED_FOR_GOOD | {"recipient": None}),
            ("failed", BOUNCED_FOR_GOOD | {"recipient": ["marie@city.example"]}),
            ("failed", BOUNCED_FOR_GOOD | {"recipient": "marie@\ud800.example"}),
            ("failed", BOUNCED_FOR_GOOD | {"recipient": "x" * 300 + "@city.example"}),
        ],
    )
    def test_nothing_else_does(self, client, event, data):
        assert told(client, "mailgun", mailgun(event, **data)).status_code == 200
        assert marked() == {}

    def test_another_signature_is_refused(self, client):
        forged = mailgun("failed", key="another key", **BOUNCED_FOR_GOOD)
        assert told(client, "mailgun", forged).status_code == 400
        assert marked() == {}

    @pytest.mark.parametrize(
        "garbage",
        [
            "",
            "{",
            "[]",
            "null",
            "7",
            '"signature"',
            '{"signature": []}',
            '{"signature": {"token": "é", "timestamp": 1, "signature": null}}',
            "[" * 100_000,
            "\x00",
        ],
    )
    def test_garbage_is_refused(self, client, garbage):
        assert told(client, "mailgun", garbage).status_code == 400
        assert marked() == {}

    def test_signed_garbage_is_refused(self, client):
        content = mailgun("failed", **BOUNCED_FOR_GOOD)
        content["event-data"]["timestamp"] = 1e300
        assert told(client, "mailgun", content).status_code == 400

    def test_what_is_too_much_is_refused(self, client):
        assert told(client, "mailgun", "x" * 3_000_000).status_code == 413

    def test_it_may_ask_whether_there_is_somebody(self, client):
        assert client.head("/mail-events/mailgun/").status_code == 200
        assert client.get("/mail-events/mailgun/").status_code == 405

    def test_other_services_have_no_address(self, client):
        answer = told(client, "brevo", {"event": "hard_bounce", "email": MARIE}, **BASIC)
        assert answer.status_code == 404
        assert marked() == {}


def test_without_a_service_there_is_no_address(client):
    assert (
        told(client, "mailgun", mailgun("failed", key="", **BOUNCED_FOR_GOOD)).status_code == 404
    )
    assert marked() == {}


SPARKPOST = {"type": "bounce", "raw_rcpt_to": MARIE, "timestamp": "1700000000"}
POSTMARK = {"RecordType": "Bounce", "Email": MARIE}
RESEND = {
    "type": "email.bounced",
    "created_at": "2026-11-24T06:00:00Z",
    "data": {
        "to": [MARIE],
        "bounce": {"type": "Permanent", "message": "The server sent a hard bounce message."},
    },
}
MAILTRAP = {"email": MARIE, "timestamp": 1700000000, "message_id": "1"}


class TestServicesThatKnowASecret:
    """What each of them says, in its own words: for good, and for now."""

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("brevo", {"event": "hard_bounce", "email": MARIE}),
            ("brevo", {"event": "invalid_email", "email": MARIE}),
            ("mailjet", [{"event": "bounce", "email": MARIE, "hard_bounce": True}]),
            ("postmark", POSTMARK | {"Type": "HardBounce"}),
            ("postmark", POSTMARK | {"Type": "BadEmailAddress"}),
            ("resend", RESEND),
            ("sparkpost", [{"msys": {"message_event": SPARKPOST | {"bounce_class": "10"}}}]),
        ],
    )
    def test_for_good(self, client, service, name, content):
        service(name, key="")
        assert told(client, name, content).status_code == 400
        assert marked() == {}
        wrong = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"efus:guess").decode()}
        assert told(client, name, content, **wrong).status_code == 400
        assert marked() == {}
        assert told(client, name, content, **BASIC).status_code == 200
        assert marked() == {MARIE: BounceReason.BOUNCED}

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("brevo", {"event": "soft_bounce", "email": MARIE}),
            ("brevo", {"event": "blocked", "email": MARIE}),
            ("brevo", {"event": "unique_opened", "email": MARIE}),
            ("mailjet", [{"event": "bounce", "email": MARIE, "hard_bounce": False}]),
            ("mailjet", [{"event": "blocked", "email": MARIE, "error": "preblocked"}]),
            ("postmark", POSTMARK | {"Type": "SoftBounce"}),
            ("postmark", POSTMARK | {"Type": "DMARCPolicy"}),
            ("resend", RESEND | {"type": "email.opened"}),
            (
                "resend",
                RESEND
                | {
                    "data": {
                        "to": [MARIE],
                        "bounce": {"type": "Transient", "message": "a bounce message: full"},
                    }
                },
            ),
            ("sparkpost", [{"msys": {"message_event": SPARKPOST | {"bounce_class": "22"}}}]),
            ("sparkpost", [{"msys": {"message_event": SPARKPOST | {"bounce_class": "50"}}}]),
            ("sparkpost", [{"msys": {}}]),
        ],
    )
    def test_for_now(self, client, service, name, content):
        service(name, key="")
        assert told(client, name, content, **BASIC).status_code == 200
        assert marked() == {}

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("brevo", {"event": "spam", "email": MARIE}),
            ("mailjet", [{"event": "spam", "email": MARIE}]),
            ("postmark", {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": MARIE}),
            ("resend", RESEND | {"type": "email.complained"}),
        ],
    )
    def test_complaints(self, client, service, name, content):
        service(name, key="")
        assert told(client, name, content, **BASIC).status_code == 200
        assert marked() == {MARIE: BounceReason.COMPLAINED}


class TestOtherServicesThatSign:
    @pytest.mark.parametrize(
        ("name", "header", "good", "passing"),
        [
            (
                "mailersend",
                "HTTP_SIGNATURE",
                {"data": {"type": "hard_bounced", "email": {"recipient": {"email": MARIE}}}},
                {"data": {"type": "soft_bounced", "email": {"recipient": {"email": MARIE}}}},
            ),
            (
                "mailtrap",
                "HTTP_MAILTRAP_SIGNATURE",
                {"events": [MAILTRAP | {"event": "bounce"}]},
                {"events": [MAILTRAP | {"event": "soft bounce"}]},
            ),
        ],
    )
    def test_the_whole_content_is_signed(self, client, service, name, header, good, passing):
        service(name, secret="")

        def signature(content):
            return hmac.new(KEY.encode(), json.dumps(content).encode(), hashlib.sha256).hexdigest()

        assert told(client, name, good).status_code == 400
        assert told(client, name, good, **{header: signature(passing)}).status_code == 400
        assert told(client, name, passing, **{header: signature(passing)}).status_code == 200
        assert marked() == {}
        assert told(client, name, good, **{header: signature(good)}).status_code == 200
        assert marked() == {MARIE: BounceReason.BOUNCED}

    @pytest.mark.filterwarnings("ignore:django-anymail has dropped")
    def test_sendgrid_signs_with_a_key_of_its_own(self, client, service):
        private = ec.generate_private_key(ec.SECP256R1())
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        service("sendgrid", key=base64.b64encode(public).decode(), secret="")
        events = [
            {"event": "bounce", "type": "bounce", "email": MARIE},
            {"event": "bounce", "type": "blocked", "email": "busy@city.example"},
            {"event": "dropped", "reason": "Bounced Address", "email": "old@city.example"},
            {"event": "dropped", "reason": "Spam Content", "email": "good@city.example"},
        ]
        content = "1700000000" + json.dumps(events)
        signature = base64.b64encode(private.sign(content.encode(), ec.ECDSA(hashes.SHA256())))
        headers = {
            "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP": "1700000000",
            "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE": signature.decode(),
        }
        assert told(client, "sendgrid", events[:1], **headers).status_code == 400
        assert marked() == {}
        assert told(client, "sendgrid", events, **headers).status_code == 200
        assert set(marked()) == {MARIE, "old@city.example"}


def test_what_cannot_be_trusted_is_said_at_the_start():
    assert mail_service_problem("", "", "") == ""
    assert mail_service_problem("mailgun", KEY, "") == ""
    assert mail_service_problem("brevo", "", SECRET) == ""
    assert "one of brevo" in mail_service_problem("pigeons", KEY, SECRET)
    assert "MAIL_SERVICE_WEBHOOK_KEY" in mail_service_problem("mailgun", "", SECRET)
    assert "MAIL_SERVICE_WEBHOOK_SECRET" in mail_service_problem("brevo", KEY, "")
    assert "MAIL_SERVICE_WEBHOOK_SECRET" in mail_service_problem("brevo", "", "efus:short")
