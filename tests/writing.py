"""Writing a practice as a browser does: each part as its page shows it, with what is changed."""

import re
from itertools import groupby

from practices.models import TEXT_FIELDS, Practice
from practices.publishing.steps import STEPS

HIDDEN = re.compile(r'name="(seen|written_by|begun_with)" value="([^"]*)"')
NEW = "/en/workspace/practices/new/"


def hidden(client, address):
    """What the form at *address* says by itself: whose page it is, what it began from."""
    return dict(HIDDEN.findall(client.get(address).content.decode()))


def part_of(name):
    """The part in which the field *name* is written."""
    return next(step.name for step in STEPS.values() if name in step.fields)


def part_address(practice, part, language="en"):
    return f"/{language}/workspace/practices/{practice.pk}/write/{part}/"


def part_shown(practice, part):
    """What the page of *part* shows, as a browser sends it back."""
    shown = {}
    for name in STEPS[part].fields:
        if name in TEXT_FIELDS:
            shown[name] = practice.original(name)
            continue
        value = getattr(practice, name)
        if hasattr(value, "values_list"):
            shown[name] = list(value.values_list("pk", flat=True))
        else:
            shown[name] = "" if value is None else str(value)
    return shown


def write_part(client, practice, part, *, follow=False, language="en", began=None, **changes):
    """Send *part* with *changes*; *began* is what its page said by itself, asked for if None."""
    address = part_address(practice, part, language)
    practice = Practice.objects.get(pk=practice.pk)
    began = hidden(client, address) if began is None else began
    return client.post(address, part_shown(practice, part) | began | changes, follow=follow)


def write(client, practice, **changes):
    """Save *changes* (field to value), part by part; each of them is accepted."""
    for part, names in groupby(sorted(changes, key=part_of), key=part_of):
        page = write_part(client, practice, part, **{name: changes[name] for name in names})
        assert page.status_code == 302, (part, page.status_code)


def begin(client, city, **changes):
    """Begin a practice and write it: enough for publication where *changes* have a theme."""
    first = {"city": city.pk, "original_language": "nl", "title": "Mentoren voor jongeren"}
    first |= {name: changes.pop(name) for name in list(changes) if name in first}
    page = client.post(NEW, hidden(client, NEW) | first)
    assert page.status_code == 302
    practice = Practice.objects.latest("pk")
    write(
        client,
        practice,
        **{
            "summary": "Jongeren krijgen een mentor.",
            "how_it_works": "Elke week een gesprek.",
            "started_on": "2022-03-01",
        }
        | changes,
    )
    practice.refresh_from_db()
    return practice
