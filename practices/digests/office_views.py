"""The office's pages of the runs: each edition, how far it is, and what can be done about it."""

from dataclasses import asdict

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.accounts.guards import for_administrators
from efus.bounces.models import UndeliverableAddress
from efus.kept_forms import keeps_form, kept_form
from efus.outbox.enums import DeliveryState
from efus.pagination import page_of
from efus.rate_limits import at_most
from practices.digests import running
from practices.digests.counts import (
    coming,
    counts_of,
    progress_of,
    reasons,
    sentence_about,
    waiting_domains,
)
from practices.digests.enums import Frequency
from practices.digests.mail.previews import preview_of_delivery, preview_of_edition
from practices.digests.models import Delivery, Edition
from practices.digests.office_forms import TryForm, chosen_frequency, chosen_words
from practices.digests.preview_views import mail_to_oneself

EVENTS_ON_PAGE = 50


@for_administrators
@require_safe
@never_cache
def runs(request):
    """The editions, newest first, and what is coming."""
    frequency = chosen_frequency(request.GET)
    editions = Edition.objects.all()
    if frequency:
        editions = editions.filter(frequency=frequency)
    page = page_of(request, editions)
    counts = counts_of(page.object_list)
    return render(
        request,
        "digests/runs.html",
        {
            "page": page,
            "rows": [(edition, counts[edition.pk]) for edition in page],
            "coming": coming(),
            "frequency": frequency,
            "frequencies": Frequency.choices,
            "query": urlencode({"frequency": frequency}) if frequency else "",
        },
    )


def _failed(edition, words):
    """What failed of *edition* and goes to an address with *words* in it, the latest first."""
    failed = edition.deliveries.failed().order_by("-pk")
    if words:
        failed = failed.with_address().filter(address__icontains=words)
    return failed.select_related("recipient__user", "subscription")


def _with_dead_addresses(deliveries):
    """*deliveries*, each with ``is_dead``: whether mails do not reach its address."""
    deliveries = list(deliveries)
    dead = UndeliverableAddress.objects.among(
        delivery.recipient.address for delivery in deliveries
    )
    for delivery in deliveries:
        delivery.is_dead = delivery.recipient.address.lower() in dead
    return deliveries


@for_administrators
@require_safe
@never_cache
def run(request, pk):
    """One edition: how far it is, what went wrong, what staff did."""
    edition = get_object_or_404(Edition, pk=pk)
    words = chosen_words(request.GET)
    counts = counts_of([edition])[edition.pk]
    page = page_of(request, _failed(edition, words), per_page=50)
    return render(
        request,
        "digests/run.html",
        {
            "edition": edition,
            "counts": counts,
            "progress": progress_of(counts),
            "sentence": sentence_about(edition, counts),
            "reasons": reasons(edition),
            "domains": waiting_domains(edition) if counts.due else [],
            "page": page,
            "failed": _with_dead_addresses(page.object_list),
            "words": words,
            "query": urlencode({"q": words}) if words else "",
            "events": edition.events.select_related("person", "delivery__recipient__user")[
                :EVENTS_ON_PAGE
            ],
            "form": TryForm(),
        },
    )


@for_administrators
@require_safe
@never_cache
def progress(request, pk):
    """How far an edition is, for the script of its page."""
    edition = get_object_or_404(Edition, pk=pk)
    counts = counts_of([edition])[edition.pk]
    numbers = asdict(counts) | {"remaining": counts.remaining}
    return JsonResponse(
        {
            "done": counts.done,
            "all": counts.all,
            "numbers": {state: number_format(number) for state, number in numbers.items()},
            "progress": progress_of(counts),
            "sentence": sentence_about(edition, counts),
            "is_open": counts.remaining > 0,
        }
    )


# Whoever comes to what follows by another way than its button, as after signing in, is led to
# the page of the run.
@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request, pk):
    """Send no more mails of an edition for the moment."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.method == "POST":
        waiting = running.pause(edition, request.user)
        if waiting is None:
            messages.info(request, _("This run was paused already."))
        else:
            messages.success(
                request,
                ngettext(
                    "Paused. %(number)d mail waits; what a worker has in hand still goes out.",
                    "Paused. %(number)d mails wait; what a worker has in hand still goes out.",
                    waiting,
                )
                % {"number": waiting},
            )
    return redirect("runs:run", pk)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request, pk):
    """Go on sending an edition."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.method == "POST":
        waiting = running.resume(edition, request.user)
        if waiting is None:
            messages.info(request, _("This run was not paused."))
        else:
            messages.success(
                request,
                ngettext(
                    "Resumed. %(number)d mail that waited is being sent.",
                    "Resumed. %(number)d mails that waited are being sent.",
                    waiting,
                )
                % {"number": waiting},
            )
    return redirect("runs:run", pk)


def _say_when(edition):
    return _("They go out once you resume the run.") if edition.paused_at else ""


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request, pk):
    """Send again whatever failed and may arrive."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.method == "POST":
        number = running.resend(edition, request.user)
        left = edition.deliveries.failed().count()
        said = [_("There is nothing to send again.")]
        if number:
            said = [
                ngettext(
                    "%(number)d mail is due again.", "%(number)d mails are due again.", number
                )
                % {"number": number},
                _say_when(edition),
            ]
        if left:
            said.append(
                ngettext(
                    "%(number)d was left as it is, since mails do not reach its address.",
                    "%(number)d were left as they are, since mails do not reach their addresses.",
                    left,
                )
                % {"number": left}
            )
        add = messages.success if number else messages.info
        add(request, " ".join(filter(None, said)))
    return redirect("runs:run", pk)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def resend_one(request, pk, delivery):
    """Send one mail again that failed."""
    found = get_object_or_404(
        Delivery.objects.select_related("edition", "recipient__user"), edition=pk, pk=delivery
    )
    if request.method == "POST":
        _resend(request, found)
    return redirect("runs:run", pk)


def _resend(request, delivery):
    names = {"address": delivery.recipient.address}
    if running.resend_one(delivery, request.user):
        said = [_("The mail to %(address)s is due again.") % names, _say_when(delivery.edition)]
        messages.success(request, " ".join(filter(None, said)))
    elif delivery.state != DeliveryState.FAILED:
        messages.info(request, _("The mail to %(address)s has not failed, or no more.") % names)
    else:
        query = urlencode({"q": delivery.recipient.address})
        messages.error(
            request,
            format_html(
                '{} <a href="{}?{}">{}</a>',
                _("Mails do not reach %(address)s. Say first that it works again:") % names,
                reverse("undeliverable:addresses"),
                query,
                _("Addresses that mails do not reach"),
            ),
        )


@keeps_form
@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def try_address(request, pk):
    """Send the one mail of an edition that goes to an address, even while it is paused."""
    edition = get_object_or_404(Edition, pk=pk)
    kept = kept_form(request)
    form = TryForm(request.POST if request.method == "POST" else kept)
    offers_copy = False
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        deliveries = running.to_address(edition, address)
        if deliveries and deliveries[0].state == DeliveryState.DUE:
            running.try_one(deliveries[0], request.user)
            messages.success(
                request,
                _("The mail to %(address)s is on its way. What becomes of it is said below.")
                % {"address": address},
            )
            return redirect("runs:run", pk)
        offers_copy = True
        form.add_error("address", _why_not(deliveries))
    return render(
        request,
        "digests/try.html",
        {
            "edition": edition,
            "form": form,
            "offers_copy": offers_copy,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _why_not(deliveries):
    """Why none of *deliveries*, all to one address, is sent now, in words."""
    if not deliveries:
        return _("No mail of this run goes to this address.")
    return {
        DeliveryState.SENDING: _("A worker has the mail to this address in hand right now."),
        DeliveryState.SENT: _("The mail to this address was sent already."),
        DeliveryState.SKIPPED: _("The mail to this address was skipped: %(reason)s"),
        DeliveryState.FAILED: _(
            "The mail to this address failed: %(reason)s You can send it again on the page of"
            " the run."
        ),
    }[deliveries[0].state] % {"reason": deliveries[0].reason}


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(30, seconds=600)
def send_copy(request, pk):
    """Mail oneself what goes to an address in an edition, or to who asks for everything."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.method == "POST":
        form = TryForm(request.POST)
        language, preview = get_language(), None
        deliveries = []
        if form.is_valid():
            deliveries = running.to_address(edition, form.cleaned_data["address"])
        if deliveries:
            language = deliveries[0].subscription.language
            preview = preview_of_delivery(deliveries[0])
        else:
            preview = preview_of_edition(edition, language)
        mail_to_oneself(request, preview, language)
    return redirect("runs:run", pk)
