from django import forms
from django.utils.translation import gettext_lazy as _

from practices.digests.enums import Frequency
from practices.saved_searches.models import SavedSearch


class NameForm(forms.ModelForm):
    class Meta:
        model = SavedSearch
        fields = ["name"]


class SaveForm(NameForm):
    """A name, and whether what is new comes by e-mail.

    ``query`` says which search the form was typed for, where it is kept meanwhile.
    """

    query = forms.CharField(required=False, widget=forms.HiddenInput)
    frequency = forms.ChoiceField(
        label=_("new practices by e-mail"),
        choices=[("", _("no")), *Frequency.choices],
        required=False,
        widget=forms.RadioSelect,
    )


class SubscribeForm(forms.Form):
    frequency = forms.ChoiceField(
        label=_("how often"),
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        widget=forms.RadioSelect,
    )
