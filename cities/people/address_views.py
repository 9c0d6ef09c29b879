"""The office's list of addresses that mails do not reach."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.people.address_forms import MarkForm
from cities.people.addresses import AddressListing, with_people
from efus.bounces.models import UndeliverableAddress
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of


def _check_may_keep(user):
    if not user.has_perm("cities.keep_addresses"):
        raise PermissionDenied(_("Only the administrators of Efus keep these addresses."))


@login_required
@require_safe
def addresses(request):
    """The addresses that mails do not reach, and why."""
    _check_may_keep(request.user)
    listing = AddressListing(request.GET)
    page = page_of(request, listing.results(), per_page=50)
    return render(
        request,
        "people/addresses.html",
        {"listing": listing, "page": page, "rows": with_people(page.object_list)},
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request):
    """Send no more mails to an address, by hand."""
    _check_may_keep(request.user)
    kept = kept_form(request)
    form = MarkForm(request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        row = form.mark()
        messages.success(request, _("%(address)s gets no more mails.") % {"address": row.address})
        return redirect("undeliverable:addresses")
    return render(
        request,
        "people/mark_address.html",
        {"form": form, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def works_again(request, pk):
    """Send mails to an address again; it can be marked anew."""
    _check_may_keep(request.user)
    row = UndeliverableAddress.objects.filter(pk=pk).first()
    # Whoever comes back here after signing in, or presses twice, has nothing to do here.
    if request.method == "POST" and row:
        row.delete()
        messages.success(request, _("%(address)s gets mails again.") % {"address": row.address})
    return redirect("undeliverable:addresses")
