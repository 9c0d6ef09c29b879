"""The workspace: what a city's people do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.enums import COMPLETE_STATES
from practices.models import Practice
from practices.publishing.forms import PracticeForm
from practices.publishing.transitions import (
    TRANSITIONS,
    TransitionRefused,
    missing_for_publication,
    open_transitions,
    perform,
)


@login_required
@require_safe
def practices(request):
    """The practices that one may write, whatever their state."""
    cities = City.objects.written_for_by(request.user)
    written = (
        Practice.objects.filter(city__in=cities)
        .as_cards(get_language())
        .order_by("-updated_at", "-pk")
    )
    return render(
        request,
        "workspace/practices.html",
        {
            "page": page_of(request, written),
            "cities": [] if request.user.is_administrator else cities,
            "may_write": cities.exists(),
        },
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_practice(request):
    """Begin a practice for one of one's own cities."""
    cities = City.objects.written_for_by(request.user)
    if not cities.exists():
        raise PermissionDenied(_("You hold no seat in a city, so you cannot write for one."))
    return _write(request, Practice(created_by=request.user), cities)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit_practice(request, pk):
    """Go on writing a practice."""
    # Locked, so that of two people who save at once the second is told of the first.
    rows = Practice.objects.select_for_update(of=["self"]) if request.POST else Practice.objects
    practice = get_object_or_404(rows.select_related("city"), pk=pk)
    if not request.user.has_perm("practices.edit_practice", practice):
        if request.user.has_perm("practices.submit_practice", practice):
            raise PermissionDenied(
                _("This practice is published. A coordinator of your city can change it.")
            )
        raise PermissionDenied(_("This practice belongs to a city in which you hold no seat."))
    return _write(request, practice, City.objects.written_for_by(request.user))


def _write(request, practice, cities):
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    initial = {"original_language": request.user.language}
    if not practice.pk and cities.count() == 1:
        initial["city"] = cities[0]
    form = PracticeForm(
        data, instance=practice, cities=cities, initial=None if practice.pk else initial
    )
    if request.method == "POST" and form.is_valid():
        practice = form.save()
        messages.success(request, _("Saved."))
        return redirect("workspace:edit", practice.pk)
    incomplete = practice.pk and practice.state not in COMPLETE_STATES
    return render(
        request,
        "workspace/practice_form.html",
        {
            "form": form,
            "practice": practice,
            "not_yet_saved": kept is not None,
            "transitions": open_transitions(practice, request.user) if practice.pk else [],
            "missing": missing_for_publication(practice) if incomplete else [],
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def transition(request, pk, name):
    """Take a step on the way to publication.

    Who comes back here by an address (after signing in again) is led to the practice.
    """
    if name not in TRANSITIONS:
        raise Http404
    if request.method == "GET":
        return redirect("workspace:edit", pk)
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    if not request.user.has_perm(TRANSITIONS[name].permission, practice):
        raise PermissionDenied(_("This step is for the coordinators of the practice’s city."))
    try:
        practice = perform(name, practice, request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, TRANSITIONS[name].done)
    if request.user.has_perm("practices.edit_practice", practice):
        return redirect("workspace:edit", practice.pk)
    return redirect("workspace:practices")
