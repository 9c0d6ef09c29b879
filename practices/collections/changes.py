"""What a person does with their collections. Callers know that the collection is theirs."""

import uuid

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from efus.accounts.models import User
from practices.collections.models import (
    MOST_COLLECTIONS,
    MOST_PRACTICES,
    Collection,
    CollectionItem,
)
from practices.models import Practice


class CollectionRefused(Exception):
    """What cannot be done; its text says why and what to do, to the person."""


def _locked(collection):
    """Have whatever else changes *collection* wait until the transaction has ended."""
    return Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)


def _lock(person):
    """Have whatever else *person* begins wait until the transaction has ended."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _check_room(person):
    """Raise ``CollectionRefused`` where *person* has all the collections they can have."""
    if Collection.objects.of(person).count() >= MOST_COLLECTIONS:
        raise CollectionRefused(
            _("You have %(number)d collections, which is the most. Delete one first.")
            % {"number": MOST_COLLECTIONS}
        )


@transaction.atomic
def begin(person, begun_with, **fields):
    """Begin a collection: (the collection, whether it is new).

    The same form, sent twice, begins one. Raises ``CollectionRefused``.
    """
    _lock(person)
    same = Collection.objects.filter(person=person, begun_with=begun_with).first()
    if same and same.deleted_at is None:
        return same, False
    _check_room(person)
    fields |= {"begun_with": uuid.uuid4() if same else begun_with}
    return Collection.objects.create(person=person, **fields), True


@transaction.atomic
def add(collection, practice, note, language):
    """Put *practice* at the end of *collection*: (the item, whether it is new there).

    One that was removed lately comes back with its note, unless *note* is another. Raises
    ``CollectionRefused``.
    """
    _locked(collection)
    item = collection.items.filter(practice=practice).first()
    if item and item.deleted_at is None:
        if note and item.note and note != item.note:
            raise CollectionRefused(
                _(
                    "The practice is in this collection already, with another note. Change the"
                    " note there, or leave it empty here."
                )
            )
        if note and not item.note:
            item.note = note
            item.save(update_fields=["note"])
        return item, False
    if collection.items.present().count() >= MOST_PRACTICES:
        raise CollectionRefused(
            _("A collection has %(number)d practices at most. Choose another one.")
            % {"number": MOST_PRACTICES}
        )
    last = collection.items.aggregate(last=Max("position"))["last"] or 0
    title = practice.shown("title", language)
    item = item or CollectionItem(collection=collection, practice=practice)
    item.position = last + 1
    item.note = note or item.note
    item.title, item.title_language = title.text, title.language
    item.deleted_at = None
    item.save()
    collection.save(update_fields=["updated_at"])
    return item, True


@transaction.atomic
def put_before(collection, item, other):
    """Have *item* and *other*, numbers of items of *collection*, change places.

    Nothing happens where *item* stands before *other* already, or one of them is not there.
    """
    _locked(collection)
    items = {row.pk: row for row in collection.items.present().filter(pk__in=[item, other])}
    if len(items) == 2 and items[item].position > items[other].position:
        first, second = items[item], items[other]
        first.position, second.position = second.position, first.position
        CollectionItem.objects.bulk_update([first, second], ["position"])


@transaction.atomic
def remove(item):
    """Take *item* out of its collection; it can be put back to where it was."""
    _locked(item.collection)
    item.delete_for_now()
    item.collection.items.all().forget_surplus()


@transaction.atomic
def put_back(item):
    """Have *item* in its collection again. Raises ``CollectionRefused``."""
    _locked(item.collection)
    if item.collection.items.present().exclude(pk=item.pk).count() >= MOST_PRACTICES:
        raise CollectionRefused(
            _("The collection has %(number)d practices, which is the most. Remove one first.")
            % {"number": MOST_PRACTICES}
        )
    item.bring_back()


@transaction.atomic
def delete(collection):
    """Delete *collection*, so that it can be brought back. Its link leads nowhere meanwhile."""
    collection.delete_for_now()
    Collection.objects.filter(person=collection.person_id).forget_surplus()


@transaction.atomic
def bring_back(collection):
    """Undo the deletion of *collection*. Raises ``CollectionRefused``."""
    collection = _locked(collection)
    if collection.deleted_at is not None:
        _lock(collection.person)
        _check_room(collection.person)
        collection.bring_back()


def share(collection):
    """Have a link by which others read *collection*; one that there is stays."""
    Collection.objects.filter(pk=collection.pk, share_token=None).update(share_token=uuid.uuid4())


def renew_link(collection):
    """Have another link; the one before leads nowhere any more."""
    shared = Collection.objects.filter(pk=collection.pk, share_token__isnull=False)
    shared.update(share_token=uuid.uuid4())


def stop_sharing(collection):
    """Have *collection* private again; its link leads nowhere any more."""
    Collection.objects.filter(pk=collection.pk).update(share_token=None)


@transaction.atomic
def copy(shared, person, begun_with, language, **fields):
    """Copy the *shared* collection, as others see it, for *person*: as ``begin``."""
    collection, is_new = begin(person, begun_with, language=shared.language, **fields)
    if is_new:
        items = shared.items.present().public().order_by("position")
        titles = Practice.objects.as_links(language).in_bulk([item.practice_id for item in items])
        copies = []
        for position, item in enumerate(items, start=1):
            title = titles[item.practice_id].shown("title", language)
            copies.append(
                CollectionItem(
                    collection=collection,
                    practice_id=item.practice_id,
                    position=position,
                    note=item.note,
                    title=title.text,
                    title_language=title.language,
                )
            )
        CollectionItem.objects.bulk_create(copies)
    return collection, is_new
