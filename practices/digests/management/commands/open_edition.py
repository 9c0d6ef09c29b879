from django.core.management.base import BaseCommand
from django.utils import timezone

from practices.digests.enums import Frequency
from practices.digests.schedule import last_boundary, open_edition
from practices.digests.tasks import start_sending


class Command(BaseCommand):
    help = "Open the edition of a frequency that has fallen due, and send it."

    def add_arguments(self, parser):
        parser.add_argument("frequency", choices=Frequency.values)
        parser.add_argument(
            "--now",
            action="store_true",
            help="let it end now rather than at its time; the next one begins here",
        )

    def handle(self, frequency, now, **options):
        edition = open_edition(
            frequency, None if now else last_boundary(frequency, timezone.now())
        )
        if edition is None:
            self.stdout.write("That period is covered already: nothing to send.")
            return
        self.stdout.write(
            f"Opened {edition}: {edition.deliveries.count()} mails are due; a worker sends them."
        )
        start_sending()
