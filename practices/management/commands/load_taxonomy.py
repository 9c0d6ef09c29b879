from django.core.management.base import BaseCommand

from practices.taxonomy import load_taxonomy


class Command(BaseCommand):
    help = "Add the themes, target groups and methods that the platform starts with."

    def handle(self, **options):
        self.stdout.write(f"{load_taxonomy()} terms added.")
