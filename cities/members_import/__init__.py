"""Loads a spreadsheet of members: reading, matching with places, writing.

Every row ends as an ``Outcome``. The rules are told in docs/data.md, "Members".
"""

from datetime import date
from pathlib import Path

from cities.members_import.mapping import MAPPING_FILE, BrokenMapping, read_mapping
from cities.members_import.matching import match_members, without_repeated_names
from cities.members_import.outcomes import Outcome, Report, Result
from cities.members_import.reading import UnreadableFile, read_members
from cities.members_import.writing import write_members

__all__ = [
    "BrokenMapping",
    "Outcome",
    "Report",
    "Result",
    "UnreadableFile",
    "import_members",
]


def import_members(
    file: Path,
    since: date,
    *,
    dry_run: bool = False,
    partial: bool = False,
    mapping_file: Path = MAPPING_FILE,
) -> Report:
    """Load the members listed in *file* and say what became of every row.

    *since* is the first day of a membership without a date of its own. Unless *partial*,
    one row that cannot be loaded keeps all others out; with *dry_run* nothing is written.

    Raises UnreadableFile when the file as a whole cannot be read, and BrokenMapping when
    the mapping file contradicts itself.
    """
    mapping = read_mapping(mapping_file)
    rows, unreadable = read_members(file)
    rows, repeated = without_repeated_names(rows)
    ends = match_members(rows, mapping)
    return write_members(
        rows, ends, unreadable + repeated, since, dry_run=dry_run, partial=partial
    )
