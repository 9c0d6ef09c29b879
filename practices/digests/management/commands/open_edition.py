from django.core.management.base import BaseCommand

from efus.outbox.tasks import run_outbox
from practices.digests.enums import Frequency
from practices.digests.opening import open_edition_now


class Command(BaseCommand):
    help = "Open an edition of a frequency now, before its time, and send it."

    def add_arguments(self, parser):
        parser.add_argument("frequency", choices=Frequency.values)

    def handle(self, frequency, **options):
        edition = open_edition_now(frequency)
        self.stdout.write(
            f"Opened {edition}: {edition.deliveries.count()} mails are due; a worker sends them."
        )
        run_outbox.delay()
