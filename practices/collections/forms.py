"""Beginning and changing a collection, and adding a practice to one."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from practices.collections.models import Collection, CollectionItem

NEW = "new"


class BegunOnce(forms.Form):
    """By its ``token`` a form that is sent twice is known to be the same."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, initial=None, **kwargs):
        super().__init__(*args, initial={"token": uuid.uuid4(), **(initial or {})}, **kwargs)

    def clean_token(self):
        try:
            return uuid.UUID(self.cleaned_data["token"])
        except ValueError:
            return uuid.uuid4()


class CollectionForm(BegunOnce, forms.ModelForm):
    """What a collection is called and says of itself."""

    class Meta:
        model = Collection
        fields = ["title", "description", "language", "curator"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    @property
    def fields_given(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CopyForm(CollectionForm):
    """A copy keeps the language, in which its notes are written."""

    class Meta(CollectionForm.Meta):
        fields = ["title", "description"]


class NoteForm(forms.ModelForm):
    class Meta:
        model = CollectionItem
        fields = ["note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["lang"] = self.instance.collection.language


class AddForm(BegunOnce):
    """Which of one's *collections* a practice is added to, or the title of a new one."""

    collection = forms.ChoiceField(label=_("Add it to"), widget=forms.RadioSelect)
    title = Collection._meta.get_field("title").formfield(
        label=_("title of the new collection"), required=False
    )
    note = CollectionItem._meta.get_field("note").formfield(
        widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, collections, holding=(), **kwargs):
        """*holding* are the numbers of the collections that have the practice already."""
        super().__init__(*args, **kwargs)
        self.collections = {str(collection.pk): collection for collection in collections}
        field = self.fields["collection"]
        field.choices = [
            *(
                (key, self._label(collection, collection.pk in holding))
                for key, collection in self.collections.items()
            ),
            (NEW, _("a new collection")),
        ]
        field.initial = field.choices[0][0]
        if not self.collections:
            field.widget = field.hidden_widget()

    @staticmethod
    def _label(collection, holds_it):
        words = {"title": collection.title, "number": collection.number}
        if holds_it:
            return _("%(title)s (has it already)") % words
        return (
            ngettext(
                "%(title)s (%(number)d practice)",
                "%(title)s (%(number)d practices)",
                collection.number,
            )
            % words
        )

    @property
    def chosen(self):
        """The collection that was chosen; None stands for a new one."""
        return self.collections.get(self.cleaned_data["collection"])

    def clean(self):
        cleaned = super().clean()
        title, chosen = cleaned.get("title"), cleaned.get("collection")
        if chosen == NEW and not title and "title" not in self.errors:
            self.add_error("title", _("Say what the new collection is called."))
        if title and chosen and chosen != NEW:
            self.add_error(
                "title",
                _("Choose “a new collection” above to begin one with this title, or empty this."),
            )
        return cleaned
