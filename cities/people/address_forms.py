"""Marking by hand an address that mails do not reach."""

from django import forms
from django.utils.translation import gettext_lazy as _

from efus.bounces.enums import BounceReason
from efus.bounces.models import LONGEST_DETAIL, UndeliverableAddress


class MarkForm(forms.Form):
    """Of an address that is marked already, reason and answer change."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=BounceReason.choices, widget=forms.RadioSelect
    )
    detail = forms.CharField(
        label=_("What was answered"),
        help_text=_("Only the administrators of Efus read it."),
        max_length=LONGEST_DETAIL,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def mark(self):
        """Send nothing more to the address."""
        return UndeliverableAddress.objects.mark(
            self.cleaned_data["address"], self.cleaned_data["reason"], self.cleaned_data["detail"]
        )
