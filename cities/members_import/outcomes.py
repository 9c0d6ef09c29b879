"""What became of each row of a list of members."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How one row ended."""

    MATCHED = "new by their name"
    MAPPED = "new by the mapping file"
    COMPLETED = "completed"
    UNCHANGED = "unchanged"
    REPORTED = "reported"


@dataclass(frozen=True)
class Outcome:
    """One row's end: its physical line in the file, the name printed there, and why."""

    line: int
    name: str
    result: Result
    detail: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Report:
    """All rows of one import, in the order of the file."""

    outcomes: list[Outcome]
    written: bool

    @property
    def counts(self) -> Counter[Result]:
        """How many rows ended in each way."""
        return Counter(outcome.result for outcome in self.outcomes)

    @property
    def problems(self) -> list[Outcome]:
        """The rows that could not be loaded."""
        return [outcome for outcome in self.outcomes if outcome.result is Result.REPORTED]

    @property
    def remarks(self) -> list[Outcome]:
        """The rows that ended well, with something that a person should look at."""
        return [outcome for outcome in self.outcomes if outcome.remark]


def shown(text: str) -> str:
    """*text* in quotation marks, shortened, with nothing a terminal would act upon."""
    text = text if len(text) <= 60 else f"{text[:57]}…"
    visible = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f"“{''.join(visible)}”"
