"""Corrections of a translation: offered on the public page, decided on in the workspace."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.models import TEXT_FIELDS, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.corrections import deciding
from practices.translations.corrections.forms import CorrectionForm, DecisionForm
from practices.translations.corrections.models import Correction
from practices.word_comparison import compare, marked


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def offer(request, pk, code):
    """Offer other texts for a translation, or change what one has offered."""
    if code not in LANGUAGE_CODES:
        raise Http404
    # Locked, so that what is offered twice at once is offered once.
    rows = Practice.objects.select_for_update(of=["self"]) if request.POST else Practice.objects
    practice = get_object_or_404(rows.select_related("city"), pk=pk)
    if not request.user.has_perm("practices.read_practice", practice):
        raise Http404
    if not request.user.has_perm("practices.offer_correction", practice):
        raise PermissionDenied(
            _(
                "People who hold a seat in another city offer corrections."
                " The city’s own people change the translation itself."
            )
        )
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    correction = deciding.open_correction(practice, code, request.user)
    form = CorrectionForm(data, practice=practice, language=code, correction=correction)
    if data is None and form.translation is None:
        raise NotFound(_("This practice is not translated into that language."))
    if request.method == "POST" and form.is_valid():
        try:
            correction = deciding.offer(
                practice, code, form.changed_texts, form.cleaned_data["remark"], request.user
            )
        except deciding.CorrectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Thank you. The city will look at it, and you will get a mail.")
            )
            return redirect("corrections:correction", correction.pk)
    return render(
        request,
        "corrections/offer.html",
        {
            "form": form,
            "practice": practice,
            "code": code,
            "offered_before": correction,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _found(user, pk, *, lock=False):
    """(the correction, whether *user* may decide on it); refused when it is not theirs to see.

    With *lock* its practice is locked, so that nobody changes either meanwhile.
    """
    correction = Correction.objects.with_people().filter(pk=pk).first()
    if correction is None:
        raise NotFound(_("There is no such correction."))
    practice = deciding.practice_of(correction, lock=lock)
    if lock:
        correction.refresh_from_db()
    correction.practice = practice
    may_decide = user.has_perm("practices.translate_practice", correction.practice)
    if not may_decide and correction.offered_by_id != user.pk:
        raise PermissionDenied(_("This correction is for the city, and for who offered it."))
    return correction, may_decide


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def correction(request, pk):
    """A correction: decided on by the city's people, followed by who offered it."""
    found, may_decide = _found(request.user, pk, lock=request.method == "POST")
    if not may_decide and request.method == "POST":
        raise PermissionDenied(_("The people of the practice’s city decide on it."))
    if not may_decide or not found.is_open:
        if request.method == "POST":
            messages.warning(request, _("This correction is not open any more."))
        return _followed(request, found, may_decide)
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    form = DecisionForm(data, correction=found, practice=found.practice)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, found, form)
        except deciding.CorrectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("translations:languages", found.practice_id)
    translation = found.practice.translations.filter(language=found.language).first()
    return render(
        request,
        "corrections/decide.html",
        {
            "correction": found,
            "practice": found.practice,
            "form": form,
            "is_machine": bool(translation) and translation.state == "machine",
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _decide(request, found, form):
    answer = form.cleaned_data["answer"]
    if form.decision == "accept":
        deciding.accept(found, form.cleaned_data["texts"], request.user, answer)
        messages.success(request, _("Accepted. The translation counts as reviewed now."))
    else:
        deciding.decline(found, request.user, answer)
        messages.success(request, _("Declined. The translation stays as it is."))


def _followed(request, found, may_decide):
    texts = [
        (
            Practice._meta.get_field(name).verbose_name,
            marked(compare(found.translation_snapshot[name], found.texts[name])),
        )
        for name in TEXT_FIELDS
        if name in found.texts
    ]
    may_change = found.is_open and request.user.has_perm(
        "practices.offer_correction", found.practice
    )
    return render(
        request,
        "corrections/followed.html",
        {
            "correction": found,
            "practice": found.practice,
            "texts": texts,
            "may_change": may_change and found.offered_by_id == request.user.pk,
            "is_own": found.offered_by_id == request.user.pk,
            "may_decide": may_decide,
            "typed": request.POST.get("answer", ""),
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request, pk):
    """Take back what one has offered."""
    found, _may_decide = _found(request.user, pk)
    if found.offered_by_id != request.user.pk:
        raise PermissionDenied(_("Only the person who offered a correction withdraws it."))
    if request.method == "POST":
        try:
            deciding.withdraw(found)
        except deciding.CorrectionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. The city does not see it as open any more."))
    return redirect("corrections:correction", pk)


@login_required
@require_safe
def corrections(request):
    """What was offered to the cities that one writes for: open, or with ``?all`` every one."""
    shows_all = "all" in request.GET
    offered = Correction.objects.offered_to(request.user)
    rows = offered if shows_all else offered.open()
    page = page_of(request, rows.for_list(get_language()))
    return render(request, "corrections/corrections.html", {"page": page, "shows_all": shows_all})


@login_required
@require_safe
def own(request):
    """What one has offered oneself, and what became of it."""
    rows = request.user.corrections_offered.for_list(get_language())
    return render(request, "corrections/own.html", {"page": page_of(request, rows)})
