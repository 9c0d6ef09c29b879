"""The office's list of the mails that are no digests."""

import logging

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.accounts.guards import for_administrators
from efus.accounts.mails.listing import MailListing
from efus.outbox.enums import MailKind
from efus.outbox.models import Mail
from efus.outbox.tasks import wake

logger = logging.getLogger(__name__)


@for_administrators
@require_safe
@never_cache
def mails(request):
    """The mails, newest first, and what became of them."""
    listing = MailListing(request.GET)
    rows, more = listing.page()
    resendable = set(
        Mail.objects.filter(pk__in=[row.pk for row in rows])
        .resendable()
        .values_list("pk", flat=True)
    )
    for row in rows:
        row.is_resendable = row.pk in resendable
    return render(
        request,
        "office/mails.html",
        {
            "listing": listing,
            "rows": rows,
            "next_query": listing.query(before=more) if more else "",
            "states": [
                (state, number, is_more, listing.query(state=state.value))
                for state, number, is_more in listing.counts()
            ],
            "any_state": listing.query(state=""),
            "kinds": MailKind.choices,
        },
    )


def _list_of(listing):
    return redirect(f"{reverse('mails:mails')}?{listing.query()}")


@transaction.atomic
def _resend(found, user):
    number = found.resend()
    if number:
        wake(Mail)
        logger.info("Person %s has %s mails sent again", user.pk, number)
    return number


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request):
    """Send again whatever failed of a list and may arrive."""
    listing = MailListing(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        number = _resend(listing.results(), request.user)
        left = listing.results().failed().count()
        said = [_("There is nothing to send again.")]
        if number:
            said = [
                ngettext(
                    "%(number)d mail is due again.", "%(number)d mails are due again.", number
                )
                % {"number": number}
            ]
        if left:
            said.append(
                ngettext(
                    "%(number)d was left as it is: mails do not reach its address, or its link"
                    " opens nothing any more.",
                    "%(number)d were left as they are: mails do not reach their addresses, or"
                    " their links open nothing any more.",
                    left,
                )
                % {"number": left}
            )
        add = messages.success if number else messages.info
        add(request, " ".join(said))
    return _list_of(listing)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def resend_one(request, pk):
    """Send one mail again that failed."""
    mail = get_object_or_404(Mail.objects.defer("text", "html"), pk=pk)
    listing = MailListing(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        names = {"address": mail.address}
        if _resend(Mail.objects.filter(pk=pk), request.user):
            messages.success(request, _("The mail to %(address)s is due again.") % names)
        else:
            messages.info(
                request, _("The mail to %(address)s is not one that can be sent again.") % names
            )
    return _list_of(listing)
