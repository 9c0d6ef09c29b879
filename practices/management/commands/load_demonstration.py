import os

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from practices.demonstration.history import load_history
from practices.demonstration.loading import (
    MEMBERS,
    load_accounts,
    load_adoptions,
    load_practices,
)
from practices.search.loading import load_search_words
from practices.taxonomy import load_taxonomy
from practices.translations.glossary.loading import load_glossary


class Command(BaseCommand):
    help = "Load members, demonstration practices and accounts; a second time changes nothing."

    def handle(self, **options):
        if not settings.DEMONSTRATION:
            raise CommandError(
                "The demonstration is only loaded where EFUS_ENVIRONMENT is 'demonstration'."
            )
        password = os.environ.get("DEMONSTRATION_PASSWORD", "")
        if len(password) < 12:
            raise CommandError("DEMONSTRATION_PASSWORD must have at least 12 characters.")
        self.stdout.write(f"Taxonomy: {load_taxonomy()} terms added.")
        self.stdout.write(f"Search words: {load_search_words()} added.")
        self.stdout.write(f"Glossary: {load_glossary()} terms added.")
        call_command("import_members", str(MEMBERS), since="2019-01-01", stdout=self.stdout)
        self.stdout.write(f"Practices: {load_practices()} added.")
        self.stdout.write(f"Accounts: {load_accounts(password)} added.")
        self.stdout.write(f"Histories: {load_history()} added.")
        self.stdout.write(f"Adoptions: {load_adoptions()} added.")
