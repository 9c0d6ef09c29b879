"""Taking up a practice, and how far one is with it."""

from django.db import transaction

from practices.adoptions.correspondence import write_letter
from practices.adoptions.mails import tell_of_adoption, tell_of_letter
from practices.models import Adoption, AdoptionEvent


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
