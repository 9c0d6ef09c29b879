"""Mails about adoptions and letters: from the platform, to each in their language, once."""

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cities.enums import SeatRole
from efus.outbox.enums import MailKind
from efus.outbox.posting import post
from practices.adoptions.people import name_for_others, people_of
from practices.models import Letter


def _mail(user, adoption, letter, subject, sentence):
    post(
        MailKind.ADOPTION,
        user.email,
        subject,
        render_to_string(
            "adoptions/mail.txt",
            {
                "sentence": sentence,
                "letter": letter,
                "address": settings.SITE_URL + reverse("adoptions:letters", args=[adoption.pk]),
            },
        ),
        language=user.language,
        reply_to=letter.address if letter else "",
    )


def tell_of_adoption(adoption, person, letter=None):
    """Have the coordinators of the city of origin told that *person* took its practice up.

    *letter* holds the first words. Returns how many are told.
    """
    practice = adoption.practice
    coordinators = people_of([practice.city], SeatRole.COORDINATOR).exclude(pk=person.pk)
    for user in coordinators:
        with override(user.language):
            words = {
                "title": practice.shown("title", user.language),
                "city": adoption.city.shown_name,
                "person": name_for_others(person, adoption.city),
            }
            _mail(
                user,
                adoption,
                letter,
                _("%(city)s takes up your practice: %(title)s") % words,
                _("%(city)s takes up your practice “%(title)s”, says %(person)s.") % words,
            )
    return len(coordinators)


def people_told_of(letter):
    """The other city's coordinators, and whoever has written here; never the author."""
    adoption = letter.adoption
    other = adoption.other_city(letter.from_city)
    coordinators = people_of([other], SeatRole.COORDINATOR)
    writers = Letter.objects.filter(adoption=adoption).values("author")
    return (
        people_of(adoption.cities)
        .filter(Q(pk__in=coordinators.values("pk")) | Q(pk__in=writers))
        .exclude(pk=letter.author_id)
    )


def tell_of_letter(letter):
    """Have those whom *letter* concerns told, with its text; returns how many they are."""
    adoption, practice = letter.adoption, letter.adoption.practice
    people = people_told_of(letter)
    for user in people:
        with override(user.language):
            words = {
                "title": practice.shown("title", user.language),
                "city": letter.from_city.shown_name,
                "person": name_for_others(letter.author, letter.from_city),
            }
            _mail(
                user,
                adoption,
                letter,
                _("Letter from %(city)s: %(title)s") % words,
                _("%(person)s (%(city)s) has written to you about “%(title)s”.") % words,
            )
    return len(people)
