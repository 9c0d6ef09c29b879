"""What a file says of itself: what was searched, when, and how it may be used."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from practices.citing.citation import NETWORK
from practices.exporting.selection import MOST_PRACTICES

PUBLISHER = "European Forum for Urban Security (Efus)"


@dataclass(frozen=True)
class About:
    """The head of a file, in the language in force."""

    address: str
    searched: list  # (what narrows the list, its value) in words
    language: str
    made_at: datetime
    found: int
    listed: int
    licence: str
    citation: str

    @classmethod
    def of(cls, selection):
        search = selection.search
        address = settings.SITE_URL + reverse("practices:browse")
        if query := search.query_string():
            address += f"?{query}"
        now = timezone.localtime()
        return cls(
            address=address,
            searched=[
                (str(value.facet_label), str(value.label)) for value in search.chosen_values()
            ],
            language=search.language,
            made_at=now.replace(microsecond=0),
            found=selection.found,
            listed=len(selection.keys),
            licence=_(
                "Each practice has the licence that its city chose; it stands beside it. Name the"
                " city and give the practice’s address."
            ),
            citation=_(
                "%(publisher)s. (%(year)d). %(network)s. Retrieved %(date)s, from %(address)s"
            )
            % {
                "publisher": PUBLISHER,
                "year": now.year,
                "network": NETWORK,
                "date": date_format(now.date()),
                "address": address,
            },
        )

    @property
    def searched_in_words(self):
        return "; ".join(f"{label}: {value}" for label, value in self.searched) or _(
            "all practices"
        )

    @property
    def number_in_words(self):
        if self.found > self.listed:
            return _("%(listed)d of %(found)d; a file has %(most)d at most") % {
                "listed": self.listed,
                "found": self.found,
                "most": MOST_PRACTICES,
            }
        return str(self.found)

    @property
    def lines(self):
        """(what it is, what it says), always the same number of them."""
        return [
            (pgettext("file", "From"), str(NETWORK)),
            (_("Address"), self.address),
            (_("Searched"), self.searched_in_words),
            (_("Made"), date_format(self.made_at, "DATETIME_FORMAT")),
            (_("Practices found"), self.number_in_words),
            (_("Licence"), self.licence),
            (_("Cite as"), self.citation),
        ]
