"""Writing a practice, part by part, in the language that the city writes in."""

import re
import uuid

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from efus.validators import validate_one_line
from practices.enums import COMPLETE_STATES, Licence
from practices.models import (
    NEEDED_FOR_PUBLICATION,
    RICH_TEXT_FIELDS,
    TEXT_FIELDS,
    Partnership,
    Practice,
)
from practices.publishing.examples import EXAMPLES
from practices.rich_text import links_in
from practices.versions import as_sent_once, fingerprint

ROWS = {
    "summary": 4,
    "problem": 6,
    "objectives": 5,
    "how_it_works": 12,
    "results": 6,
    "lessons": 6,
}
FEWEST_ROWS = 4

LINK = re.compile(r"\]\(\s*<?([^)\s>]*)")


class CommentForm(forms.Form):
    """Why a step is taken, for the people who are told of it."""

    comment = forms.CharField(
        label=_("comment"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say why, and what should be changed. The writers read it in a mail."),
    )


def validate_links(text):
    """Raise ``ValidationError`` where *text* has a link that leads nowhere."""
    known = set(links_in(text))
    for address in LINK.findall(text):
        if address not in known and address.replace("&amp;", "&") not in known:
            raise forms.ValidationError(
                _(
                    "The link to “%(address)s” leads nowhere. Give its whole address,"
                    " beginning with https://"
                ),
                params={"address": address},
            )


def text_field(name, language):
    """The form field of the text *name*, written in *language*."""
    field = Practice._meta.get_field(name).formfield()
    if name != "title":
        field.widget.attrs["rows"] = ROWS.get(name, FEWEST_ROWS)
    if name in RICH_TEXT_FIELDS:
        field.widget.attrs["data-rich-text"] = "true"
        field.validators.append(validate_links)
    field.widget.attrs["lang"] = language
    field.example = EXAMPLES[name]
    return field


class NewPracticeForm(forms.ModelForm):
    """What is asked before one writes: which city, which language, what to call it.

    ``begun_with`` tells the form sent twice from two practices.
    """

    begun_with = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Practice
        fields = ["city", "original_language"]

    def __init__(self, *args, cities, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["begun_with"].initial = uuid.uuid4
        self.fields["city"].queryset = cities
        self.fields["title"] = text_field("title", self._language())
        self.fields["title"].validators.append(validate_one_line)
        self.fields["title"].required = False

    def _language(self):
        chosen = self.data.get("original_language") or self.initial.get("original_language")
        return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    def _post_clean(self):
        language = self.cleaned_data.get("original_language")
        if language and "title" in self.cleaned_data:
            setattr(self.instance, f"title_{language}", self.cleaned_data["title"])
        self.instance.begun_with = self.cleaned_data.get("begun_with")
        super()._post_clean()

    def validate_unique(self):
        """The form sent twice is no mistake of the person's; the view leads on."""


class StepForm(forms.ModelForm):
    """One part of a practice.

    What publication needs is asked for at submission, and stays required from then on.
    ``seen`` says what the part held when the person began: what somebody else has saved there
    since is shown, and not overwritten unseen.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    partnerships = forms.ModelMultipleChoiceField(
        Partnership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Partnerships that carry it"),
    )

    class Meta:
        model = Practice
        fields = [
            "original_language",
            "themes",
            "target_groups",
            "methods",
            "status",
            "started_on",
            "ended_on",
            "cost_band",
            "evidence",
            "licence",
        ]
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "target_groups": forms.CheckboxSelectMultiple,
            "methods": forms.CheckboxSelectMultiple,
            "licence": forms.RadioSelect,
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        self.before = self.instance.original_language
        complete = self.instance.state in COMPLETE_STATES
        self._prepare_partnerships()
        for name in set(self.fields) - {"seen", *step.fields}:
            del self.fields[name]
        for name in TEXT_FIELDS:
            if name in step.fields:
                self.fields[name] = text_field(name, self._language())
                self.fields[name].initial = self.instance.original(name)
        if "title" in self.fields:
            self.fields["title"].validators.append(validate_one_line)
        if "cost_band" in self.fields:
            choices = Practice._meta.get_field("cost_band").choices
            self.fields["cost_band"].choices = [("", _("not stated")), *choices]
        if "licence" in self.fields:
            self.fields["licence"].choices = [
                (licence.value, f"{licence.label}: {licence.meaning}") for licence in Licence
            ]
        for name in self.fields:
            if name in NEEDED_FOR_PUBLICATION or name in TEXT_FIELDS or name == "themes":
                self.fields[name].required = complete and name in NEEDED_FOR_PUBLICATION
            self.fields[name].example = EXAMPLES.get(name)
        self.order_fields(["seen", *step.fields])
        self.saved = {name: self._saved(name) for name in step.fields if name in self.fields}
        self.fields["seen"].initial = self._fingerprint()

    def _prepare_partnerships(self):
        partnerships = Partnership.objects.filter(city=self.instance.city)
        self.fields["partnerships"].queryset = partnerships.select_related("city")
        self.fields["partnerships"].initial = self.instance.partnerships.all()
        if "partnerships" in self.step.fields and not partnerships.exists():
            del self.fields["partnerships"]

    def _language(self):
        chosen = self.data.get(self.add_prefix("original_language")) if self.is_bound else None
        return chosen if chosen in dict(settings.LANGUAGES) else self.before

    def _saved(self, name):
        """What the practice holds of the field *name*, as JSON has it."""
        if name in TEXT_FIELDS:
            return as_sent_once(self.instance.original(name))
        value = getattr(self.instance, name)
        if hasattr(value, "values_list"):
            return sorted(value.values_list("pk", flat=True))
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _typed(self, name):
        """The same of what was typed."""
        value = self.cleaned_data.get(name)
        if hasattr(value, "values_list"):
            return sorted(value.values_list("pk", flat=True))
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _fingerprint(self):
        return fingerprint(self.saved)

    def clean_original_language(self):
        language = self.cleaned_data["original_language"]
        translated = {
            code for name in TEXT_FIELDS for code in self.instance.languages_of(name)
        } - {self.before}
        if language != self.before and translated:
            raise forms.ValidationError(
                _("This practice is translated already; its original language stays.")
            )
        return language

    def clean(self):
        cleaned = super().clean()
        for name in TEXT_FIELDS:
            if name in cleaned:
                cleaned[name] = as_sent_once(cleaned[name])
        differing = [
            name
            for name, saved in self.saved.items()
            if name in cleaned and self._typed(name) != saved
        ]
        if differing and cleaned.get("seen") != self._fingerprint():
            # What is shown next is known to the person, who may then save over it.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self._fingerprint()
            for name in differing:
                self.fields[name].saved_meanwhile = self._shown(name)
            self.add_error(
                None,
                _(
                    "This part has been saved while you were writing: by somebody else, or by you"
                    " in another window. Your text is below and not lost, with the saved text"
                    " beside it; if you save now, yours replaces it."
                ),
            )
        return cleaned

    @property
    def changes_nothing(self):
        """Whether what was typed is what the practice holds already."""
        return self.is_valid() and all(
            self._typed(name) == saved for name, saved in self.saved.items()
        )

    def _shown(self, name):
        """What the practice holds of the field *name*, as a reader sees it."""
        if name in TEXT_FIELDS:
            return self.saved[name] or _("nothing")
        field = self.fields[name]
        chosen = self.saved[name] if isinstance(self.saved[name], list) else [self.saved[name]]
        if not hasattr(field, "choices"):
            return self.saved[name] or _("nothing")
        labels = [str(label) for value, label in field.choices if value in chosen]
        if hasattr(field, "queryset"):
            labels = [str(row) for row in field.queryset if row.pk in chosen]
        return ", ".join(labels) or _("nothing")

    def _post_clean(self):
        # The texts belong to the columns of the language that the city writes in; the rules
        # of the database (a published practice has a title) are checked on those.
        language = self.cleaned_data.get("original_language") or self.before
        if language != self.before:
            for name in TEXT_FIELDS:
                setattr(self.instance, f"{name}_{language}", self.instance.original(name))
                setattr(self.instance, f"{name}_{self.before}", "")
        for name in TEXT_FIELDS:
            if name in self.cleaned_data:
                setattr(self.instance, f"{name}_{language}", self.cleaned_data[name])
        super()._post_clean()

    def _save_m2m(self):
        super()._save_m2m()
        if "partnerships" in self.fields:
            self.instance.partnerships.set(self.cleaned_data["partnerships"])
