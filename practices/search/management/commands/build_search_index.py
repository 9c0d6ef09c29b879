from django.core.management.base import BaseCommand, CommandError

from practices.search import indexing
from practices.search.models import FacetSet, Position, SearchIndex, WordSet


class Command(BaseCommand):
    help = "Build the sets that searches count with anew; readers keep the old ones meanwhile."

    def handle(self, **options):
        if not indexing.build():
            raise CommandError("Another process is keeping the sets at this moment. Try again.")
        numbering = SearchIndex.objects.get().numbering
        practices = Position.objects.filter(numbering=numbering).count()
        self.stdout.write(
            f"{practices} practices, {FacetSet.objects.count()} values of facets, "
            f"{WordSet.objects.count()} common words"
        )
