"""Translating a practice, text beside text."""

import re
from dataclasses import dataclass

from django import forms
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from efus.validators import validate_one_line
from practices.models import TEXT_FIELDS, Practice
from practices.translations.enums import TranslationState
from practices.translations.glossary.terms import terms_for, terms_in
from practices.translations.models import original_texts
from practices.translations.saving import save_translation
from practices.versions import fingerprint, texts_in
from practices.word_comparison import compare, marked

CHARACTERS_A_ROW = 50
FEWEST_ROWS, MOST_ROWS = 2, 16
EMPTY_LINES_BEFORE = re.compile(r"\A(?:[^\S\r\n]*\r?\n)+")
MOST_PARAGRAPHS = 100  # of one text, each with a field; a form has room for 1000 fields


def paragraphs_of(text):
    """The paragraphs of *text*, which empty lines part."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


class TextInParagraphs(forms.Textarea):
    """A text that may come in several fields of one name, one for each paragraph."""

    def value_from_datadict(self, data, files, name):
        parts = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        if len(parts) == 1:
            return parts[0]
        # The indentation of a list below another one is a part of the text.
        whole = (EMPTY_LINES_BEFORE.sub("", part).rstrip() for part in parts)
        return "\n\n".join(part for part in whole if part)


@dataclass(frozen=True)
class Pair:
    """A part of the original, its changes marked, and the field beside it."""

    label: str
    original: str
    field_id: str
    field: str


@dataclass(frozen=True)
class TextRow:
    """One of the texts of a practice: its pairs, and what there is to say about it."""

    bound: forms.BoundField
    label: str
    pairs: list
    has_changed: bool
    theirs: str  # what somebody else has saved meanwhile
    terms: list  # of the glossary, that occur in the original


class TranslationForm(forms.Form):
    """The texts of a practice in one language; any of them may be left for later.

    ``seen_original`` and ``seen_translation`` say which version the person began from: a
    later translation is not overwritten unseen, and what is saved as a translation of the
    original is one of the original that the person saw.
    """

    another_saved = gettext_lazy(
        "Somebody else has saved this translation while you were writing. Your text is below"
        " and not lost, with theirs under it; if you save now, yours replaces it."
    )

    seen_original = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_translation = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, practice, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.language = language
        self.translation = practice.translations.filter(language=language).first()
        self.originals = original_texts(practice)
        self.translated = texts_in(practice, language)
        self._terms = terms_for(practice.original_language, language)
        self._told_of_another = False
        self.fields["seen_original"].initial = fingerprint(self.originals)
        self.fields["seen_translation"].initial = fingerprint(self.translated)
        for name in TEXT_FIELDS:
            field = Practice._meta.get_field(name).formfield()
            field.required = False
            field.help_text = ""
            field.initial = self.translated[name]
            if name == "title":
                field.validators.append(validate_one_line)
            else:
                field.widget = TextInParagraphs(attrs=field.widget.attrs)
            field.widget.attrs["lang"] = language
            self.fields[name] = field

    def clean(self):
        cleaned = super().clean()
        if self.language == self.practice.original_language:
            self.add_error(
                None,
                _(
                    "The city writes this practice in %(language)s itself now, so it is not"
                    " translated into that. Copy what you need of your text."
                )
                % {"language": get_language_info(self.language)["name_translated"]},
            )
            return cleaned
        if cleaned.get("seen_original") != fingerprint(self.originals):
            self._show_next("seen_original")
            self.add_error(
                None,
                _(
                    "The original has been changed while you were writing. Your text is below"
                    " and not lost. Compare it with the original as it is now, then save again."
                ),
            )
        if cleaned.get("seen_translation") != fingerprint(self.translated):
            self._told_of_another = True
            self._show_next("seen_translation")
            self.add_error(
                None,
                self.another_saved,
            )
        if not self.errors:
            self.check_something_is_written()
        return cleaned

    def check_something_is_written(self):
        typed = any(self.cleaned_data.get(name) for name in TEXT_FIELDS)
        if not typed and not any(self.translated.values()):
            self.add_error(None, _("Nothing is translated yet. Write one of the texts at least."))

    def _show_next(self, name):
        # What is shown next is known to the person, who may then save over it.
        self.data = self.data.copy()
        self.data[self.add_prefix(name)] = self.fields[name].initial

    def save(self, user):
        """Save the texts, as reviewed by *user*; None where nothing is left of them."""
        texts = {name: self.cleaned_data[name] for name in TEXT_FIELDS}
        return save_translation(
            self.practice, self.language, texts, TranslationState.REVIEWED, user
        )

    @property
    def rows(self):
        """The texts that have an original, a translation or something typed."""
        return [
            self._row(name)
            for name in TEXT_FIELDS
            if self.originals[name] or self.translated[name] or self[name].value()
        ]

    def _row(self, name):
        bound = self[name]
        original = self.originals[name]
        before = self.translation.original_snapshot[name] if self.translation else original
        label = str(bound.label)
        texts = [paragraphs_of(text) for text in (original, bound.value() or "", before)]
        if (
            name != "title"
            and 1 < len(texts[0]) <= MOST_PARAGRAPHS
            and len({len(parts) for parts in texts}) == 1
        ):
            many = len(texts[0])
            pairs = [
                self._pair(
                    bound,
                    _("%(text)s, paragraph %(number)s of %(many)s")
                    % {"text": label, "number": number, "many": many},
                    *parts,
                    suffix="" if number == 1 else f"_{number}",
                )
                for number, parts in enumerate(zip(*texts, strict=True), start=1)
            ]
        else:
            pairs = [self._pair(bound, label, original, bound.value() or "", before)]
        theirs = self.translated[name]
        differs = self._told_of_another and theirs != self.cleaned_data.get(name)
        return TextRow(
            bound,
            label,
            pairs,
            before != original,
            theirs if differs else "",
            terms_in(original, self._terms),
        )

    def _pair(self, bound, label, original, text, before, suffix=""):
        field_id = f"{bound.auto_id}{suffix}"
        length = max(len(original), len(text))
        rows = min(max(length // CHARACTERS_A_ROW + 1, FEWEST_ROWS), MOST_ROWS)
        attributes = {"id": field_id}
        if bound.name != "title":
            attributes["rows"] = rows
        if bound.errors:
            attributes |= {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}_error"}
        return Pair(
            label,
            original if before == original else marked(compare(before, original)),
            field_id,
            bound.field.widget.render(
                bound.html_name, text, bound.build_widget_attrs(attributes, bound.field.widget)
            ),
        )
