"""``manage.py import_members FILE.csv``; see docs/data.md, "Members"."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cities.members_import import BrokenMapping, Result, UnreadableFile, import_members
from cities.members_import.outcomes import shown
from cities.members_import.reading import read_date


class Command(BaseCommand):
    help = "Load a spreadsheet (CSV) of member cities."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--since",
            metavar="DATE",
            help="start of memberships without a date of their own (default: today)",
        )
        parser.add_argument("--dry-run", action="store_true", help="report, write nothing")
        parser.add_argument(
            "--partial", action="store_true", help="load the good rows, report the others"
        )

    def handle(self, file, since, dry_run, partial, verbosity, **options):
        try:
            since = read_date(since or "") or timezone.localdate()
        except ValueError as error:
            raise CommandError(f"--since: {error}") from error
        try:
            report = import_members(file, since, dry_run=dry_run, partial=partial)
        except UnreadableFile as error:
            raise CommandError(f"{file}: {error} Nothing was loaded.") from error
        except BrokenMapping as error:
            raise CommandError(f"{error}. Nothing was loaded.") from error
        if dry_run or verbosity > 1:
            self.print_rows(report)
        self.print_remarks(report)
        self.print_problems(report)
        self.print_counts(report, dry_run)
        if report.problems and not partial:
            raise CommandError(
                f"{len(report.problems)} of {len(report.outcomes)} rows cannot be loaded:"
                " nothing was loaded. Correct them, or load the others with --partial."
            )

    def print_rows(self, report):
        for outcome in report.outcomes:
            if outcome.result is not Result.REPORTED:
                detail = f": {outcome.detail}" if outcome.detail else ""
                self.stdout.write(
                    f"line {outcome.line}, {shown(outcome.name)}: {outcome.result}{detail}"
                )

    def print_remarks(self, report):
        for outcome in report.remarks:
            self.stdout.write(f"line {outcome.line}, {shown(outcome.name)}: {outcome.remark}")

    def print_problems(self, report):
        for outcome in report.problems:
            self.stderr.write(f"line {outcome.line}, {shown(outcome.name)}: {outcome.detail}")

    def print_counts(self, report, dry_run):
        counts = ", ".join(
            f"{report.counts[result]} {result}" for result in Result if report.counts[result]
        )
        if dry_run:
            counts += " (dry run: nothing was written)"
        elif not report.written:
            counts += " (nothing was written)"
        rows = "1 row" if len(report.outcomes) == 1 else f"{len(report.outcomes)} rows"
        self.stdout.write(f"{rows}: {counts}.")
