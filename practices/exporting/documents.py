"""Files that programs read."""

import json
from datetime import date

from django.utils.translation import override

from practices.exporting.records import record_of
from practices.exporting.selection import MOST_PRACTICES


def _plain(value):
    if isinstance(value, date):  # and moments, which are days to Python
        return value.isoformat()
    raise TypeError(value)


def _json(value):
    return json.dumps(value, ensure_ascii=False, default=_plain)


def json_parts(selection, about):
    """The parts of a JSON file: an object with what it is ``about`` and the ``practices``."""
    head = {
        "from": about.lines[0][1],
        "address": about.address,
        "searched": [{"what": label, "value": value} for label, value in about.searched],
        "language": about.language,
        "made_at": about.made_at,
        "number_found": about.found,
        "number_listed": about.listed,
        "most_listed": MOST_PRACTICES,
        "licence": about.licence,
        "cite_as": about.citation,
    }
    with override(about.language):
        yield f'{{"about": {_json(head)},\n"practices": ['
        separator = "\n"
        for practice in selection.practices():
            yield separator + _json(record_of(practice))
            separator = ",\n"
        yield "\n]}\n"
