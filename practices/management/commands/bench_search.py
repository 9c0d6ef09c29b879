from django.core.management.base import BaseCommand, CommandError

from practices.search.benchmark.measuring import NotTheDemonstration, measure, report
from practices.search.meaning.making import make_batch


class Command(BaseCommand):
    help = "Measure how well searches find the demonstration's practices, in every language."

    def handle(self, **options):
        while make_batch():
            pass
        try:
            for line in report(measure()):
                self.stdout.write(line)
        except NotTheDemonstration as problem:
            raise CommandError(str(problem)) from problem
