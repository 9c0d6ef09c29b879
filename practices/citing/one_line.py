"""Texts for formats that keep one thing in a line."""

import unicodedata


def one_line(text):
    """*text* in one line, without characters that control something."""
    shown = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in str(text)
    )
    return " ".join(shown.split())
