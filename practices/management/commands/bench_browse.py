import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from practices.generation import measuring
from practices.models import Practice


class Command(BaseCommand):
    help = (
        "Measure how long browsing takes in this database of generated practices, in seconds, "
        "as JSON; make bench-browse does so at several sizes and compares them."
    )

    def add_arguments(self, parser):
        parser.add_argument("--requests", type=int, default=30, help="runs of each case")
        parser.add_argument(
            "--seconds", type=float, default=60, help="after which a slow case runs no further"
        )
        parser.add_argument(
            "--plans", action="store_true", help="the plans of all queries instead, as text"
        )

    def handle(self, *, requests, seconds, plans, **options):
        if settings.DEBUG:
            raise CommandError("DEBUG keeps every query, which takes time: unset it.")
        if not Practice.objects.published().exists():
            raise CommandError("There is nothing to browse: generate_practices first.")
        if plans:
            for line in measuring.plans():
                self.stdout.write(line)
        else:
            self.stdout.write(json.dumps(measuring.measure(requests, seconds)))
