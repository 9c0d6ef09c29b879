"""The mails that are no digests, as the office reads them: page after page, newest first."""

from collections import Counter

from django.http import QueryDict

from efus.outbox.enums import DeliveryState, MailKind
from efus.outbox.models import Mail

LONGEST_WORDS = 254  # characters, as an address
ON_A_PAGE = 50
MOST_COUNTED = 1000  # of each state; above, a page says that there are more
LARGEST_KEY = 2**63 - 1


def _known(value, choices):
    return value if value in choices.values else ""


class MailListing:
    """The mails that a query asks for: of a kind, in a state, to an address, older than one.

    Their texts are never read, since they hold codes and links.
    """

    def __init__(self, query):
        self.kind = _known(query.get("kind", ""), MailKind)
        self.state = _known(query.get("state", ""), DeliveryState)
        self.words = "".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_WORDS]
        before = query.get("before", "")
        is_key = before.isascii() and before.isdigit() and len(before) < 20
        self.before = min(int(before), LARGEST_KEY) if is_key else None

    def results(self):
        """All that are asked for, on whichever page."""
        mails = Mail.objects.defer("text", "html")
        if self.kind:
            mails = mails.filter(kind=self.kind)
        if self.state:
            mails = mails.filter(state=self.state)
        if self.words:
            mails = mails.filter(address__icontains=self.words)
        return mails

    def page(self):
        """(the mails of the page, the key to go on before or None)."""
        mails = self.results()
        if self.before is not None:
            mails = mails.filter(pk__lt=self.before)
        rows = list(mails.order_by("-pk")[: ON_A_PAGE + 1])
        more = rows[ON_A_PAGE - 1].pk if len(rows) > ON_A_PAGE else None
        return rows[:ON_A_PAGE], more

    def counts(self):
        """[(state, how many of the kind, whether there are more than that)] in one query."""
        of_kind = Mail.objects.filter(kind=self.kind) if self.kind else Mail.objects.all()
        first, *others = [
            of_kind.filter(state=state).order_by().values_list("state")[: MOST_COUNTED + 1]
            for state in DeliveryState.values
        ]
        numbers = Counter(state for (state,) in first.union(*others, all=True))
        return [
            (state, min(numbers[state], MOST_COUNTED), numbers[state] > MOST_COUNTED)
            for state in DeliveryState
        ]

    def query(self, **changes):
        """The query of the same list, on its first page, with *changes*."""
        query = QueryDict(mutable=True)
        for name, value in (
            {"kind": self.kind, "state": self.state, "q": self.words} | changes
        ).items():
            if value:
                query[name] = value
        return query.urlencode()
