"""Writing a practice, in the language that the city writes in."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from efus.validators import validate_one_line
from practices.enums import COMPLETE_STATES
from practices.models import NEEDED_FOR_PUBLICATION, TEXT_FIELDS, Partnership, Practice

LONG_TEXTS = {"problem": 5, "objectives": 4, "how_it_works": 10, "results": 5, "lessons": 5}


class CommentForm(forms.Form):
    """Why a step is taken, for the people who are told of it."""

    comment = forms.CharField(
        label=_("comment"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say why, and what should be changed. The writers read it in a mail."),
    )


class PracticeForm(forms.ModelForm):
    """All of a practice that its city writes.

    Nothing but the city and the language is required for a draft; what publication needs
    is asked for at submission, and stays required from then on. ``saved_at`` is the moment
    of the version that the person began from: a later one is not overwritten unseen.
    """

    saved_at = forms.CharField(required=False, widget=forms.HiddenInput)
    partnerships = forms.ModelMultipleChoiceField(
        Partnership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Partnerships that carry it"),
    )

    class Meta:
        model = Practice
        fields = [
            "city",
            "original_language",
            "themes",
            "target_groups",
            "methods",
            "status",
            "started_on",
            "ended_on",
            "cost_band",
            "evidence",
        ]
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "target_groups": forms.CheckboxSelectMultiple,
            "methods": forms.CheckboxSelectMultiple,
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, cities, **kwargs):
        super().__init__(*args, **kwargs)
        self.before = self.instance.original_language
        self.fields["city"].queryset = cities
        complete = self.instance.state in COMPLETE_STATES
        self.fields["themes"].required = complete
        self.fields["saved_at"].initial = self._saved_at()
        self.fields["cost_band"].choices = [
            ("", _("not stated")),
            *Practice._meta.get_field("cost_band").choices,
        ]
        for name in TEXT_FIELDS:
            field = Practice._meta.get_field(name).formfield()
            if name in LONG_TEXTS:
                field.widget.attrs["rows"] = LONG_TEXTS[name]
            elif name != "title":
                field.widget.attrs["rows"] = 3
            field.widget.attrs["lang"] = self._language()
            field.required = complete and name in NEEDED_FOR_PUBLICATION
            if self.instance.pk:
                field.initial = self.instance.original(name)
            self.fields[name] = field
        self.fields["title"].validators.append(validate_one_line)
        if self.instance.pk:
            del self.fields["city"]
            partnerships = Partnership.objects.filter(city=self.instance.city)
            self.fields["partnerships"].initial = self.instance.partnerships.all()
        else:
            partnerships = Partnership.objects.filter(city__in=cities)
        self.fields["partnerships"].queryset = partnerships.select_related("city")
        if not partnerships.exists():
            del self.fields["partnerships"]

    def _saved_at(self):
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    def _language(self):
        chosen = self.data.get(self.add_prefix("original_language")) if self.is_bound else None
        if chosen not in dict(settings.LANGUAGES):
            chosen = self.initial.get("original_language") or self.instance.original_language
        return chosen or settings.LANGUAGE_CODE

    def clean_original_language(self):
        language = self.cleaned_data["original_language"]
        translated = {
            code for name in TEXT_FIELDS for code in self.instance.languages_of(name)
        } - {self.before}
        if self.instance.pk and language != self.before and translated:
            raise forms.ValidationError(
                _("This practice is translated already; its original language stays.")
            )
        return language

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("saved_at") != self._saved_at():
            # What is shown next is known to the person, who may then save over it.
            self.data = self.data.copy()
            self.data[self.add_prefix("saved_at")] = self._saved_at()
            self.add_error(
                None,
                _(
                    "Somebody else has saved this practice while you were writing. Your text is"
                    " below and not lost. Open the page once more beside this one to see theirs;"
                    " if you save now, yours replaces it."
                ),
            )
        city = cleaned.get("city") or (self.instance.pk and self.instance.city)
        partnerships = cleaned.get("partnerships", [])
        if city and any(partnership.city_id != city.pk for partnership in partnerships):
            self.add_error("partnerships", _("Choose partnerships of the same city."))
        return cleaned

    def _post_clean(self):
        # The texts belong to the columns of the language that the city writes in; the rules
        # of the database (a published practice has a title) are checked on those.
        language = self.cleaned_data.get("original_language") or self.before
        if language:
            for name in TEXT_FIELDS:
                if name in self.cleaned_data:
                    if self.before and self.before != language:
                        setattr(self.instance, f"{name}_{self.before}", "")
                    setattr(self.instance, f"{name}_{language}", self.cleaned_data[name])
        super()._post_clean()

    def _save_m2m(self):
        super()._save_m2m()
        if "partnerships" in self.fields:
            self.instance.partnerships.set(self.cleaned_data["partnerships"])

    @property
    def sections(self):
        """The form's parts in the order of writing: (heading, fields)."""
        parts = [
            (_("Which city, which language"), ["city", "original_language"]),
            (_("In short"), ["title", "summary"]),
            (_("The practice"), ["problem", "objectives", "how_it_works"]),
            (_("What came of it"), ["results", "lessons", "adoption_needs"]),
            (_("So that others find it"), ["themes", "target_groups", "methods"]),
            (
                _("Facts"),
                ["status", "started_on", "ended_on", "cost_band", "evidence", "partnerships"],
            ),
        ]
        return [
            (heading, [self[name] for name in names if name in self.fields])
            for heading, names in parts
        ]
