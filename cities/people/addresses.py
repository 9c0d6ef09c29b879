"""Addresses that mails do not reach, with the people they belong to."""

from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.http import QueryDict

from cities.models import Seat
from efus.accounts.models import User
from efus.bounces.models import UndeliverableAddress

LONGEST_WORDS = 254  # characters, as an address


class AddressListing:
    """The addresses in which the words of a search occur, marked last first."""

    def __init__(self, query):
        self.words = "".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_WORDS]

    def results(self):
        return UndeliverableAddress.objects.filter(address__contains=self.words.lower())

    @property
    def query_string(self):
        query = QueryDict(mutable=True)
        if self.words:
            query["q"] = self.words
        return query.urlencode()


def with_people(rows):
    """*rows*, each with ``person``: whose address it is, with today's seats, or None."""
    rows = list(rows)
    seats = Seat.objects.current().select_related("city")
    people = User.objects.annotate(folded=Lower("email")).filter(
        folded__in=[row.address for row in rows]
    )
    people = people.prefetch_related(Prefetch("seats", seats, to_attr="seats_of_today"))
    by_address = {person.folded: person for person in people}
    for row in rows:
        row.person = by_address.get(row.address)
    return rows
