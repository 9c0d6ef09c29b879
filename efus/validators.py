"""What no text of one line may hold."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LINE_ENDS = "\u2028\u2029"


def is_control(character):
    """Whether *character* steers a terminal, a header or a page rather than being read."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in LINE_ENDS


def one_line(text):
    """*text* with every control character and line end turned into a space."""
    return " ".join("".join(" " if is_control(c) else c for c in text).split())


def validate_one_line(text):
    """Raise ``ValidationError`` when *text* has a control character or a line end."""
    if any(map(is_control, text)):
        raise ValidationError(
            _("Only plain text on one line fits here; remove line breaks and control characters.")
        )
