import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from practices.digests.models import Delivery, Subscription
from practices.generation.sending import measure_opening, measure_sending
from practices.generation.subscribing import subscribe
from practices.models import Practice


class Command(BaseCommand):
    help = (
        "Measure how long digests take in this database of generated practices and "
        "subscriptions, as JSON; make bench-digest does so at several sizes and compares them."
    )

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["subscribe", "open", "send"])
        parser.add_argument("number", type=int, help="of subscriptions, rounds, or mails a round")
        parser.add_argument("--rounds", type=int, default=6, help="of sending")

    def handle(self, *, what, number, rounds, **options):
        if settings.PRODUCTION or settings.DEBUG:
            raise CommandError("Digests are not measured in production, nor with DEBUG.")
        if number < 1 or rounds < 1:
            raise CommandError("That takes numbers of 1 or more.")
        if what == "subscribe":
            if not Practice.objects.published().exists() or Subscription.objects.exists():
                raise CommandError("That takes generated practices, and no subscriptions yet.")
            subscribe(number)
            return
        if what == "open":
            if not Subscription.objects.exists():
                raise CommandError("There is nobody to tell: bench_digest subscribe first.")
            measured = measure_opening(number)
        else:
            if not Delivery.objects.exists():
                raise CommandError("There is nothing to send: bench_digest open first.")
            measured = measure_sending(number, rounds)
        self.stdout.write(json.dumps(measured))
