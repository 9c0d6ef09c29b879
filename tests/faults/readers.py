"""Who waits for a digest when something fails, and who does not.

``python -m tests.faults.readers NUMBER`` makes the tables in the database of DATABASE_URL,
so many readers whose digest is due, and some who are to be left in peace.
"""

import sys
from datetime import timedelta

DOMAINS = 40
OTHERS = ["ended", "unconfirmed", "inactive", "elsewhere"]


def address_of(number):
    return f"reader-{number}@town-{number % DOMAINS}.example"


def number_of(address):
    return int(address.partition("@")[0].rpartition("-")[2])


def add_readers(number):
    from django.utils import timezone

    from practices.digests.models import Recipient, Subscription
    from tests.domain import a_city, a_person, a_practice, a_subscription

    a_practice(a_city("Genk", "BE"), published_days_ago=3)
    four_days_ago = timezone.now() - timedelta(days=4)
    due = {"covered_until": four_days_ago, "next_at": timezone.now() - timedelta(hours=1)}
    recipients = Recipient.objects.bulk_create(
        Recipient(email=address_of(each), time_zone="Europe/Paris")
        for each in range(1, number + 1)
    )
    languages = ["fr", "nl", "de"]
    Subscription.objects.bulk_create(
        Subscription(
            recipient=recipient,
            language=languages[place % 3],
            frequency="daily",
            created_at=four_days_ago,
            **due,
        )
        for place, recipient in enumerate(recipients)
    )
    others = {
        name: Recipient.objects.create(email=f"{name}-0@town-0.example", time_zone="Europe/Paris")
        for name in OTHERS
        if name != "inactive"
    }
    a_subscription(others["ended"], ended_at=timezone.now(), **due)
    a_subscription(others["unconfirmed"], confirmed_at=None, **due)
    a_subscription(others["elsewhere"], countries=["SE"], **due)
    a_subscription(a_person("inactive-0@town-0.example", is_active=False), **due)


def main():
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    add_readers(int(sys.argv[1]))


if __name__ == "__main__":
    main()
