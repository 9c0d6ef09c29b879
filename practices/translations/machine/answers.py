"""Where a service that answers later brings its answer, or says that there is none.

The address holds a secret made for one request. What is wrong about it is not told.
"""

import logging
from urllib.parse import parse_qs

from django.db import transaction
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from practices.models import Practice
from practices.translations.machine.connectors.etranslation import decoded
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.running import is_token_of, take_answer, take_error
from practices.translations.machine.tasks import translate_practice

logger = logging.getLogger(__name__)

LARGEST_ANSWER = 2_000_000  # bytes; several times the longest practice
FORM = "application/x-www-form-urlencoded"


def _locked(run_id, token):
    """The run that *token* was made for, locked after its practice, as whoever ends it does."""
    run = MachineTranslationRun.objects.filter(pk=run_id).first()
    if run is None or not is_token_of(run, token):
        raise Http404
    Practice.objects.select_for_update(of=["self"]).get(pk=run.practice_id)
    run = MachineTranslationRun.objects.select_for_update(of=["self"]).get(pk=run_id)
    if not is_token_of(run, token):
        raise Http404
    return run


def _fields(request, body):
    """What was sent as a form, else None."""
    if request.content_type != FORM:
        return None
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}


@csrf_exempt
@require_POST
@transaction.atomic
def answer(request, run, token):
    """Take the translated texts; a mere notice that there are some changes nothing."""
    found = _locked(run, token)
    body = request.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        logger.warning("An answer for machine translation %s is too large", found.pk)
        return HttpResponse(status=413)
    fields = _fields(request, body)
    if fields and "request-id" in fields:
        body = fields.get("translated-text", [""])[0].encode()
    # What cannot be read is kept as an answer without texts: the run ends in words.
    if body.strip() and take_answer(found, decoded(body) or "unreadable"):
        translate_practice.delay_on_commit(found.pk)
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
@transaction.atomic
def error(request, run, token):
    """The service could not translate; its number says why."""
    found = _locked(run, token)
    fields = _fields(request, request.read(LARGEST_ANSWER)) or {}
    try:
        number = int(fields["error-code"][0][:20])
    except (KeyError, ValueError):
        number = 0
    logger.warning("Machine translation %s: the service reports error %s", found.pk, number)
    take_error(found, number)
    return HttpResponse(status=200)
