"""Ending a subscription from its mail takes one click."""

import pytest

from efus.outbox.tasks import send_due
from practices.digests.models import Delivery
from practices.digests.opening import open_edition_now
from tests.domain import a_city, a_practice, a_subscription


def path_to_unsubscribe(message):
    address = message["List-Unsubscribe"].strip()  # a long header is folded
    assert address.startswith("<http://127.0.0.1:8000/")
    return address.strip("<>").removeprefix("http://127.0.0.1:8000")


@pytest.mark.django_db
class TestUnsubscribing:
    def path_in_the_mail(self, mail_sink):
        open_edition_now("daily")
        send_due(Delivery._meta.label)
        return path_to_unsubscribe(mail_sink.messages[-1])

    def test_one_click_of_a_mail_program_is_enough(self, client, mail_sink):
        subscription = a_subscription()
        other = a_subscription(subscription.recipient, countries=["FR"], language="nl")
        a_practice(a_city())
        open_edition_now("daily")
        send_due(Delivery._meta.label)
        message = next(row for row in mail_sink.messages if row["Content-Language"] == "fr")
        path = path_to_unsubscribe(message)
        answer = client.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        subscription.refresh_from_db()
        other.refresh_from_db()
        assert subscription.ended_at
        assert other.ended_at is None
        first = subscription.ended_at
        client.post(path, {"List-Unsubscribe": "One-Click"})
        subscription.refresh_from_db()
        assert subscription.ended_at == first

    def test_following_the_link_alone_ends_nothing(self, client, mail_sink):
        subscription = a_subscription(language="en")
        a_practice(a_city())
        path = self.path_in_the_mail(mail_sink)
        assert "Do you want no more mails" in client.get(path).content.decode()
        subscription.refresh_from_db()
        assert subscription.ended_at is None
        client.post(path)
        client.post(path, {"again": "1"})
        subscription.refresh_from_db()
        assert subscription.ended_at is None

    @pytest.mark.parametrize("token", ["1", "1:forged", "x:y:z", "%F0%9F%98%80:1"])
    def test_a_forged_link_ends_nothing(self, client, token):
        subscription = a_subscription()
        page = client.post(f"/en/unsubscribe/{token}/")
        assert page.status_code == 404
        assert "This link is incomplete" in page.content.decode()
        subscription.refresh_from_db()
        assert subscription.ended_at is None
