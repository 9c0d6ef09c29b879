"""A connection that breaks changes nothing of what a mail is looked at for."""

import time

import psycopg2
import pytest
from django.db import OperationalError, connection

from efus.outbox.messages import NotWanted
from practices.digests.mail.batch import Batch
from practices.digests.models import Delivery
from practices.digests.opening import open_edition_now
from tests.domain import a_city, a_practice, a_subscription


def break_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    parameters = connection.get_connection_params()
    other = psycopg2.connect(**{**parameters, "cursor_factory": None})
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_look_that_broke_off_is_taken_again():
    subscription = a_subscription()
    a_practice(a_city())
    open_edition_now("daily")
    (delivery,) = Delivery.objects.all()
    batch = Batch([delivery.pk])
    time.sleep(2 * Batch.LOOK_AGAIN)
    subscription.end()
    break_connection()
    with pytest.raises(OperationalError):
        batch.compose(delivery.pk)
    connection.close()
    with pytest.raises(NotWanted):
        batch.compose(delivery.pk)
