"""Carrying out what was asked for: claimed by one worker, kept text by text, then written.

The number of the attempt says whose turn it is: whatever a worker writes into a run, it
writes only as long as nobody else has taken the run from it, and the run is open.
"""

import hmac
import logging
import secrets
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from practices.models import TEXT_FIELDS, Practice
from practices.translations.enums import TranslationState
from practices.translations.machine.choosing import fingerprint
from practices.translations.machine.connectors import connector
from practices.translations.machine.connectors.etranslation import error_for, texts_of
from practices.translations.machine.enums import LeftOut, Problem, RunState
from practices.translations.machine.errors import (
    Refused,
    TooLarge,
    TranslationFailed,
    TryLater,
)
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.texts import NotAccepted, names_of, pieces_of, text_from
from practices.translations.saving import save_translation
from practices.versions import texts_in

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=30)  # doubled after each attempt
CLAIM_EXPIRES = timedelta(minutes=5)  # without a sign of life; longer than one request lasts


class TakenAway(Exception):
    """The run was withdrawn, or another worker has taken it."""


def token_hash(token):
    return sha256(token.encode()).hexdigest()


def is_token_of(run, token):
    return hmac.compare_digest(token_hash(token), run.token_hash)


@transaction.atomic
def claim(run_id):
    """The run *run_id* for this worker alone, or None where it is not due."""
    run = (
        MachineTranslationRun.objects.due()
        .filter(pk=run_id)
        .select_for_update(skip_locked=True)
        .first()
    )
    if run is not None:
        now = timezone.now()
        run.state, run.claimed_at, run.attempts = RunState.RUNNING, now, run.attempts + 1
        run.started_at = run.started_at or now
        run.save(update_fields=["state", "claimed_at", "attempts", "started_at"])
    return run


def _mine(run):
    return MachineTranslationRun.objects.filter(
        pk=run.pk, state=RunState.RUNNING, attempts=run.attempts
    )


def _keep(run, **changes):
    """Write *changes* into *run*, with a sign of life."""
    for name, value in changes.items():
        setattr(run, name, value)
    if not _mine(run).update(claimed_at=timezone.now(), **changes):
        raise TakenAway


def carry_out(run):
    """Translate what *run*, claimed before, still misses, and write it when all is there."""
    try:
        try:
            if _translate(run):
                finish(run)
        except TryLater as error:
            logger.warning("Machine translation %s: %s", run.pk, error)
            postpone(run, error)
        except TranslationFailed as error:
            logger.warning("Machine translation %s was refused: %s", run.pk, error)
            finish(run, error.problem)
    except TakenAway:
        logger.info("Machine translation %s is no longer this worker's", run.pk)


def _translate(run):
    """Translate the missing texts; False where the service answers later."""
    practice = Practice.objects.select_related("city").get(pk=run.practice_id)
    names = names_of(practice)
    if run.answer:
        _take_answer(run, names)
        return True
    service = connector()
    if service is None:
        raise Refused(problem=Problem.NOT_CONFIGURED)
    if not service.can(run.source_language, run.language):
        raise Refused(problem=Problem.LANGUAGE_UNKNOWN)
    _keep(run, connector=service.kind)
    if service.answers_later:
        return _send(run, service, names)
    for field in run.missing_fields:
        original = run.original_snapshot[field]
        try:
            pieces = service.translate(
                pieces_of(field, original, names, service.guarded),
                run.source_language,
                run.language,
            )
        except TooLarge:
            _keep(run, left_out=run.left_out | {field: LeftOut.SIZE.value})
        else:
            _accept(run, field, pieces, names)
    return True


def _accept(run, field, pieces, names):
    """Keep what *pieces* make of *field*, or why that cannot be taken over."""
    try:
        text = text_from(field, run.original_snapshot[field], pieces, names)
    except NotAccepted as refusal:
        _keep(run, left_out=run.left_out | {field: refusal.reason.value})
    else:
        _keep(run, results=run.results | {field: text})


def _all_pieces(run, names, guarded):
    return {
        field: pieces_of(field, run.original_snapshot[field], names, guarded)
        for field in run.missing_fields
    }


def _send(run, service, names):
    """Have all texts translated later, and say to whom the answer goes."""
    pieces = [
        piece for some in _all_pieces(run, names, service.guarded).values() for piece in some
    ]
    token = secrets.token_urlsafe(32)
    # Known before it is sent: the answer may be there before this worker writes again.
    _keep(run, token_hash=token_hash(token))
    reference = service.send(
        pieces,
        run.source_language,
        run.language,
        reference=str(run.pk),
        answer_to=_address("machine-translation-answer", run, token),
        errors_to=_address("machine-translation-error", run, token),
    )
    hours = timedelta(hours=settings.MACHINE_TRANSLATION_ANSWER_HOURS)
    _keep(
        run,
        state=RunState.SENT,
        external_reference=reference[:100],
        next_attempt_at=timezone.now() + hours,
        problem="",
    )
    return False


def _address(name, run, token):
    return settings.SITE_URL + reverse(name, args=[run.pk, token])


def _take_answer(run, names):
    """Accept each text whose pieces are all in the answer."""
    translated = texts_of(run.answer)
    if not translated:
        raise Refused("an answer without texts", Problem.UNREADABLE)
    number = 0
    for field, pieces in _all_pieces(run, names, str).items():
        numbers = range(number, number + len(pieces))
        number += len(pieces)
        _accept(run, field, [translated.get(one, "") for one in numbers], names)


def postpone(run, error):
    """Try again later, or end the run when it was tried often enough."""
    if run.attempts >= MOST_ATTEMPTS:
        finish(run, error.problem)
        return
    wait = FIRST_WAIT * 2 ** (run.attempts - 1)
    if error.seconds:
        wait = max(wait, timedelta(seconds=error.seconds))
    changed = _mine(run).update(
        state=RunState.WAITING,
        claimed_at=None,
        next_attempt_at=timezone.now() + wait,
        problem=error.problem.value,
    )
    if not changed:
        raise TakenAway


@transaction.atomic
def finish(run, problem=""):
    """Write what *run* has translated into its practice, and end it.

    A person who has written or reviewed the translation since the run was asked for wins.
    The practice itself counts as unchanged: who writes the original is not disturbed.
    """
    practice = Practice.objects.select_for_update(of=["self"]).get(pk=run.practice_id)
    translation = practice.translations.filter(language=run.language).first()
    if run.language == practice.original_language:
        return _end(run, RunState.FAILED, Problem.ORIGINAL_LANGUAGE)
    if run.source_language != practice.original_language:
        # The text stands under another language now: what was asked for is asked for no more.
        return _end(run, RunState.WITHDRAWN, "")
    if fingerprint(practice, run.language, translation) != run.seen_translation:
        return _end(run, RunState.FAILED, Problem.WRITTEN_MEANWHILE)
    if not run.results:
        return _end(run, RunState.FAILED, problem or Problem.NOTHING_ACCEPTED)
    whole = all(field in run.results for field in run.fields)
    _end(run, RunState.DONE if whole else RunState.PARTLY_DONE, "" if whole else problem)
    # What was left out stays as it was, and as outdated; what has no original any more goes.
    before = translation.original_snapshot if translation else {}
    originals, written = run.original_snapshot, texts_in(practice, run.language)
    gone = {field: "" for field in TEXT_FIELDS if before.get(field) and not originals[field]}
    stays = [field for field in run.fields if field not in run.results and written[field]]
    save_translation(
        practice,
        run.language,
        gone | run.results,
        TranslationState.MACHINE,
        run.asked_by,
        snapshot=originals | {field: before[field] for field in stays if before},
    )


def _end(run, state, problem):
    _keep(run, state=state, problem=str(problem), ended_at=timezone.now(), answer="")


def withdraw(run):
    """End *run* before it is done, with nothing of it kept; false where it had ended."""
    return (
        MachineTranslationRun.objects.filter(pk=run.pk)
        .open()
        .update(
            state=RunState.WITHDRAWN, ended_at=timezone.now(), answer="", results={}, left_out={}
        )
    )


def take_answer(run, document):
    """Have a worker take what the service answered for *run*, which is locked.

    Whoever sends the same again, or sends it after the run has ended, changes nothing.
    """
    if run.state not in {RunState.SENT, RunState.RUNNING} or run.answer:
        return False
    # A worker that is still sending loses the run to the one that takes the answer.
    run.state, run.answer, run.next_attempt_at = RunState.WAITING, document, timezone.now()
    run.save(update_fields=["state", "answer", "next_attempt_at"])
    return True


def take_error(run, number):
    """Try again later or end *run*, which is locked, as the error *number* asks for."""
    if run.state not in {RunState.SENT, RunState.RUNNING} or run.answer:
        return
    run.state, run.claimed_at = RunState.RUNNING, timezone.now()
    run.save(update_fields=["state", "claimed_at"])
    error = error_for(number)
    if isinstance(error, TryLater):
        postpone(run, error)
    else:
        finish(run, error.problem)


def recover(now=None):
    """See to runs that were left alone: by their worker, or by the service."""
    now = now or timezone.now()
    stuck = MachineTranslationRun.objects.stuck(now - CLAIM_EXPIRES)
    for run in stuck.filter(attempts__gte=MOST_ATTEMPTS):
        _finish_abandoned(run, Problem.INTERRUPTED)
    recovered = stuck.update(state=RunState.WAITING, claimed_at=None, next_attempt_at=now)
    for run in MachineTranslationRun.objects.unanswered():
        _finish_abandoned(run, Problem.NO_ANSWER)
    return recovered


def _finish_abandoned(run, problem):
    taken = MachineTranslationRun.objects.filter(
        pk=run.pk, state=run.state, attempts=run.attempts
    ).update(state=RunState.RUNNING, claimed_at=timezone.now())
    if taken:
        with suppress(TakenAway):
            finish(run, problem)
