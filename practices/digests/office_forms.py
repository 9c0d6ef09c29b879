"""What staff say of a run."""

from django import forms
from django.utils.translation import gettext_lazy as _

from practices.digests.enums import Frequency

LONGEST_WORDS = 254  # characters, as an address


class TryForm(forms.Form):
    """The address to which the mail of a run is sent before the others."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_WORDS,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


def chosen_frequency(query):
    """The frequency that the address of the list names, or an empty string."""
    frequency = query.get("frequency", "")
    return frequency if frequency in Frequency.values else ""


def chosen_words(query):
    """The part of an address that is searched for, without spaces."""
    return "".join(query.get("q", "").split())[:LONGEST_WORDS]
