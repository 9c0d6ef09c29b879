"""Keeping what a practice said, whoever changed it."""

import json
from hashlib import sha256

from practices.enums import EventKind
from practices.links.tasks import refresh_links
from practices.models import TEXT_FIELDS, PracticeEvent, PracticeVersion
from practices.models.original_language import LANGUAGE_CODES

CHOICES = ["status", "cost_band", "evidence", "licence"]
DATES = ["started_on", "ended_on"]
TERMS = ["themes", "target_groups", "methods"]


def as_sent_once(text):
    """*text* without what a browser changes about it when a form is sent again."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def texts_in(practice, language):
    """The texts of *practice* in *language*, by field; empty where there is none."""
    return {field: as_sent_once(getattr(practice, f"{field}_{language}")) for field in TEXT_FIELDS}


def fingerprint(content):
    """By which a form knows again the *content*, as JSON has it, that it began from."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


def content_of(practice):
    """All that a version keeps of *practice*, as the database and JSON hold it."""
    texts = {}
    for code in LANGUAGE_CODES:
        written = {name: text for name, text in texts_in(practice, code).items() if text}
        if written:
            texts[code] = written
    facts = {name: getattr(practice, name) for name in CHOICES}
    for name in DATES:
        day = getattr(practice, name)
        facts[name] = day.isoformat() if day else None
    for name in TERMS:
        facts[name] = sorted(getattr(practice, name).values_list("slug", flat=True))
    facts["partnerships"] = sorted(practice.partnerships.values_list("pk", flat=True))
    return {"original_language": practice.original_language, "texts": texts, "facts": facts}


def translations_of(practice):
    """How each translation of *practice* came about: its state, and from which other original.

    Of the original it was made from, only those texts are there that have changed since.
    """
    originals = texts_in(practice, practice.original_language)
    return {
        row.language: {
            "state": row.state,
            "made_from": {
                name: text
                for name, text in row.original_snapshot.items()
                if text != originals.get(name)
            },
        }
        for row in practice.translations.all()
    }


def until_now(practice):
    """What ``record`` wants to know of *practice* before it is changed."""
    return content_of(practice), practice.updated_at, translations_of(practice)


def note(practice, person, kind, *, comment="", language=None, is_first=False):
    """Write into the history of *practice* what *person* did, which left its state as it is."""
    return PracticeEvent.objects.create(
        practice=practice,
        kind=kind,
        person=person,
        comment=comment,
        language=language,
        from_state="" if is_first else practice.state,
        to_state=practice.state,
    )


def record(
    practice, person, before=None, *, kind=EventKind.SAVED, language=None, restored_from=None
):
    """Keep *practice*, as *person* has just saved it, as a version and in the history.

    *before* is what it said until then (see ``until_now``). Where no version says so yet (it
    was written elsewhere, as in the admin), that is kept too.
    *language* is the one that was translated into.
    Nothing is kept, and None returned, when nothing changed. The caller has locked the row.
    """
    last = practice.versions.first()
    content = content_of(practice)
    if before is not None:
        content_before, saved_at, translations = before
        if content == content_before:
            return None
        if last is None or last.content != content_before:
            last = PracticeVersion.objects.create(
                practice=practice,
                number=last.number + 1 if last else 1,
                saved_at=saved_at,
                translations=translations,
                **content_before,
            )
    version = PracticeVersion.objects.create(
        practice=practice,
        number=last.number + 1 if last else 1,
        saved_by=person,
        restored_from=restored_from,
        translations=translations_of(practice),
        **content,
    )
    note(practice, person, kind, language=language, is_first=before is None)
    refresh_links.delay_on_commit(practice.pk)
    return version
