"""Asking for machine translations, following them, and withdrawing them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practices.models.original_language import LANGUAGE_CODES
from practices.translations.access import practice_to_translate
from practices.translations.machine.asking import CannotAsk, ask
from practices.translations.machine.choosing import can_be_translated, replaces_reviewed
from practices.translations.machine.connectors import connector
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.overview import latest_runs, progress_of, sentence_about
from practices.translations.machine.running import withdraw


def _ask(request, practice, languages, **consent):
    """Ask, say what came of it, and lead back to the board."""
    service = connector()
    if service is None:
        raise Http404
    try:
        started = ask(practice, languages, request.user, service, **consent)
    except CannotAsk as refusal:
        messages.error(request, str(refusal))
    else:
        if started:
            messages.success(
                request,
                ngettext(
                    "Asked for. The translation appears here when it is ready.",
                    "Asked for. The translations appear here when they are ready.",
                    len(started),
                ),
            )
        else:
            messages.info(
                request, _("Nothing to translate by machine: it is there or asked for already.")
            )
    return redirect("translations:languages", practice.pk)


@login_required
@require_POST
def translate_all(request, pk):
    """Have every language translated in which no person has reviewed anything."""
    practice = practice_to_translate(request, pk)
    return _ask(request, practice, LANGUAGE_CODES)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def translate_one(request, pk, code):
    """Have one language translated; what a person has reviewed, only with their consent."""
    if code not in LANGUAGE_CODES:
        raise Http404
    practice = practice_to_translate(request, pk)
    if connector() is None:
        raise Http404
    translation = practice.translations.filter(language=code).first()
    needs_consent = replaces_reviewed(translation) and can_be_translated(
        practice, code, translation
    )
    consent = "replace_reviewed" in request.POST
    if request.method == "POST" and (consent or not needs_consent):
        return _ask(request, practice, [code], replace_reviewed=consent)
    if not needs_consent:
        return redirect("translations:languages", practice.pk)
    return render(
        request,
        "translations/machine_consent.html",
        {"practice": practice, "code": code, "is_missing": request.method == "POST"},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_POST
def withdraw_run(request, pk, run):
    """Withdraw a request that is not done yet."""
    practice = practice_to_translate(request, pk)
    found = get_object_or_404(MachineTranslationRun, pk=run, practice=practice)
    if withdraw(found):
        messages.success(request, _("Withdrawn. Nothing was translated."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect("translations:languages", practice.pk)


@login_required
@require_safe
@never_cache
def progress(request, pk):
    """How far the machine translations of a practice are, for the script of its board."""
    practice = practice_to_translate(request, pk)
    return JsonResponse(
        {
            "runs": [
                {
                    "language": run.language,
                    "done": run.settled,
                    "all": len(run.fields),
                    "progress": progress_of(run),
                    "sentence": str(sentence_about(run)),
                    "is_open": run.is_open,
                }
                for run in latest_runs(practice)
            ]
        }
    )
