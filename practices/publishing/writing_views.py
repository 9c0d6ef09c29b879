"""Writing a practice: beginning it, and each part on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cities.models import City
from efus.kept_forms import keeps_form, kept_form
from practices.models import Practice
from practices.publishing import drafts
from practices.publishing.forms import NewPracticeForm, StepForm
from practices.publishing.steps import STEPS, following, outline
from practices.publishing.writing import why_not_written
from practices.versions import record, until_now


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_practice(request):
    """Begin a practice for one of one's own cities."""
    cities = City.objects.written_for_by(request.user)
    if not cities.exists():
        raise PermissionDenied(_("You hold no seat in a city, so you cannot write for one."))
    kept = kept_form(request)
    initial = {"original_language": request.user.language}
    if cities.count() == 1:
        initial["city"] = cities[0]
    form = NewPracticeForm(
        request.POST if request.method == "POST" else kept,
        instance=Practice(created_by=request.user),
        cities=cities,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and (practice := _begin(form, request.user)):
        messages.success(request, _("Saved. Now write it, part by part, in any order."))
        return redirect("workspace:write", practice.pk, next(iter(STEPS)))
    return render(
        request,
        "workspace/new_practice.html",
        {"form": form, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


def _begin(form, person):
    """The practice that *form* begins; sent again, the one that it has begun already.

    None, with an error in the form, where it is somebody else's.
    """
    try:
        with transaction.atomic():
            practice = form.save()
            record(practice, person)
            return practice
    except IntegrityError:
        begun = Practice.objects.filter(
            begun_with=form.cleaned_data["begun_with"], created_by=person
        ).first()
        if begun is None:
            form.add_error(None, _("This form has been used already. Open the page anew."))
        return begun


def _practice_to_write(request, pk, *, lock=False):
    """The practice, and why it cannot be written now (empty when it can)."""
    practices = Practice.objects.select_related("city")
    if lock:
        practices = practices.select_for_update(of=["self"])
    practice = get_object_or_404(practices, pk=pk)
    reason = why_not_written(practice, request.user)
    if reason and not request.user.has_perm("practices.follow_practice", practice):
        raise PermissionDenied(reason)
    return practice, reason


def _step(name):
    if name not in STEPS:
        raise Http404
    return STEPS[name]


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def write_step(request, pk, name):
    """Write one part of a practice."""
    step = _step(name)
    is_sent = request.method == "POST"
    # Locked, so that of two people who save at once the second is told of the first.
    practice, why_not = _practice_to_write(request, pk, lock=is_sent)
    data = kept = kept_form(request)
    draft = None
    if is_sent:
        data = request.POST
    elif data is None and (draft := drafts.kept(practice, request.user, step)):
        data = kept = QueryDict(draft.typed)
    if data is None and why_not:
        messages.warning(request, why_not)
        return redirect("workspace:edit", pk)
    before = until_now(practice) if is_sent else None
    form = StepForm(data, instance=practice, step=step)
    if kept is not None and form.changes_nothing:
        drafts.discard(practice, request.user, step)
        practice.refresh_from_db()
        kept, form = None, StepForm(instance=practice, step=step)
    if is_sent and not why_not and form.is_valid():
        practice = form.save()
        record(practice, request.user, before)
        drafts.discard(practice, request.user, step)
        messages.success(request, _("Saved."))
        if request.POST.get("next") == "part":
            return redirect(following(outline(practice, request.user, step)).address)
        return redirect("workspace:edit", practice.pk)
    if data is not None:
        practice.refresh_from_db()  # the form has written what is not saved into it
    entries = outline(practice, request.user, step)
    return render(
        request,
        "workspace/write.html",
        {
            "form": form,
            "practice": practice,
            "step": step,
            "following": following(entries),
            "outline": entries,
            "why_not": why_not,
            "not_yet_saved": kept is not None,
            "draft_kept": draft.saved_at.timestamp() if draft else None,
            "others_at_work": drafts.others_at_work(practice, request.user),
        },
        status=(403 if why_not else 422) if is_sent else 200,
    )


@require_POST
def keep_draft(request, pk, name):
    """Keep what is being typed; answers, as JSON, with what to tell the person."""
    if not request.user.is_authenticated:
        return JsonResponse(
            {
                "message": _(
                    "Not saved: you are not signed in any more. Choose “Save”: you will be asked"
                    " to sign in, and what you typed is kept."
                )
            },
            status=401,
        )
    step = _step(name)
    practice, why_not = _practice_to_write(request, pk)
    if why_not:
        return JsonResponse({"message": why_not}, status=403)
    try:
        draft = drafts.keep(practice, request.user, step, request.POST)
    except drafts.DraftTooLong:
        return JsonResponse(
            {"message": _("Not saved: the text is too long. Shorten it, please.")}, status=413
        )
    moment = time_format(timezone.localtime(draft.saved_at))
    return JsonResponse(
        {
            "message": _("Draft kept at %(time)s.") % {"time": moment},
            "kept": draft.saved_at.timestamp(),
            "others_at_work": drafts.others_at_work(practice, request.user),
        }
    )


@keeps_form
@require_POST
def discard_draft(request, pk, name):
    """Forget what one typed into a part and did not save."""
    step = _step(name)
    practice, _why_not = _practice_to_write(request, pk)
    drafts.discard(practice, request.user, step)
    messages.success(request, _("Discarded. This is the saved text."))
    # What was kept over a lost session goes too.
    return redirect(reverse("workspace:write", args=[pk, name]) + "?discard")
