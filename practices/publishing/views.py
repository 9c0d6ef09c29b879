"""The workspace: what a city's people do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.enums import COMPLETE_STATES
from practices.enums import PublicationState as State
from practices.models import Practice
from practices.publishing.forms import CommentForm, PracticeForm
from practices.publishing.transitions import (
    TRANSITIONS,
    TransitionRefused,
    missing_for_publication,
    open_transitions,
    perform,
)
from practices.publishing.writing import why_not_written
from practices.versions import content_of, record

EVENTS_ON_PAGE = 5


@login_required
@require_safe
def practices(request):
    """The practices that one writes, or with ``?archived`` those that are put away."""
    archived = "archived" in request.GET
    cities = City.objects.written_for_by(request.user)
    written = (
        Practice.objects.filter(city__in=cities)
        .filter(state__in=[State.ARCHIVED] if archived else set(State) - {State.ARCHIVED})
        .as_cards(get_language())
        .order_by("-updated_at", "-pk")
    )
    return render(
        request,
        "workspace/practices.html",
        {
            "page": page_of(request, written),
            "archived": archived,
            "cities": [] if request.user.is_administrator else cities,
            "may_write": cities.exists(),
            "may_review": request.user.has_perm("practices.review_practices"),
        },
    )


@login_required
@require_safe
def review(request):
    """The submitted practices that one may decide on, the longest waiting first."""
    if not request.user.has_perm("practices.review_practices"):
        raise PermissionDenied(
            _("Coordinators of a city and reviewers of Efus decide on what is submitted.")
        )
    waiting = Practice.objects.submitted_to(request.user).as_cards(get_language())
    page = page_of(request, waiting)
    today = timezone.localdate()
    for practice in page:
        practice.days_waiting = (today - timezone.localdate(practice.submitted_at)).days
    return render(request, "workspace/review.html", {"page": page})


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
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
    """Go on writing a practice, or see where it stands."""
    # Locked, so that of two people who save at once the second is told of the first.
    rows = Practice.objects.select_for_update(of=["self"]) if request.POST else Practice.objects
    practice = get_object_or_404(rows.select_related("city"), pk=pk)
    reason = why_not_written(practice, request.user)
    if reason and not request.user.has_perm("practices.follow_practice", practice):
        raise PermissionDenied(reason)
    return _write(request, practice, City.objects.written_for_by(request.user), reason)


def _write(request, practice, cities, why_not=""):
    """The page of *practice*; its form only shows what was typed when *why_not* says why."""
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    initial = {"original_language": request.user.language}
    if not practice.pk and cities.count() == 1:
        initial["city"] = cities[0]
    before = None
    if request.method == "POST" and practice.pk:
        before = content_of(practice), practice.updated_at
    form = PracticeForm(
        data, instance=practice, cities=cities, initial=None if practice.pk else initial
    )
    if request.method == "POST" and not why_not and form.is_valid():
        practice = form.save()
        record(practice, request.user, before)
        messages.success(request, _("Saved."))
        return redirect("workspace:edit", practice.pk)
    status = 200
    if request.method == "POST":
        status = 403 if why_not else 422
    incomplete = practice.pk and practice.state not in COMPLETE_STATES
    return render(
        request,
        "workspace/practice_form.html",
        {
            "form": form,
            "practice": practice,
            "why_not": why_not,
            "shows_form": not why_not or data is not None,
            "not_yet_saved": kept is not None,
            "transitions": open_transitions(practice, request.user) if practice.pk else [],
            "missing": missing_for_publication(practice) if incomplete else [],
            "events": practice.events.newest_first()[:EVENTS_ON_PAGE] if practice.pk else [],
        },
        status=status,
    )


def _stepping(request, pk, name):
    """The practice, for somebody who may take the step *name*."""
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    if not request.user.has_perm(TRANSITIONS[name].permission, practice):
        raise PermissionDenied(_("This step is for the coordinators of the practice’s city."))
    return practice


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
    practice = _stepping(request, pk, name)
    try:
        perform(name, practice, request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, TRANSITIONS[name].done)
    return redirect("workspace:edit", pk)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def transition_with_comment(request, pk, name):
    """Say why, and take a step on the way to publication."""
    practice = _stepping(request, pk, name)
    kept = kept_form(request)
    form = CommentForm(request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        try:
            perform(name, practice, request.user, form.cleaned_data["comment"])
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, TRANSITIONS[name].done)
            return redirect("workspace:edit", pk)
    return render(
        request,
        "workspace/transition.html",
        {
            "practice": practice,
            "transition": TRANSITIONS[name],
            "form": form,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )
