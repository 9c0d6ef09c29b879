"""Letters between the two cities of an adoption."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus.accounts.models import User
from practices.adoptions.people import city_of
from practices.models import Adoption, Letter, Reading

LETTERS_AN_HOUR = 30  # of one person


class LetterRefused(Exception):
    """A letter that cannot be sent; its text says why and what to do, to the person."""


@transaction.atomic
def write_letter(adoption, author, *, text, language, shows_address, token):
    """Send a letter of *author*, who is known to be allowed to: (letter, whether it is new).

    The same text with the same *token* is the same letter, sent twice. Raises
    ``LetterRefused``.
    """
    # One after the other, so that each sees the letters before, and none is dated between them.
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    Adoption.objects.select_for_update(no_key=True).get(pk=adoption.pk)
    same = Letter.objects.filter(adoption=adoption, author=author, token=token).first()
    if same and same.text == text:
        return same, False
    now = timezone.now()
    lately = Letter.objects.filter(author=author, written_at__gt=now - timedelta(hours=1))
    if lately.count() >= LETTERS_AN_HOUR:
        raise LetterRefused(
            ngettext(
                "You have sent %(number)d letter within an hour, which is the most."
                " Your text is below: wait a while, then send it.",
                "You have sent %(number)d letters within an hour, which is the most."
                " Your text is below: wait a while, then send it.",
                LETTERS_AN_HOUR,
            )
            % {"number": LETTERS_AN_HOUR}
        )
    if (city := city_of(author, adoption)) is None:  # lost while the letter was on its way
        raise LetterRefused(_("This is between two cities in which you hold no seat."))
    letter = Letter.objects.create(
        adoption=adoption,
        from_city=city,
        author=author,
        text=text,
        language=language,
        shows_address=shows_address,
        written_at=now,
        token=uuid4() if same else token,
    )
    return letter, True


def mark_read(adoption, person, letters):
    """Note that *person* has seen *letters*, and with them those that are older."""
    newest = max((letter.written_at for letter in letters), default=None)
    if newest is None:
        return
    reading, created = Reading.objects.get_or_create(
        adoption=adoption, person=person, defaults={"read_until": newest}
    )
    if not created and reading.read_until < newest:
        Reading.objects.filter(pk=reading.pk, read_until__lt=newest).update(read_until=newest)
