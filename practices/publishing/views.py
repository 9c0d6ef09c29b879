"""The workspace: what a city's people do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
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
from practices.publishing.drafts import others_at_work
from practices.publishing.forms import CommentForm
from practices.publishing.steps import outline
from practices.publishing.transitions import (
    TRANSITIONS,
    TransitionRefused,
    missing_for_publication,
    open_transitions,
    perform,
)
from practices.publishing.writing import why_not_written

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


@login_required
@require_safe
def edit_practice(request, pk):
    """Where a practice stands: its parts, its way to publication, what happened to it."""
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    why_not = why_not_written(practice, request.user)
    if why_not and not request.user.has_perm("practices.follow_practice", practice):
        raise PermissionDenied(why_not)
    incomplete = practice.state not in COMPLETE_STATES
    return render(
        request,
        "workspace/practice.html",
        {
            "practice": practice,
            "why_not": why_not,
            "outline": outline(practice, request.user),
            "others_at_work": others_at_work(practice, request.user),
            "transitions": open_transitions(practice, request.user),
            "missing": missing_for_publication(practice) if incomplete else [],
            "events": practice.events.newest_first()[:EVENTS_ON_PAGE],
        },
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
