"""Choosing when a practice is published, and changing one's mind."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from efus.kept_forms import keeps_form, kept_form
from practices.models import Practice
from practices.publishing.schedule import PUBLISH, in_words, schedule, unschedule
from practices.publishing.schedule_forms import ScheduleForm
from practices.publishing.transitions import TransitionRefused, why_refused


def _published_by(request, pk):
    """The practice, for somebody who may publish it."""
    practice = get_object_or_404(Practice.objects.select_related("city"), pk=pk)
    if not request.user.has_perm(PUBLISH.permission, practice):
        raise PermissionDenied(_("This step is for the coordinators of the practice’s city."))
    return practice


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_publication(request, pk):
    """Choose the day and hour at which the practice is published."""
    practice = _published_by(request, pk)
    kept = kept_form(request)
    initial = None
    if practice.publish_at:
        chosen = timezone.localtime(practice.publish_at)
        initial = {"day": chosen.date(), "hour": chosen.time()}
    form = ScheduleForm(request.POST if request.method == "POST" else kept, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            schedule(practice, request.user, form.moment)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("The practice will be published on %(moment)s.")
                % {"moment": in_words(form.moment)},
            )
            return redirect("workspace:edit", pk)
    elif request.method != "POST" and (reason := why_refused(PUBLISH, practice)):
        messages.error(request, reason)
        return redirect("workspace:edit", pk)
    return render(
        request,
        "workspace/schedule.html",
        {"practice": practice, "form": form, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, pk):
    """Cancel the schedule. Who comes back here by an address is led to the practice."""
    if request.method == "POST":
        if unschedule(_published_by(request, pk), request.user):
            messages.success(request, _("The publication is no longer scheduled."))
        else:
            messages.info(request, _("No publication was scheduled."))
    return redirect("workspace:edit", pk)
