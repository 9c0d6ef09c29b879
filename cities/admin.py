from datetime import date
from itertools import pairwise

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from modeltranslation.admin import TranslationAdmin

from cities.enums import MembershipState
from cities.models import City, Membership, Seat


class MembershipFormSet(forms.BaseInlineFormSet):
    """Periods of one city, which must not overlap even when entered together."""

    def clean(self):
        super().clean()
        periods = sorted(
            (form.cleaned_data["starts_on"], form.cleaned_data.get("ends_on") or date.max)
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data.get("starts_on")
            and not form.cleaned_data.get("DELETE")
            and form.cleaned_data.get("state") != MembershipState.REFUSED
        )
        if any(first[1] > second[0] for first, second in pairwise(periods)):
            raise forms.ValidationError(_("This city has a membership in that period already."))


class MembershipInline(admin.TabularInline):
    model = Membership
    formset = MembershipFormSet
    extra = 0


@admin.register(City)
class CityAdmin(TranslationAdmin):
    list_display = ["official_name", "country", "kind", "population"]
    list_filter = ["kind", "country"]
    search_fields = ["official_name", "listed_as"]
    inlines = [MembershipInline]


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    list_display = ["user", "city", "role", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["user", "city"]
    search_fields = ["user__email", "city__official_name"]
    autocomplete_fields = ["user", "city"]
