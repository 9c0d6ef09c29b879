"""What a person does with their saved searches."""

from django.db import transaction
from django.utils.translation import gettext as _

from efus.accounts.models import User
from practices.digests import changes as subscriptions
from practices.digests.enums import NewsKind
from practices.digests.matching import Wish
from practices.saved_searches.models import MOST_SEARCHES, SavedSearch


class SearchRefused(Exception):
    """What cannot be done; its text says why and what to do, to the person."""


def _check_room(person):
    """Raise ``SearchRefused`` where *person* has all the searches they can have."""
    if SavedSearch.objects.of(person).count() >= MOST_SEARCHES:
        raise SearchRefused(
            _("You have %(number)d saved searches, which is the most. Delete one first.")
            % {"number": MOST_SEARCHES}
        )


def _lock(person):
    """Have whatever else *person* saves wait until the transaction has ended."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


@transaction.atomic
def save(person, query, language, name):
    """Save a search: (the saved search, whether it is new). Raises ``SearchRefused``."""
    _lock(person)
    same = SavedSearch.objects.of(person).filter(query=query, language=language).first()
    if same:
        return same, False
    _check_room(person)
    saved = SavedSearch.objects.create(person=person, query=query, language=language, name=name)
    return saved, True


@transaction.atomic
def delete(saved):
    """Delete *saved*, so that it can be brought back. A subscription made from it goes on."""
    saved.delete_for_now()
    SavedSearch.objects.filter(person=saved.person_id).forget_surplus()


@transaction.atomic
def bring_back(saved):
    """Undo the deletion of *saved*. Raises ``SearchRefused``."""
    _lock(saved.person)
    if SavedSearch.objects.of(saved.person).filter(pk=saved.pk).exists():
        return
    same = {"query": saved.query, "language": saved.language}
    if SavedSearch.objects.of(saved.person).filter(**same).exists():
        raise SearchRefused(_("You have saved the same search again since; it is in the list."))
    _check_room(saved.person)
    saved.bring_back()


@transaction.atomic
def subscribe(saved, frequency):
    """Have what is new of *saved* by e-mail: (the subscription, whether it is new).

    Raises ``SearchRefused``. What of it is not known any more is left out.
    """
    _lock(saved.person)
    saved.refresh_from_db()
    if saved.current_subscription:
        return saved.current_subscription, False
    search = saved.search
    chosen = {parameter: list(values) for parameter, values in search.chosen.items()}
    wish = Wish(saved.language, search.words, [NewsKind.PUBLISHED], chosen)
    try:
        subscription, is_new = subscriptions.subscribe(
            saved.person, wish, {"frequency": frequency}
        )
    except subscriptions.SubscriptionRefused as refused:
        raise SearchRefused(str(refused)) from None
    saved.subscription = subscription
    saved.save(update_fields=["subscription"])
    return subscription, is_new
