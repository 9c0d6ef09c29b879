import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from practices.generation.loading import generate, may_rest_triggers, others, tidy
from practices.models import Practice


class Command(BaseCommand):
    help = (
        "Fill a database with many published practices in many languages, to measure with. They "
        "are marked as demonstration content, and lie in cities called “Generated city 17”. "
        "Nobody else may be using the database meanwhile. Never in production."
    )

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, help="how many practices")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other rows")
        parser.add_argument(
            "--cities", type=int, help="how many cities (250, and one more per 1,000 practices)"
        )
        parser.add_argument(
            "--among-other-practices",
            action="store_true",
            help="also where there are practices that were not generated",
        )

    def handle(self, *, number, seed, cities, among_other_practices, verbosity, **options):
        cities = 250 + number // 1_000 if cities is None else cities
        self._refuse(number, seed, cities, among_other_practices)
        started = time.monotonic()
        say = self.stdout.write if verbosity else lambda text: None
        say(f"Generating {number:,} practices in {cities:,} cities")
        generate(number, cities=cities, seed=seed, say=say)
        if not connection.in_atomic_block:
            tidy()
        say(
            f"{Practice.objects.count():,} practices, no rule broken, "
            f"after {time.monotonic() - started:.0f} s."
        )

    def _refuse(self, number, seed, cities, among_other_practices):
        if settings.PRODUCTION:
            raise CommandError("Practices are not generated in production.")
        if number < 1 or cities < 2 or seed < 0:
            raise CommandError(
                "It takes one practice and two cities at least, and a seed of 0 or more."
            )
        if not may_rest_triggers():
            raise CommandError("The database's user must be a superuser, to have triggers rest.")
        if not among_other_practices and others().exists():
            raise CommandError(
                "This database has practices that were not generated. Generate into an empty one, "
                "or say --among-other-practices: no command takes them apart again."
            )
