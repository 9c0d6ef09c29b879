"""The board of languages of a practice, and translating beside the original."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from efus.kept_forms import keeps_form, kept_form
from practices.models import Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.access import practice_to_translate
from practices.translations.forms import TranslationForm
from practices.translations.machine.overview import machine_board
from practices.translations.states import Standing, board, standing


@login_required
@require_safe
def languages(request, pk):
    """Where each language of a practice stands, and what can be done."""
    practice = practice_to_translate(request, pk)
    rows = board(practice)
    return render(
        request,
        "translations/board.html",
        {
            "practice": practice,
            "rows": rows,
            "machine": machine_board(practice, rows),
            "corrections": practice.corrections.open().with_people(),
            "may_edit": request.user.has_perm("practices.edit_practice", practice),
        },
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def translate(request, pk, code):
    """Translate a practice, each text beside its original."""
    if code not in LANGUAGE_CODES:
        raise Http404
    # Locked, so that of two people who save at once the second is told of the first.
    rows = Practice.objects.select_for_update(of=["self"]) if request.POST else Practice.objects
    practice = practice_to_translate(request, pk, rows)
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    if data is None and code == practice.original_language:
        return redirect("translations:languages", practice.pk)
    form = TranslationForm(data, practice=practice, language=code)
    if request.method == "POST" and form.is_valid():
        if form.save(request.user):
            messages.success(request, _("Saved. The translation counts as reviewed now."))
        else:
            messages.success(request, _("Saved. No translation into this language is left."))
        return redirect("translations:languages", practice.pk)
    now = standing(practice, code, form.translation)
    return render(
        request,
        "translations/translate.html",
        {
            "form": form,
            "practice": practice,
            "code": code,
            "standing": now,
            "is_outdated": now == Standing.OUTDATED,
            "is_machine": bool(form.translation) and form.translation.state == "machine",
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )
