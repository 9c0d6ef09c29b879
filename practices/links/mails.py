"""Telling a city of links that lead nowhere any more."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cities.enums import SeatRole
from cities.models import Seat
from efus.accounts.models import User
from efus.outbox.enums import MailKind
from efus.outbox.posting import post


def tell_coordinators(practice, links):
    """Have a worker mail the coordinators of the city of *practice*, each in their language."""
    seats = Seat.objects.current().filter(city=practice.city, role=SeatRole.COORDINATOR)
    for user in User.objects.filter(pk__in=seats.values("user"), is_active=True):
        with override(user.language):
            title = practice.shown("title", user.language)
            body = render_to_string(
                "links/broken_links_mail.txt",
                {
                    "title": title,
                    "city": practice.city.shown_name,
                    "links": links,
                    "address": settings.SITE_URL + reverse("workspace:edit", args=[practice.pk]),
                },
            )
            subject = _("Broken links: %(title)s") % {"title": title}
            post(MailKind.LINKS, user.email, subject, body, language=user.language)
