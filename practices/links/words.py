"""What became of the links of a practice, in words for who writes it."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from practices.enums import LinkOutcome
from practices.links.checking import places_of_links
from practices.models import Practice

SENTENCES = {
    LinkOutcome.BROKEN: gettext_lazy(
        "On %(day)s there was nothing behind this link any more (the answer was %(status)s):"
    ),
    LinkOutcome.UNREACHABLE: gettext_lazy("This link did not answer on %(day)s:"),
    LinkOutcome.REFUSED: gettext_lazy("Not everybody can reach this link; it was not tried:"),
}


def failing_links(practice):
    """(link, what became of it, where it stands) of each that does not work."""
    links = list(practice.links.failing())
    if not links:
        return []
    places = places_of_links(practice)
    return [
        (
            link,
            SENTENCES[link.outcome]
            % {
                "day": date_format(timezone.localtime(link.checked_at), "DATE_FORMAT"),
                "status": link.status_code,
            },
            [
                _("%(part)s (%(language)s)")
                % {
                    "part": Practice._meta.get_field(field).verbose_name,
                    "language": get_language_info(language)["name_translated"],
                }
                for field, language in places[link.address]
            ],
        )
        for link in links
        if link.address in places  # and not just taken out
    ]
