"""Offering a correction, and deciding on one."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from practices.models import TEXT_FIELDS, Practice
from practices.translations.corrections.models import Correction
from practices.translations.forms import TranslationForm
from practices.translations.models import original_texts
from practices.versions import as_sent_once, fingerprint, texts_in
from practices.word_comparison import compare, marked


class CorrectionForm(TranslationForm):
    """The texts of a translation as they should be; ``changed_texts`` has those that differ.

    It begins with the present translation, or with *correction*, which the person offered
    before. What is left empty is not changed.
    """

    another_saved = _(
        "The translation has been changed while you were writing. Your text is below and not"
        " lost, with the translation as it is now under it. Compare them, then offer yours again."
    )

    def __init__(self, *args, correction=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["remark"] = Correction._meta.get_field("remark").formfield(
            widget=forms.Textarea(attrs={"rows": 4})
        )
        if correction:
            self.fields["remark"].initial = correction.remark
            for name, text in correction.texts.items():
                self.fields[name].initial = text

    def check_something_is_written(self):
        if self.translation is None:
            self.add_error(None, _("This translation is gone, so there is nothing to correct."))
        elif not self.changed_texts:
            self.add_error(None, _("Nothing differs from the translation. Change a text first."))

    @property
    def changed_texts(self):
        typed = {name: as_sent_once(self.cleaned_data.get(name)) for name in TEXT_FIELDS}
        return {
            name: text for name, text in typed.items() if text and text != self.translated[name]
        }


@dataclass(frozen=True)
class OfferedText:
    """One of the texts of a correction, beside the original and the present translation."""

    name: str
    label: str
    original: str
    changes: str  # from the present translation to the text offered, marked
    original_changed: bool  # since it was offered
    translation_changed: bool
    chosen: bool


class DecisionForm(forms.Form):
    """Which texts of a correction are accepted, or why it is declined.

    ``seen`` says what the person has seen: acceptance is of that.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    texts = forms.MultipleChoiceField(label=_("Texts"), required=False)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is mailed to the person who offered it. When you decline, say why."),
    )

    def __init__(self, *args, correction, practice, **kwargs):
        super().__init__(*args, **kwargs)
        self.correction = correction
        self.originals = original_texts(practice)
        self.translated = texts_in(practice, correction.language)
        self.names = [name for name in TEXT_FIELDS if name in correction.texts]
        self.fields["texts"].choices = [(name, name) for name in self.names]
        self.fields["seen"].initial = self._seen()

    def _seen(self):
        texts = [self.originals, self.translated, self.correction.texts, self.correction.remark]
        return fingerprint(texts)

    @property
    def decision(self):
        """Which button was pressed."""
        return self.data.get("decision")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("seen") != self._seen():
            # What is shown next is known to the person, who may then decide.
            self.data = self.data.copy()
            self.data["seen"] = self._seen()
            self.add_error(
                None,
                _(
                    "The correction, the translation or the original has been changed while you"
                    " were reading. You see all of them as they are now: look again and decide."
                ),
            )
        if self.decision not in ("accept", "decline"):
            self.add_error(None, _("Choose whether you accept or decline it."))
        elif self.decision == "accept" and not cleaned.get("texts"):
            self.add_error("texts", _("Choose the texts that you accept, or decline."))
        elif self.decision == "decline" and not cleaned.get("answer"):
            self.add_error("answer", _("Say why you decline it."))
        return cleaned

    @property
    def rows(self):
        """The texts offered; those of which the translation has changed are not chosen yet."""
        before = self.correction.translation_snapshot
        found = []
        for name in self.names:
            translation_changed = before[name] != self.translated[name]
            found.append(
                OfferedText(
                    name,
                    Practice._meta.get_field(name).verbose_name,
                    self.originals[name],
                    marked(compare(self.translated[name], self.correction.texts[name])),
                    self.correction.original_snapshot[name] != self.originals[name],
                    translation_changed,
                    name in self.data.getlist("texts")
                    if self.is_bound
                    else not translation_changed,
                )
            )
        return found
