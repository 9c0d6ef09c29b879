"""Taking up a practice, and how far one is with it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from practices.adoptions.correspondence import LetterRefused, write_letter
from practices.adoptions.mails import tell_of_adoption, tell_of_letter
from practices.models import Adoption, AdoptionEvent

TAKEN_UP_AN_HOUR = 30  # by one person; each of them is told by mail


@transaction.atomic
def take_up(practice, city, person, *, state, language, is_public, words, shows_address, token):
    """Take up *practice* in *city* for *person*, who is known to be allowed to.

    Returns (the adoption, whether it is new, how many people are told by mail). Where a
    colleague has been faster, theirs stays and *words* are sent as a letter. Raises
    ``LetterRefused``, and then changes nothing.
    """
    adoption, is_new = Adoption.objects.get_or_create(
        practice=practice,
        city=city,
        defaults={
            "state": state,
            "language": language,
            "is_public": is_public,
            "opened_by": person,
        },
    )
    if is_new:
        since = timezone.now() - timedelta(hours=1)
        lately = Adoption.objects.filter(opened_by=person, opened_at__gt=since)
        if lately.count() > TAKEN_UP_AN_HOUR:
            raise LetterRefused(
                _(
                    "You have taken up %(number)d practices within an hour, which is the most."
                    " Your text is below: wait a while, then send it."
                )
                % {"number": TAKEN_UP_AN_HOUR}
            )
        AdoptionEvent.objects.create(adoption=adoption, person=person, to_state=state)
    letter = None
    if words:
        letter, letter_is_new = write_letter(
            adoption,
            person,
            text=words,
            language=language,
            shows_address=shows_address,
            token=token,
        )
        if letter_is_new and not is_new:
            return adoption, False, tell_of_letter(letter)
    return adoption, is_new, tell_of_adoption(adoption, person, letter) if is_new else 0


@transaction.atomic
def save_changes(form, person):
    """Save a valid ``AdoptionForm``, and note a change of the state."""
    adoption = form.save()
    if adoption.state != form.state_before:
        AdoptionEvent.objects.create(
            adoption=adoption,
            person=person,
            from_state=form.state_before,
            to_state=adoption.state,
        )
    return adoption
