"""A correction's way: offered, changed, withdrawn, or decided on."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.models import City
from practices.enums import EventKind
from practices.models import TEXT_FIELDS, Practice
from practices.translations.corrections.enums import CorrectionState
from practices.translations.corrections.mails import tell_the_city, tell_who_offered
from practices.translations.corrections.models import Correction
from practices.translations.enums import TranslationState
from practices.translations.models import original_texts
from practices.translations.saving import save_translation
from practices.versions import texts_in

MOST_A_DAY = 20  # offers of one person


class CorrectionRefused(Exception):
    """Something that cannot be done with a correction; its text says why, to the person."""


def open_correction(practice, language, user):
    """The correction of this translation that *user* has offered and nobody decided on."""
    return practice.corrections.open().filter(language=language, offered_by=user).first()


@transaction.atomic
def offer(practice, language, texts, remark, user):
    """Offer *texts*, by field, in place of those of the translation into *language*.

    One that is open is changed; the city is only told of a new one. The caller has locked
    the practice. Raises ``CorrectionRefused``.
    """
    correction = open_correction(practice, language, user)
    is_new = correction is None
    if is_new:
        since = timezone.now() - timedelta(days=1)
        if user.corrections_offered.filter(created_at__gt=since).count() >= MOST_A_DAY:
            raise CorrectionRefused(
                _(
                    "You have offered %(number)d corrections since yesterday."
                    " Your text is below and not lost; offer it tomorrow."
                )
                % {"number": MOST_A_DAY}
            )
        correction = Correction(practice=practice, language=language, offered_by=user)
        correction.offered_from = City.objects.with_seat_of(user).order_by("pk").first()
    correction.texts = texts
    correction.remark = remark
    correction.original_snapshot = original_texts(practice)
    correction.translation_snapshot = texts_in(practice, language)
    correction.save()
    if is_new:
        tell_the_city(correction)
    return correction


def _locked(correction):
    return (
        Correction.objects.select_for_update(of=["self"])
        .select_related("offered_by", "offered_from")
        .get(pk=correction.pk)
    )


def _refuse_settled(correction):
    if not correction.is_open:
        raise CorrectionRefused(
            _("This correction is “%(state)s” already; nothing was changed.")
            % {"state": correction.get_state_display()}
        )


@transaction.atomic
def withdraw(correction):
    """Take back what was offered. Raises ``CorrectionRefused``."""
    correction = _locked(correction)
    _refuse_settled(correction)
    correction.state = CorrectionState.WITHDRAWN
    correction.save(update_fields=["state"])


def _decide(correction, state, user, answer):
    correction.state = state
    correction.decided_by = user
    correction.decided_at = timezone.now()
    correction.answer = answer
    correction.save()
    tell_who_offered(correction)


@transaction.atomic
def accept(correction, fields, user, answer=""):
    """Put the texts of *fields* into the translation, which counts as reviewed by *user*.

    The caller has locked the practice. Raises ``CorrectionRefused``.
    """
    practice = correction.practice
    correction = _locked(correction)
    correction.practice = practice
    _refuse_settled(correction)
    if correction.language == practice.original_language:
        raise CorrectionRefused(
            _("The city writes this practice in that language itself now. Decline it, and say so.")
        )
    texts = {name: correction.texts[name] for name in TEXT_FIELDS if name in fields}
    before = practice.versions.count()
    save_translation(practice, correction.language, texts, TranslationState.REVIEWED, user)
    if practice.versions.count() > before:
        # The practice is locked: its newest event is the one just made.
        made = practice.events.filter(kind=EventKind.TRANSLATED)
        correction.event = made.order_by("-pk").first()
    _decide(correction, CorrectionState.ACCEPTED, user, answer)


@transaction.atomic
def decline(correction, user, answer):
    """Leave the translation as it is, and say why. Raises ``CorrectionRefused``."""
    practice = correction.practice
    correction = _locked(correction)
    correction.practice = practice
    _refuse_settled(correction)
    _decide(correction, CorrectionState.DECLINED, user, answer)


def practice_of(correction, *, lock=False):
    """The practice that *correction* is of, with its city."""
    rows = Practice.objects.select_related("city")
    if lock:
        rows = rows.select_for_update(of=["self"])
    return rows.get(pk=correction.practice_id)
