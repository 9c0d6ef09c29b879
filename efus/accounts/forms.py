from django import forms
from django.utils.translation import gettext_lazy as _

from efus.accounts.models import User


class ProfileForm(forms.ModelForm):
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts = {"time_zone": _("For example Europe/Paris or Europe/Lisbon.")}
