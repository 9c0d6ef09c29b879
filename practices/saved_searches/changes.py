"""What a person does with their saved searches."""

from django.db import transaction
from django.utils.translation import gettext as _

from efus.accounts.models import User
from practices.digests.models import Subscription
from practices.saved_searches.models import MOST_SEARCHES, SavedSearch
from practices.saved_searches.parts import Parts


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

    One subscription holds the same for several searches, where they differ in what it cannot
    hold; its mails come once.
    """
    _lock(saved.person)
    saved.refresh_from_db()
    if saved.current_subscription:
        return saved.current_subscription, False
    parts = Parts(saved.query, saved.language)
    themes, target_groups = set(parts.themes), set(parts.target_groups)
    rows = Subscription.objects.of(saved.person).filter(
        countries=parts.countries, language=saved.language
    )
    for subscription in rows.prefetch_related("themes", "target_groups"):
        if (
            set(subscription.themes.all()) == themes
            and set(subscription.target_groups.all()) == target_groups
        ):
            is_new = False
            break
    else:
        subscription = Subscription.objects.create(
            user=saved.person,
            countries=parts.countries,
            language=saved.language,
            frequency=frequency,
        )
        subscription.themes.set(themes)
        subscription.target_groups.set(target_groups)
        is_new = True
    saved.subscription = subscription
    saved.save(update_fields=["subscription"])
    return subscription, is_new
