"""Which practices are put side by side, read from the address and written back to it."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practices.models import Practice

MOST_COMPARED = 4
MOST_READ = 50  # of the address; what comes after is not looked at
LONGEST_NUMBER = 18  # digits


class Choice:
    """The practices chosen, in the order of the address; ``problems`` says what is left out."""

    def __init__(self, values, language):
        """*values* are those of the address, as anybody may have written them."""
        values = list(dict.fromkeys(value for value in values[:MOST_READ] if value))
        numbers = [
            int(value) for value in values if value.isdecimal() and len(value) <= LONGEST_NUMBER
        ]
        rows = Practice.objects.published().filter(pk__in=numbers).for_comparison(language)
        public = {practice.pk: practice for practice in rows[:MOST_READ]}
        found = [public[number] for number in dict.fromkeys(numbers) if number in public]
        self.practices = found[:MOST_COMPARED]
        self.problems = []
        if unknown := len(values) - len(found):
            self.problems.append(
                ngettext(
                    "One of the practices in this address does not exist or is not public;"
                    " it was left out.",
                    "%(number)d of the practices in this address do not exist or are not public;"
                    " they were left out.",
                    unknown,
                )
                % {"number": unknown}
            )
        if len(found) > MOST_COMPARED:
            self.problems.append(
                _("Up to %(number)d practices stand side by side; here are the first ones.")
                % {"number": MOST_COMPARED}
            )

    @property
    def numbers(self):
        return [practice.pk for practice in self.practices]

    @property
    def has_room(self):
        return len(self.practices) < MOST_COMPARED

    def query_with(self, number):
        """The query of the address with one more practice."""
        return urlencode([("practice", pk) for pk in [*self.numbers, number]])

    def query_without(self, number):
        """The query of the address without one of the practices."""
        return urlencode([("practice", pk) for pk in self.numbers if pk != number])
