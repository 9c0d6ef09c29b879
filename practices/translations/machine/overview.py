"""What the board says of machine translation: of each language, and in words of each run."""

from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practices.models import Practice
from practices.translations.machine.choosing import can_be_translated, replaces_reviewed
from practices.translations.machine.connectors import connector
from practices.translations.machine.enums import LeftOut, Problem, RunState
from practices.translations.machine.models import MachineTranslationRun

ACTIONS = {
    "missing": gettext_lazy("Translate by machine"),
    "outdated": gettext_lazy("Update by machine"),
    "again": gettext_lazy("Try again"),
}


@dataclass(frozen=True)
class MachineRow:
    """A language on the board, and what a machine did, does or could do for it."""

    code: str
    run: MachineTranslationRun | None
    action: str  # the words on its button, empty where there is none
    needs_consent: bool  # it would replace what a person has reviewed

    @property
    def is_open(self):
        return bool(self.run) and self.run.is_open

    @property
    def progress(self):
        return progress_of(self.run)

    @property
    def sentence(self):
        return sentence_about(self.run) if self.run else ""


@dataclass(frozen=True)
class MachineBoard:
    """The machine translations of a practice; ``service`` is None where none is set up."""

    service: str | None
    rows: list

    @property
    def is_shown(self):
        return bool(self.service or any(row.is_open for row in self.rows))

    @property
    def has_open_run(self):
        return any(row.is_open for row in self.rows)

    @property
    def several_missing(self):
        """Whether more than one language can be asked for at once."""
        return sum(bool(row.action) and not row.needs_consent for row in self.rows) > 1


def progress_of(run):
    """How far *run* is, in words."""
    return ngettext("%(done)d of %(all)d text", "%(done)d of %(all)d texts", len(run.fields)) % {
        "done": run.settled,
        "all": len(run.fields),
    }


def _left_out(run):
    """The texts that *run* did not bring, with the reasons there are."""
    parts = []
    for field in run.fields:
        if field in run.results:
            continue
        name = capfirst(Practice._meta.get_field(field).verbose_name)
        reason = run.left_out.get(field)
        parts.append(f"{name} ({LeftOut(reason).label})" if reason else str(name))
    return "; ".join(parts)


def sentence_about(run):
    """Where *run* stands, in words for the people who asked for it."""
    problem = str(Problem(run.problem).label) if run.problem else ""
    if run.state == RunState.WAITING and problem:
        moment = formats.date_format(
            timezone.localtime(run.next_attempt_at), "SHORT_DATETIME_FORMAT"
        )
        return _("%(problem)s It is tried again by itself: %(moment)s.") % {
            "problem": problem,
            "moment": moment,
        }
    if run.state == RunState.FAILED and run.left_out:
        return f"{problem} {_not_translated(run)}"
    if run.state == RunState.FAILED:
        return problem
    if run.state == RunState.PARTLY_DONE:
        return " ".join(filter(None, [problem, _not_translated(run)]))
    return {
        RunState.WAITING: _("It waits for its turn."),
        RunState.RUNNING: _("It is being translated."),
        RunState.SENT: _("The service has the texts, and sends them back when it is ready."),
        RunState.DONE: _("Translated by machine."),
        RunState.WITHDRAWN: _("The request was withdrawn."),
    }[run.state]


def _not_translated(run):
    return _("Not translated: %(texts)s.") % {"texts": _left_out(run)}


def latest_runs(practice):
    """The latest run of each language of *practice*."""
    return MachineTranslationRun.objects.filter(practice=practice).latest_of_each_language()


def machine_board(practice, rows):
    """The machine translations of *practice*, one for each of *rows* of its board."""
    service = connector()
    runs = {run.language: run for run in latest_runs(practice)}
    machine_rows = []
    for row in rows:
        run = runs.get(row.code)
        if run and run.state in {RunState.DONE, RunState.WITHDRAWN}:
            run = None  # the board above says what there is
        may_ask = (
            service is not None
            and not (run and run.is_open)
            and can_be_translated(practice, row.code, row.translation)
            and service.can(practice.original_language, row.code)
        )
        if not may_ask and run and not run.is_open and not row.action:
            run = None
        if not may_ask and not run:
            continue
        kind = "again" if run else "outdated" if row.translation else "missing"
        machine_rows.append(
            MachineRow(
                row.code,
                run,
                ACTIONS[kind] if may_ask else "",
                may_ask and replaces_reviewed(row.translation),
            )
        )
    return MachineBoard(service.name if service else None, machine_rows)
