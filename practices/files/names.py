"""Names of files as people see them."""

import unicodedata

from django.utils.translation import gettext as _

from efus.validators import one_line

LONGEST_STEM = 100
LONGEST_ENDING = 5


def readable_name(name, ending):
    """The file name *name*, on one line, without folders and hidden signs, ending in *ending*.

    Hidden signs are such as make a name read from right to left.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = unicodedata.normalize("NFC", one_line(name))
    name = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    stem, dot, own_ending = name.rpartition(".")
    if not dot or len(own_ending) > LONGEST_ENDING or not own_ending.isalnum():
        stem = name
    stem = stem[:LONGEST_STEM].strip(" .") or _("file")
    return f"{stem}.{ending}"
