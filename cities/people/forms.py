"""Inviting a colleague, and ending a seat."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.enums import SeatRole
from cities.models import Invitation, Seat


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["city", "email", "role"]
        widgets = {"role": forms.RadioSelect}
        help_texts = {
            "role": _("An editor writes; a coordinator also publishes and invites others.")
        }

    def __init__(self, *args, cities, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities
        self.fields["role"].choices = SeatRole.choices
        self.initial["role"] = SeatRole.EDITOR

    def clean(self):
        cleaned = super().clean()
        city, email = cleaned.get("city"), cleaned.get("email")
        if city and email:
            if city.invitations.valid().filter(email__iexact=email).exists():
                self.add_error(
                    "email",
                    _(
                        "This address is invited to this city already. You can send the"
                        " invitation again from the list of invitations."
                    ),
                )
            roles = {SeatRole.COORDINATOR, cleaned.get("role")}
            seats = Seat.objects.current().filter(city=city, user__email__iexact=email)
            if seats.filter(role__in=roles).exists():
                self.add_error("email", _("This person has a seat in this city already."))
        return cleaned


class EndSeatForm(forms.Form):
    """Of a last coordinator it asks whether that is meant."""

    is_meant = forms.BooleanField(
        label=_("I know that nobody will then publish for this city or invite its people")
    )

    def __init__(self, *args, seat, **kwargs):
        super().__init__(*args, **kwargs)
        if not seat.is_of_last_coordinator:
            del self.fields["is_meant"]
