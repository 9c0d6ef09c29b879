"""The workspace: what a city's people do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from efus.kept_forms import keeps_form, take_kept_form
from efus.pagination import page_of
from practices.models import Practice
from practices.publishing.forms import PracticeForm, cities_to_write_for
from practices.publishing.transitions import (
    TRANSITIONS,
    TransitionRefused,
    missing_for_publication,
    open_transitions,
    perform,
)


@login_required
def practices(request):
    """The practices of one's own cities, whatever their state."""
    own = (
        Practice.objects.of_cities_of(request.user)
        .as_cards(get_language())
        .order_by("-updated_at", "-pk")
    )
    return render(
        request,
        "workspace/practices.html",
        {
            "page": page_of(request, own),
            "cities": cities_to_write_for(request.user)[:20]
            if not request.user.is_superuser
            else [],
            "may_write": cities_to_write_for(request.user).exists(),
        },
    )


@keeps_form
def new_practice(request):
    """Begin a practice for one of one's own cities."""
    cities = cities_to_write_for(request.user)
    if not cities.exists():
        raise PermissionDenied(_("You hold no seat in a city, so you cannot write for one."))
    return _write(request, Practice(created_by=request.user), cities)


@keeps_form
def edit_practice(request, pk):
    """Go on writing a practice."""
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    if not request.user.has_perm("practices.edit_practice", practice):
        raise PermissionDenied(_("This practice belongs to a city in which you hold no seat."))
    return _write(request, practice, cities_to_write_for(request.user))


def _write(request, practice, cities):
    kept = take_kept_form(request) if request.method == "GET" else None
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
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "workspace/practice_form.html",
        {
            "form": form,
            "practice": practice,
            "not_yet_saved": kept is not None,
            "transitions": open_transitions(practice, request.user) if practice.pk else [],
            "missing": missing_for_publication(practice) if practice.pk else [],
        },
        status=status,
    )


@login_required
@require_POST
def transition(request, pk, name):
    """Take a step on the way to publication."""
    if name not in TRANSITIONS:
        raise Http404
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    if not request.user.has_perm(TRANSITIONS[name].permission, practice):
        raise PermissionDenied(_("This step is for the coordinators of the practice’s city."))
    try:
        practice = perform(name, practice, request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, TRANSITIONS[name].done)
    return redirect("workspace:edit", practice.pk)
