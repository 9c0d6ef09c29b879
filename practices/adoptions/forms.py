"""Taking up a practice, saying what became of it, and writing letters."""

import uuid

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from practices.enums import AdoptionState
from practices.models import Adoption
from practices.models.adoption import LONGEST_LETTER


class LetterForm(forms.Form):
    """A letter. By its ``token`` the same letter, sent twice, is known to be one."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("your letter"),
        max_length=LONGEST_LETTER,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("An empty line starts a new paragraph. What is sent stays as it is."),
        error_messages={"required": _("Write something before you send the letter.")},
    )
    language = forms.ChoiceField(
        label=_("language"),
        choices=settings.LANGUAGES,
        help_text=_("The language that you write in."),
    )
    shows_address = forms.BooleanField(
        label=_("show them my e-mail address"),
        required=False,
        help_text=_(
            "People of both cities then see it with this letter, and can answer you directly."
        ),
    )

    def __init__(self, data=None, *, initial=None, **kwargs):
        super().__init__(data, initial={"token": uuid.uuid4(), **(initial or {})}, **kwargs)
        language = self.data.get("language") if self.is_bound else self.initial.get("language")
        if language in dict(settings.LANGUAGES):
            self.fields["text"].widget.attrs["lang"] = language

    def clean_token(self):
        try:
            return uuid.UUID(self.cleaned_data["token"])
        except ValueError:
            return uuid.uuid4()

    def clean_text(self):
        # Browsers send other line ends than files have.
        return self.cleaned_data["text"].replace("\r\n", "\n").strip()


class TakeUpForm(LetterForm):
    """Which city takes the practice up, how far it is, and first words, if any.

    *cities* are those that may; those that have done so already are not offered, yet taken
    where the form is sent a second time.
    """

    city = forms.ModelChoiceField(None, label=_("city"))
    state = forms.ChoiceField(
        label=_("where you are"),
        choices=[choice for choice in AdoptionState.choices if choice[0] != AdoptionState.STOPPED],
    )
    is_public = Adoption._meta.get_field("is_public").formfield()

    field_order = ["city", "state", "is_public", "text", "language", "shows_address"]

    def __init__(self, *args, cities, practice, **kwargs):
        super().__init__(*args, **kwargs)
        text = self.fields["text"]
        text.required = False
        text.label = _("first words to the city of origin")
        text.help_text = _("If you like: who you are, what you plan, what you want to know.")
        self.fields["city"].queryset = cities
        offered = [
            (city.pk, city.shown_name) for city in cities.exclude(adoptions__practice=practice)
        ]
        if len(offered) != 1:
            offered = [("", _("choose")), *offered]
        self.fields["city"].choices = offered


class AdoptionForm(forms.ModelForm):
    """What the adopting city says.

    ``saved_at`` is the moment of the version that the person began from: a later one is not
    overwritten unseen.
    """

    saved_at = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Adoption
        fields = ["state", "started_on", "language", "what_changed", "outcome", "is_public"]
        widgets = {
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "what_changed": forms.Textarea(attrs={"rows": 6}),
            "outcome": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.state_before = self.instance.state
        self.fields["saved_at"].initial = self._saved_at()
        chosen = self.data.get("language") if self.is_bound else None
        if chosen not in dict(settings.LANGUAGES):
            chosen = self.instance.language
        for name in ("what_changed", "outcome"):
            self.fields[name].widget.attrs["lang"] = chosen

    def _saved_at(self):
        return self.instance.updated_at.isoformat()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("saved_at") != self._saved_at():
            # What is shown next is known to the person, who may then save over it.
            self.data = self.data.copy()
            self.data["saved_at"] = self._saved_at()
            self.add_error(
                None,
                _(
                    "Somebody else has saved this while you were writing. Your text is below and"
                    " not lost. Open the page once more beside this one to see theirs; if you"
                    " save now, yours replaces it."
                ),
            )
        return cleaned
