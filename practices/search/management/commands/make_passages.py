from django.core.management.base import BaseCommand, CommandError

from practices.models import Practice
from practices.search.meaning import vectors
from practices.search.meaning.making import make_batch
from practices.search.meaning.state import state
from practices.search.models import PassagesDue


class Command(BaseCommand):
    help = "Make what search by meaning needs of all published practices, and wait for it."

    def handle(self, **options):
        if not vectors.make_room():
            raise CommandError("PostgreSQL has no pgvector 0.8 or newer.")
        PassagesDue.objects.bulk_create(
            PassagesDue(practice_id=pk)
            for pk in Practice.objects.published().values_list("pk", flat=True)
        )
        while make_batch():
            self.stdout.write(f"{state().waiting} practices are waiting.")
        if waiting := state().waiting:
            raise CommandError(f"{waiting} practices are still waiting; see the log.")
        self.stdout.write("Every published practice is known by its meaning.")
