"""An invitation's way: sent, sent again, withdrawn or accepted."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from cities.enums import SeatRole
from cities.models import INVITATION_LASTS, City, Invitation, Seat, two_weeks_from_now
from efus.accounts.models import User
from efus.outbox.enums import MailKind
from efus.outbox.posting import post

WAIT_BEFORE_RESENDING = timedelta(minutes=10)

_signer = TimestampSigner(salt="invitation")


class InvitationRefused(Exception):
    """Something that cannot be done with an invitation; its text says why, to the person."""


def invitation_of(token):
    """The invitation that *token* was signed for within its time, or None."""
    try:
        pk = int(_signer.unsign(token, max_age=INVITATION_LASTS))
    except (BadSignature, ValueError):
        return None
    return Invitation.objects.select_related("city", "invited_by").filter(pk=pk).first()


def invitation_address(invitation):
    """The full address of the page that accepts *invitation*, in the language in force."""
    path = reverse("people:invitation", args=[_signer.sign(invitation.pk)])
    return f"{settings.SITE_URL}{path}"


def is_for(invitation, user):
    """Whether *user* has confirmed the address that *invitation* was sent to."""
    return EmailAddress.objects.filter(
        user=user, verified=True, email__iexact=invitation.email
    ).exists()


def _mail(invitation):
    # To one who has an account in its language; nobody else sees which one it is.
    language = User.objects.filter(email__iexact=invitation.email).values_list("language").first()
    with override(language[0] if language else get_language()):
        city = invitation.city.shown_name
        context = {
            "invitation": invitation,
            "city": city,
            "address": invitation_address(invitation),
        }
        post(
            MailKind.INVITATION,
            invitation.email,
            _("Invitation to write for %(city)s in the Efus network") % {"city": city},
            render_to_string("people/invitation.txt", context),
            language=get_language(),
        )


@transaction.atomic
def send(invitation):
    """Save a new *invitation*, in place of an expired one, and have it mailed."""
    earlier = Invitation.objects.open().filter(
        city=invitation.city, email__iexact=invitation.email
    )
    earlier.filter(expires_at__lte=timezone.now()).update(withdrawn_at=timezone.now())
    invitation.save()
    _mail(invitation)


def _locked(invitation):
    return (
        Invitation.objects.select_for_update(of=["self"])
        .select_related("city")
        .get(pk=invitation.pk)
    )


def _refuse_settled(invitation):
    if invitation.accepted_at:
        raise InvitationRefused(_("This invitation has been accepted."))
    if invitation.withdrawn_at:
        raise InvitationRefused(_("This invitation has been withdrawn."))


@transaction.atomic
def resend(invitation):
    """Mail *invitation* again, which then lasts two weeks from now. Raises a refusal."""
    invitation = _locked(invitation)
    _refuse_settled(invitation)
    if timezone.now() - invitation.sent_at < WAIT_BEFORE_RESENDING:
        raise InvitationRefused(
            _("This invitation was sent a moment ago. Wait ten minutes, then send it again.")
        )
    invitation.sent_at = timezone.now()
    invitation.expires_at = two_weeks_from_now()
    invitation.save(update_fields=["sent_at", "expires_at"])
    _mail(invitation)


@transaction.atomic
def withdraw(invitation):
    """Make the link of *invitation* useless. Raises a refusal."""
    invitation = _locked(invitation)
    _refuse_settled(invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])


@transaction.atomic
def accept(invitation, user):
    """Give *user*, who is known to be the one invited, the seat. Raises a refusal.

    An editor becomes the coordinator that the invitation says; nobody becomes less by it.
    """
    City.objects.select_for_update(of=["self"]).get(pk=invitation.city_id)
    invitation = _locked(invitation)
    _refuse_settled(invitation)
    if invitation.has_expired:
        raise InvitationRefused(_("This invitation has expired. Ask for a new one."))
    held = Seat.objects.current().filter(user=user, city=invitation.city).first()
    if held is None or SeatRole.COORDINATOR == invitation.role != held.role:
        if held:
            held.end()
        later = Seat.objects.not_yet_ended().filter(user=user, city=invitation.city)
        Seat.objects.create(
            user=user,
            city=invitation.city,
            role=invitation.role,
            ends_on=later.order_by("starts_on").values_list("starts_on", flat=True).first(),
        )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
