"""Forms in which somebody says what they want to hear of, and when."""

from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cities.models import City
from practices.digests.enums import NewsKind
from practices.digests.matching import Wish
from practices.digests.models import Subscription
from practices.search import sets
from practices.search.facets import MOST_VALUES
from practices.search.filters import MOST_WORDS

FIRST_FACETS = ["theme", "country", "group", "partner", "evidence"]
TIMES = ["language", "frequency", "weekday", "hour"]
LONGEST_PAUSE = timedelta(days=366)


def _offered(facet):
    """The values of *facet* to choose from; of some there are too many to show them all."""
    if facet.parameter == "country":
        return set(City.objects.order_by().values_list("country", flat=True).distinct())
    if facet.parameter == "year":
        return sets.current().counts(["year"])["year"]
    return facet.labels if facet.is_listed else {}


class FacetValues(forms.CheckboxSelectMultiple):
    """Values below each other, those further down a tree moved to the right."""

    def __init__(self, facet):
        super().__init__()
        self.facet = facet

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if self.facet.depth(value):
            option["attrs"]["class"] = "nested"
        return option


class FacetField(forms.MultipleChoiceField):
    """Values of a facet: any known one is taken; offered are some, and what is *chosen*."""

    def __init__(self, facet, chosen):
        known = facet.labels if facet.is_listed else facet.known(chosen)
        offered = _offered(facet)
        super().__init__(
            label=facet.label, choices=known.items(), required=False, widget=FacetValues(facet)
        )
        self.widget.choices = [
            (value, capfirst(label))
            for value, label in known.items()
            if value in offered or value in chosen
        ]

    def validate(self, values):
        super().validate(values)
        if len(values) > MOST_VALUES:
            raise forms.ValidationError(
                _("Choose %(number)d at most, or none, which means all."),
                params={"number": MOST_VALUES},
            )


class SubscriptionForm(forms.ModelForm):
    """What a subscription asks for, and when it comes; begins with what *search* asks for."""

    kinds = forms.MultipleChoiceField(
        label=_("what to tell you of"),
        choices=NewsKind.choices,
        initial=NewsKind.values,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "New members are found by country only: words and other choices leave them out."
        ),
    )

    class Meta:
        model = Subscription
        fields = ["words", "kinds", *TIMES]
        widgets = {"frequency": forms.RadioSelect}
        help_texts = {"weekday": _("Counts only where mails come once a week.")}

    def __init__(self, data=None, *, search, **kwargs):
        super().__init__(data, **kwargs)
        self.initial["words"] = search.words
        self.problems = search.problems
        self._facets = {f"facet_{facet.parameter}": facet for facet in search.facets}
        for name, facet in self._facets.items():
            chosen = search.chosen.get(facet.parameter, {})
            self.initial[name] = list(chosen)
            self.fields[name] = FacetField(facet, data.getlist(name) if data else chosen)

    def clean_words(self):
        words = self.cleaned_data["words"].split()
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(
                _("Please use %(number)d words at most."), params={"number": MOST_WORDS}
            )
        return " ".join(words)

    def clean_kinds(self):
        return [kind for kind in NewsKind.values if kind in self.cleaned_data["kinds"]]

    @property
    def wish(self):
        """What it asks for."""
        given = self.cleaned_data
        chosen = {
            facet.parameter: given[name] for name, facet in self._facets.items() if given[name]
        }
        return Wish(given["language"], given["words"], given["kinds"], chosen)

    @property
    def times(self):
        """How often and at what hour it comes: a dict of fields of a subscription."""
        return {name: self.cleaned_data[name] for name in ("frequency", "weekday", "hour")}

    @property
    def sent(self):
        """(name, value) of all that was sent of its fields, for a page that asks once more."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]

    @property
    def first_facets(self):
        """The fields of the facets that concern most people."""
        return [self[f"facet_{parameter}"] for parameter in FIRST_FACETS]

    @cached_property
    def more_facets(self):
        """The fields of the other facets that have anything to choose."""
        fields = [
            self[name]
            for name, facet in self._facets.items()
            if facet.parameter not in FIRST_FACETS
        ]
        return [field for field in fields if field.field.widget.choices]

    @property
    def shows_more(self):
        """Whether anything of the other facets is chosen or wrong."""
        return any(field.value() or field.errors for field in self.more_facets)

    @property
    def times_fields(self):
        return [self[name] for name in (*TIMES, "time_zone") if name in self.fields]


@lru_cache
def _zone_choices():
    """The time zones by continent."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    return [
        (region, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in members])
        for region, members in groupby(zones, key=lambda zone: zone.partition("/")[0])
        if region != "Etc"
    ] + [("UTC", [("UTC", "UTC")])]


class ZoneField(forms.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(label=_("time zone"), choices=_zone_choices, **kwargs)


class PreferencesForm(SubscriptionForm):
    """What the reader of a mail may change without signing in."""

    def __init__(self, data=None, *, instance, **kwargs):
        super().__init__(data, instance=instance, **kwargs)
        if instance.recipient.user is None:
            self.fields["time_zone"] = ZoneField(
                help_text=_("Counts for all mails to your address."),
                initial=instance.recipient.time_zone,
            )


class GuestForm(SubscriptionForm):
    """A subscription for an address without an account."""

    email = forms.EmailField(
        label=_("your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("A mail with a link comes there. Nothing else comes until you confirm it."),
    )
    time_zone = ZoneField(initial="Europe/Paris")

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        if data is None:
            self.fields["time_zone"].widget.attrs["data-guess"] = ""


class PauseForm(forms.Form):
    """The day from which mails come again."""

    until = forms.DateField(
        label=_("no mails before"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "The first mail from that day on tells of what happened meanwhile,"
            " of the last 60 days at most."
        ),
    )

    def __init__(self, data=None, *, subscription):
        super().__init__(data, initial={"until": subscription.paused_until})
        today = timezone.localdate(timezone=ZoneInfo(subscription.recipient.zone))
        self._first, self._last = today + timedelta(days=1), today + LONGEST_PAUSE
        limits = {"min": self._first.isoformat(), "max": self._last.isoformat()}
        self.fields["until"].widget.attrs |= limits

    def clean_until(self):
        until = self.cleaned_data["until"]
        if not self._first <= until <= self._last:
            raise forms.ValidationError(_("Choose a day from tomorrow on, within a year."))
        return until
