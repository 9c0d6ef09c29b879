from django.core.management.base import BaseCommand

from efus import messages


class Command(BaseCommand):
    help = "Bring the message files up to date with the code and the templates."

    def handle(self, **options):
        template = messages.extract()
        for language in messages.target_languages():
            catalogue = messages.read(language)
            catalogue.update(template, no_fuzzy_matching=True)
            messages.write(catalogue, language)
            missing = len(messages.problems(language, template))
            self.stdout.write(f"{language}: {len(catalogue)} messages, {missing} to translate")
