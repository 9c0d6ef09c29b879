"""What the members know."""

from practices.models.adoption import Adoption, AdoptionEvent, Letter, Reading
from practices.models.history import PracticeEvent, PracticeVersion
from practices.models.link import PracticeLink
from practices.models.partnership import Organisation, Partner, Partnership
from practices.models.practice import (
    NEEDED_FOR_PUBLICATION,
    RICH_TEXT_FIELDS,
    TEXT_FIELDS,
    Practice,
)
from practices.models.practice_file import PracticeFile
from practices.models.taxonomy import Method, TargetGroup, Theme
from practices.models.writing_draft import WritingDraft

__all__ = [
    "NEEDED_FOR_PUBLICATION",
    "RICH_TEXT_FIELDS",
    "TEXT_FIELDS",
    "Adoption",
    "AdoptionEvent",
    "Letter",
    "Method",
    "Organisation",
    "Partner",
    "Partnership",
    "Practice",
    "PracticeEvent",
    "PracticeFile",
    "PracticeLink",
    "PracticeVersion",
    "Reading",
    "TargetGroup",
    "Theme",
    "WritingDraft",
]
