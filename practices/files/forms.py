"""The files of a practice, with their texts, and rows for new ones: one form."""

import hashlib
import logging

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practices.files.changes import add
from practices.files.examination import examine
from practices.files.refusal import FileRefused
from practices.files.storage_failures import STORAGE_FAILURES
from practices.models import PracticeFile
from practices.models.practice_file import CONTENT_TYPES

ROWS_FOR_NEW = 3

logger = logging.getLogger(__name__)


def _text_field(name, language, help_text):
    field = PracticeFile._meta.get_field(name).formfield(required=False, help_text=help_text)
    field.widget.attrs["lang"] = language
    return field


def _texts_digest(description, alternative_text):
    return hashlib.sha256(repr([description, alternative_text]).encode()).hexdigest()


class TextsForm(forms.Form):
    """What is said of a file, in the language that the city writes in."""

    def __init__(self, *args, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["description"] = _text_field(
            "description", language, gettext_lazy("What it is, in a few words. Readers see it.")
        )
        self.fields["alternative_text"] = _text_field(
            "alternative_text",
            language,
            gettext_lazy(
                "A picture needs it, a document does not: what the picture shows, for those"
                " who cannot see it."
            ),
        )


class KnownFile(TextsForm):
    """The texts of a file that is there. ``began_from`` says what they were to the person."""

    began_from = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data, *, file, language):
        prefix = f"file-{file.pk}"
        # Who did not see this file says nothing of it.
        super().__init__(
            data if data is not None and f"{prefix}-began_from" in data else None,
            prefix=prefix,
            language=language,
            initial={
                "description": file.description,
                "alternative_text": file.alternative_text,
                "began_from": _texts_digest(file.description, file.alternative_text),
            },
        )
        self.file = file
        if file.is_image:
            self.fields["alternative_text"].required = True
        else:
            del self.fields["alternative_text"]

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        typed = cleaned["description"], cleaned.get("alternative_text", "")
        now = self.file.description, self.file.alternative_text
        began_from = cleaned["began_from"]
        self.is_change = typed != now and _texts_digest(*typed) != began_from
        if self.is_change and began_from != _texts_digest(*now):
            # What is shown next is known to the person, who may then save over it.
            self.data = self.data.copy()
            self.data[self.add_prefix("began_from")] = _texts_digest(*now)
            self.add_error(
                "description",
                _(
                    "Somebody else has changed this meanwhile, to: “%(theirs)s”. Yours is below"
                    " and not saved; if you save now, it replaces theirs."
                )
                % {"theirs": " / ".join(filter(None, now))},
            )
        return cleaned

    def write(self):
        """Save what the person changed; False when there is something to correct first."""
        if not self.is_bound:
            return True
        if not self.is_valid():
            return False
        if self.is_change:
            self.file.description = self.cleaned_data["description"]
            self.file.alternative_text = self.cleaned_data.get("alternative_text", "")
            self.file.save(update_fields=["description", "alternative_text"])
        return True


class NewFile(TextsForm):
    """A file to be added; a row left empty is none."""

    upload = forms.FileField(
        label=gettext_lazy("file"), required=False, allow_empty_file=True, max_length=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["upload"])
        self.examined = None
        self.fields["upload"].widget.attrs["accept"] = ",".join(CONTENT_TYPES.values())

    def clean_upload(self):
        sent = self.cleaned_data["upload"]
        if sent:
            try:
                self.examined = examine(sent)
            except FileRefused as refusal:
                raise forms.ValidationError(_said_of(sent.name, refusal)) from refusal
        return sent

    def clean(self):
        cleaned = super().clean()
        texts = cleaned.get("description"), cleaned.get("alternative_text")
        if any(texts) and not cleaned.get("upload") and "upload" not in self.errors:
            self.add_error("upload", _("Choose the file, also if you had chosen it before."))
        if self.examined and self.examined.is_image and not cleaned.get("alternative_text"):
            self.add_error(
                "alternative_text",
                _(
                    "Say what “%(name)s” shows to somebody who cannot see it,"
                    " and choose the picture once more."
                )
                % {"name": self.examined.name},
            )
        return cleaned

    def write(self, practice, person):
        """Add the file: (file, whether it is new), or None with the reason in the errors."""
        if not self.is_bound or not self.is_valid() or not self.examined:
            return None
        description = self.cleaned_data["description"]
        alternative_text = self.cleaned_data["alternative_text"]
        if not self.examined.is_image:
            # Only pictures have one; what was typed there tells of the document, too.
            description, alternative_text = description or alternative_text, ""
        try:
            return add(practice, self.examined, person, description, alternative_text)
        except FileRefused as refusal:
            self.add_error("upload", _said_of(self.examined.name, refusal))
        except STORAGE_FAILURES:
            logger.exception("A file could not be stored")
            self.add_error(
                "upload",
                _said_of(
                    self.examined.name,
                    _("It could not be stored now. Choose it again in some minutes."),
                ),
            )
        return None


def _said_of(name, refusal):
    return _("“%(name)s”: %(problem)s") % {"name": name, "problem": refusal}


class FilesForm:
    """All files of *practice*, whose row is locked when the form is written."""

    def __init__(self, practice, data=None, files=None):
        self.practice = practice
        self.language = practice.original_language
        self.known = [self._known(file, data) for file in practice.files.all()]
        self.new = [self._new(number, data, files) for number in range(ROWS_FOR_NEW)]
        self.added = []
        self.there_already = []

    def _known(self, file, data=None):
        return KnownFile(data, file=file, language=self.language)

    def _new(self, number, data=None, files=None):
        return NewFile(data, files, prefix=f"new-{number}", language=self.language)

    def write(self, person):
        """Save what can be saved; False when something is left to correct.

        What was saved is not asked for again: its row is an empty one afterwards.
        """
        for form in self.known:
            form.write()
        for number, form in enumerate(self.new):
            written = form.write(self.practice, person)
            if written is None:
                continue
            file, is_new = written
            self.new[number] = self._new(number)
            if is_new:
                self.added.append(file)
                self.known.append(self._known(file))
            else:
                self.there_already.append(file)
        return not self.problems

    @property
    def rows(self):
        """Each of the files with the one above and the one below it, or None."""
        files = [form.file for form in self.known]
        return zip(self.known, [None, *files], [*files[1:], None], strict=False)

    @property
    def offers_rows(self):
        """Whether there is room for more files, or something to correct about new ones."""
        return len(self.known) < settings.FILES_PER_PRACTICE or any(
            form.is_bound and form.errors for form in self.new
        )

    @property
    def problems(self):
        """Everything that was not saved: (where on the page, what)."""
        named = [(form, form.file.name) for form in self.known]
        named += [
            (form, _("File %(number)d") % {"number": number})
            for number, form in enumerate(self.new, start=1)
        ]
        return [
            (
                field.id_for_label,
                _("%(file)s – %(field)s: %(problem)s")
                % {"file": name, "field": field.label, "problem": error},
            )
            for form, name in named
            if form.is_bound
            for field in form
            for error in field.errors
        ]
