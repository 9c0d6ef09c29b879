from django.core.management.base import BaseCommand, CommandError

from efus import messages


class Command(BaseCommand):
    help = "Fail unless every message is translated into every language."

    def handle(self, **options):
        template = messages.extract()
        problems = [
            problem
            for language in messages.target_languages()
            for problem in messages.problems(language, template)
        ]
        if problems:
            raise CommandError("\n".join([*problems, "Run 'make messages' and translate."]))
        self.stdout.write(f"{len(template)} messages are complete in every language.")
