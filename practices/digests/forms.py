from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cities.models import City
from efus.spelling import fold
from practices.digests.models import Subscription


class SubscriptionForm(forms.ModelForm):
    """What a person wants to hear of."""

    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all."),
    )

    class Meta:
        model = Subscription
        fields = ["themes", "countries", "target_groups", "language", "frequency"]
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "target_groups": forms.CheckboxSelectMultiple,
            "frequency": forms.RadioSelect,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = set(City.objects.order_by().values_list("country", flat=True).distinct())
        codes |= set(self.instance.countries)
        self.fields["countries"].choices = sorted(
            ((code, countries.name(code)) for code in codes), key=lambda pair: fold(pair[1])
        )
