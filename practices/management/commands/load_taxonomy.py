from django.core.management.base import BaseCommand

from practices.search.loading import load_search_words
from practices.taxonomy import load_taxonomy
from practices.translations.glossary.loading import load_glossary


class Command(BaseCommand):
    help = (
        "Add the themes, target groups, methods, search words and glossary that the platform"
        " starts with."
    )

    def handle(self, **options):
        self.stdout.write(f"{load_taxonomy()} terms added.")
        self.stdout.write(f"{load_search_words()} search words added.")
        self.stdout.write(f"{load_glossary()} terms of the glossary added.")
