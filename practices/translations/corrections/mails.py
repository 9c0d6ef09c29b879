"""Mails about a correction: to the city when it is offered, to who offered it when decided."""

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from cities.enums import SeatRole
from cities.models import Seat
from efus.accounts.models import User
from efus.outbox.enums import MailKind
from efus.outbox.posting import post
from practices.translations.corrections.enums import CorrectionState


def _send(correction, user, subject, sentence, remark, why_told):
    address = settings.SITE_URL + reverse("corrections:correction", args=[correction.pk])
    post(
        MailKind.CORRECTION,
        user.email,
        subject,
        render_to_string(
            "corrections/mail.txt",
            {"sentence": sentence, "remark": remark, "address": address, "why_told": why_told},
        ),
        language=user.language,
    )


def _words(correction, user):
    practice = correction.practice
    return {
        "title": practice.shown("title", user.language),
        "city": practice.city.shown_name,
        "language": get_language_info(correction.language)["name_translated"],
        "person": correction.from_whom,
    }


def _people_of_the_city(correction):
    practice = correction.practice
    coordinators = Seat.objects.current().filter(city=practice.city, role=SeatRole.COORDINATOR)
    translation = practice.translations.filter(language=correction.language)
    concerned = Q(pk__in=coordinators.values("user")) | Q(
        pk__in=translation.values("translated_by")
    )
    people = User.objects.filter(concerned, is_active=True).exclude(pk=correction.offered_by_id)
    return [user for user in people if user.has_perm("practices.translate_practice", practice)]


def tell_the_city(correction):
    """Have its coordinators and the last translator mailed, each in their language."""
    for user in _people_of_the_city(correction):
        with override(user.language):
            words = _words(correction, user)
            _send(
                correction,
                user,
                _("Correction offered: %(title)s") % words,
                _(
                    "%(person)s has offered a correction of the translation of “%(title)s” into"
                    " %(language)s. Look at it, then accept or decline it:"
                )
                % words,
                correction.remark,
                _("You receive this because you write or coordinate for your city."),
            )


def tell_who_offered(correction):
    """Have the person who offered it mailed what became of it, in their language."""
    user = correction.offered_by
    if user is None or not user.is_active:
        return
    with override(user.language):
        words = _words(correction, user)
        if correction.state == CorrectionState.ACCEPTED:
            subject = _("Correction accepted: %(title)s")
            sentence = _(
                "%(city)s has accepted your correction of the translation of “%(title)s” into"
                " %(language)s. Thank you. See what became of it:"
            )
        else:
            subject = _("Correction declined: %(title)s")
            sentence = _(
                "%(city)s has declined your correction of the translation of “%(title)s” into"
                " %(language)s. Your text is kept here:"
            )
        _send(
            correction,
            user,
            subject % words,
            sentence % words,
            correction.answer,
            _("You receive this because you offered a correction on the Efus network."),
        )
