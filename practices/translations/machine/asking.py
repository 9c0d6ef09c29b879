"""Asking for a machine translation."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from efus.accounts.models import User
from practices.models import Practice
from practices.translations.machine.choosing import (
    can_be_translated,
    fields_to_translate,
    fingerprint,
    replaces_reviewed,
)
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.tasks import translate_practice
from practices.translations.models import original_texts

MOST_OPEN_RUNS = 14  # of one person; two practices into every other language
MOST_RUNS_A_DAY = 140  # of one person: the service counts, or charges, every character


class CannotAsk(Exception):
    """Why no machine translation can be asked for now, in words."""


@transaction.atomic
def ask(practice, languages, user, connector, *, replace_reviewed=False):
    """Have *practice* translated into each of *languages* where that makes sense.

    Returns the runs that began. Asking twice does nothing the second time; a reviewed
    translation is only replaced with *replace_reviewed*.
    """
    practice = Practice.objects.select_for_update(of=["self"]).get(pk=practice.pk)
    # Of one person's requests each counts those before it.
    User.objects.select_for_update(of=["self"], no_key=True).get(pk=user.pk)
    runs = MachineTranslationRun.objects
    busy = set(runs.filter(practice=practice).open().values_list("language", flat=True))
    translations = {row.language: row for row in practice.translations.all()}
    wanted = []
    for language in languages:
        translation = translations.get(language)
        if (
            language not in busy
            and connector.can(practice.original_language, language)
            and can_be_translated(practice, language, translation)
            and (replace_reviewed or not replaces_reviewed(translation))
        ):
            wanted.append(language)
    if runs.filter(asked_by=user).open().count() + len(wanted) > MOST_OPEN_RUNS:
        raise CannotAsk(
            _(
                "You have asked for as many machine translations as you may at a time (%(most)d)."
                " Wait until some of them are done."
            )
            % {"most": MOST_OPEN_RUNS}
        )
    since = timezone.now() - timedelta(days=1)
    lately = runs.filter(asked_by=user, created_at__gt=since).count()
    if lately + len(wanted) > MOST_RUNS_A_DAY:
        raise CannotAsk(
            _(
                "You have asked for as many machine translations as you may within a day"
                " (%(most)d). Go on tomorrow."
            )
            % {"most": MOST_RUNS_A_DAY}
        )
    started = [
        runs.create(
            practice=practice,
            language=language,
            source_language=practice.original_language,
            connector=connector.kind,
            asked_by=user,
            original_snapshot=original_texts(practice),
            seen_translation=fingerprint(practice, language, translations.get(language)),
            fields=fields_to_translate(practice, language, translations.get(language)),
        )
        for language in wanted
    ]
    for run in started:
        translate_practice.delay_on_commit(run.pk)
    return started
