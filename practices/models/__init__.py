"""What the members know."""

from practices.models.partnership import Organisation, Partner, Partnership
from practices.models.practice import TEXT_FIELDS, Practice
from practices.models.taxonomy import Method, TargetGroup, Theme

__all__ = [
    "TEXT_FIELDS",
    "Method",
    "Organisation",
    "Partner",
    "Partnership",
    "Practice",
    "TargetGroup",
    "Theme",
]
