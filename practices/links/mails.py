"""Telling a city of links that lead nowhere any more."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cities.enums import SeatRole
from cities.models import Seat
from efus.accounts.models import User
from efus.accounts.tasks import send_account_mail
from efus.validators import one_line


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
            send_account_mail.delay_on_commit(
                subject=one_line(_("Broken links: %(title)s") % {"title": title}),
                body=body,
                from_email=settings.DEFAULT_FROM_EMAIL,
                to=[user.email],
            )
