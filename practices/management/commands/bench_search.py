from django.core.management.base import BaseCommand, CommandError

from practices.search.benchmark.measuring import NotTheDemonstration, measure, report
from practices.search.benchmark.queries import HALVES
from practices.search.meaning.making import make_batch


class Command(BaseCommand):
    help = "Measure how well searches find the demonstration's practices, in every language."

    def add_arguments(self, parser):
        parser.add_argument("--half", choices=HALVES, help="only this half of the queries")

    def handle(self, half=None, **options):
        halves = [half] if half else HALVES
        while make_batch():
            pass
        try:
            for line in report(measure(halves=halves), halves):
                self.stdout.write(line)
        except NotTheDemonstration as problem:
            raise CommandError(str(problem)) from problem
