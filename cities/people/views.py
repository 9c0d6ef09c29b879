"""The people of a city: who holds a seat, and who is invited to one."""

from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City, Invitation, Seat
from cities.people import invitations as sending
from cities.people.forms import EndSeatForm, InvitationForm
from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of


@login_required
@require_safe
def seats(request):
    """Who holds a seat in one's cities."""
    if not City.objects.written_for_by(request.user).exists():
        raise PermissionDenied(_("You hold no seat in a city, so there is nobody to show here."))
    return render(
        request,
        "people/seats.html",
        {
            "page": page_of(request, Seat.objects.shown_to(request.user)),
            "may_invite": City.objects.coordinated_by(request.user).exists(),
        },
    )


def _cities_to_invite_to(user):
    cities = City.objects.coordinated_by(user)
    if not cities.exists():
        raise PermissionDenied(_("Only the coordinators of a city invite people to it."))
    return cities


@login_required
@require_safe
def invitations(request):
    """The open invitations to the cities that one coordinates."""
    cities = _cities_to_invite_to(request.user)
    found = Invitation.objects.open().filter(city__in=cities).select_related("city")
    return render(request, "people/invitations.html", {"page": page_of(request, found)})


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    """Invite a colleague by e-mail."""
    cities = _cities_to_invite_to(request.user)
    kept = kept_form(request)
    form = InvitationForm(
        request.POST if request.method == "POST" else kept,
        instance=Invitation(invited_by=request.user),
        cities=cities,
        initial={"city": cities[0]} if cities.count() == 1 else None,
    )
    if request.method == "POST" and form.is_valid():
        # The same address a moment ago, as by a double click, is invited already.
        with suppress(IntegrityError):
            sending.send(form.instance)
        messages.success(
            request, _("%(email)s is invited.") % {"email": form.cleaned_data["email"]}
        )
        return redirect("people:invitations")
    return render(
        request,
        "people/invite.html",
        {"form": form, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


def _step(request, pk, step, done):
    if request.method == "GET":  # who comes back here after signing in again
        return redirect("people:invitations")
    found = get_object_or_404(Invitation.objects.select_related("city"), pk=pk)
    if not request.user.has_perm("cities.invite_people", found.city):
        raise PermissionDenied(_("Only the coordinators of a city invite people to it."))
    try:
        step(found)
    except sending.InvitationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("people:invitations")


@login_required
@require_http_methods(["GET", "POST"])
def resend(request, pk):
    """Send an invitation again."""
    return _step(request, pk, sending.resend, _("The invitation is sent again."))


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request, pk):
    """Take an invitation back."""
    done = _("The invitation is withdrawn. Its link no longer works.")
    return _step(request, pk, sending.withdraw, done)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def end_seat(request, pk):
    """Ask whether a seat shall end, and end it."""
    seat = get_object_or_404(Seat.objects.current().select_related("city", "user"), pk=pk)
    if not request.user.has_perm("cities.end_seat", seat):
        raise PermissionDenied(_("Only its holder or a coordinator of the city ends a seat."))
    # Locked, so that of two coordinators who leave at once the second is warned.
    City.objects.select_for_update(of=["self"]).get(pk=seat.city_id)
    form = EndSeatForm(request.POST if request.method == "POST" else None, seat=seat)
    if request.method == "POST" and form.is_valid():
        seat.end()
        messages.success(request, _("The seat has ended."))
        still_here = City.objects.written_for_by(request.user).exists()
        return redirect("people:seats" if still_here else "workspace:practices")
    return render(
        request,
        "people/end_seat.html",
        {"form": form, "seat": seat},
        status=422 if request.method == "POST" else 200,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Accept an invitation, signed in with the address that it was sent to."""
    found = sending.invitation_of(token)
    if found is None or not found.is_open:
        raise NotFound(
            _(
                "This invitation cannot be used: its link is incomplete, it has been used,"
                " or it is no longer valid. Ask the coordinator of the city for a new one."
            )
        )
    if not request.user.is_authenticated:
        # Who has the link reads the mails of that address, so it needs no other confirmation.
        get_adapter().stash_verified_email(request, found.email)
        return render(request, "people/invitation.html", {"invitation": found})
    if not sending.is_for(found, request.user):
        return render(
            request, "people/invitation.html", {"invitation": found, "other": True}, status=403
        )
    if request.method == "POST":
        try:
            sending.accept(found, request.user)
        except sending.InvitationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("Welcome: you hold a seat in %(city)s now.") % {"city": found.city.shown_name},
            )
        return redirect("workspace:practices")
    return render(request, "people/invitation.html", {"invitation": found})
