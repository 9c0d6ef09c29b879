"""Entering organisations and partnerships, in the words of their city."""

import hashlib
import re

from django import forms
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus.spelling import fold
from efus.validators import validate_one_line
from practices.enums import PartnerRole
from practices.models import Organisation, Partner, Partnership, Practice
from practices.partnerships.known_models import models_of

MOST_OFFERED = 5  # organisations of nearly the same name
FEWEST_PARTNERS = 2
FEWEST_ROWS = 3
MOST_ROWS = 40
ROWS = "partners"
ANYWAY = "anyway"


class OrganisationForm(forms.ModelForm):
    """An organisation. Before one is added, those of nearly the same name are offered.

    After validation ``taken`` is the organisation that the person chose of these, or None.
    """

    asked_about = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = forms.CharField(
        required=False,
        widget=forms.RadioSelect,
        label=_("In the list already"),
        help_text=_("Do you mean one of these? Their names are similar."),
    )

    website = forms.URLField(
        label=_("website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Organisation
        fields = ["city", "name", "kind", "website"]

    def __init__(self, *args, cities, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken = None
        self.offered = []
        if self.instance.pk:
            for name in ("city", "answer", "asked_about"):
                del self.fields[name]
        else:
            self.fields["city"].queryset = cities

    def _get_validation_exclusions(self):
        # The city of an organisation stays, yet the rule of one name per city is checked.
        return super()._get_validation_exclusions() - {"city"}

    def clean(self):
        cleaned = super().clean()
        city, name = cleaned.get("city"), cleaned.get("name")
        if not self.instance.pk and city and name:
            self._offer(city, name)
        return cleaned

    def _offer(self, city, name):
        self.offered = list(city.organisations.resembling(name)[:MOST_OFFERED])
        if not self.offered:
            return
        answer = self.cleaned_data.get("answer")
        asked_about = self.cleaned_data.get("asked_about")
        self.taken = next((row for row in self.offered if str(row.pk) == answer), None)
        self.fields["answer"].widget.choices = [
            *[(str(row.pk), f"{row.name} ({row.get_kind_display()})") for row in self.offered],
            (ANYWAY, _("None of these: add mine")),
        ]
        # The answer is about the name that was asked about; another name is asked about anew.
        self.data = self.data.copy()
        self.data[self.add_prefix("asked_about")] = fold(name)
        if not self.taken and (answer != ANYWAY or asked_about != fold(name)):
            self.data.pop(self.add_prefix("answer"), None)
            self.add_error(
                "answer", _("Choose one of these, or choose to add yours, and save again.")
            )

    def write(self):
        """Check and save; False when one of those there is taken, or there are errors."""
        if not self.is_valid() or self.taken:
            return False
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error(None, _("Somebody else has entered this just now. Save again."))
            return False
        return True

    @property
    def visible(self):
        """The fields in the order of writing; the question comes first once it is asked."""
        names = ["answer"] if self.offered else []
        return [self[name] for name in [*names, *self.Meta.fields] if name in self.fields]


class PartnerRow(forms.Form):
    """One organisation and its part; a row left empty is no partner."""

    organisation = forms.ChoiceField(label=_("organisation"), required=False)
    role = forms.ChoiceField(
        label=_("role"), required=False, choices=[("", _("choose")), *PartnerRole.choices]
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = choices

    def clean(self):
        cleaned = super().clean()
        organisation, role = cleaned.get("organisation"), cleaned.get("role")
        if organisation and not role and "role" not in self.errors:
            self.add_error("role", _("Choose what this organisation does."))
        if role and not organisation and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose an organisation, or empty the role as well."))
        return cleaned


class PartnerRows(forms.BaseFormSet):
    """The partners of a partnership: two at least, each once."""

    default_error_messages = {
        "too_many_forms": _("A partnership has at most %(num)d partners here."),
    }

    def clean(self):
        # A row that is not complete yet counts here; it is told of where it stands.
        filled = [row for row in self.forms if row.has_changed()]
        if len(filled) < FEWEST_PARTNERS:
            raise forms.ValidationError(
                _("A partnership joins two organisations at least: fill in two rows.")
            )
        named = [row.cleaned_data.get("organisation") for row in filled if row.is_valid()]
        named = [organisation for organisation in named if organisation]
        if len(named) != len(set(named)):
            raise forms.ValidationError(
                _("An organisation stands in two rows. Keep one and empty the other.")
            )

    @property
    def partners(self):
        """(number of the organisation, role) of each partner."""
        return [
            (int(row.cleaned_data["organisation"]), row.cleaned_data["role"])
            for row in self.forms
            if row.cleaned_data.get("organisation")
        ]


PartnerRowSet = forms.formset_factory(
    PartnerRow, PartnerRows, extra=0, max_num=MOST_ROWS, validate_max=True
)


def number_of_rows(data):
    """How many rows were sent: they are counted, whatever the page says of their number."""
    names = (re.fullmatch(rf"{ROWS}-([0-9]{{1,3}})-(organisation|role)", name) for name in data)
    return max((int(name[1]) + 1 for name in names if name), default=0)


class PartnershipForm(forms.ModelForm):
    """A partnership of one city, with its partners (``rows``) and the practices it carries.

    ``began_from`` says which version the person began from: a later one is not overwritten
    unseen.
    """

    began_from = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Partnership
        fields = ["original_language", "formality", "model", "since", "practices"]
        widgets = {
            "since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "practices": forms.CheckboxSelectMultiple,
            "model": forms.TextInput(attrs={"list": "models", "autocomplete": "off"}),
        }

    def __init__(self, data=None, *, instance, initial=None, rows=None):
        super().__init__(data, instance=instance, initial=initial)
        self.city = instance.city
        self.before = instance.original_language
        name = Partnership._meta.get_field("name").formfield()
        name.required = True
        name.validators.append(validate_one_line)
        name.widget.attrs["lang"] = self._language()
        if instance.pk:
            name.initial = instance.original("name")
        self.fields["name"] = name
        self.fields["model"].validators.append(validate_one_line)
        self.fields["since"].help_text = _("Where only the year is known, take 1 January.")
        self.fields["began_from"].initial = self._version()
        carried = Practice.objects.filter(city=self.city).as_links(get_language())
        self.fields["practices"].queryset = carried.order_by("pk")
        if rows is None and data is None:
            rows = [
                {"organisation": str(partner.organisation_id), "role": partner.role}
                for partner in self._partners
            ] + [{}]
        self.rows = PartnerRowSet(
            self._with_row_count(data),
            prefix=ROWS,
            initial=rows if data is None else None,
            form_kwargs={"choices": self._organisations},
        )
        if data is None:
            self.rows.extra = max(FEWEST_ROWS - len(rows), 0)

    @staticmethod
    def _with_row_count(data):
        if data is None:
            return None
        count = {f"{ROWS}-TOTAL_FORMS": number_of_rows(data), f"{ROWS}-INITIAL_FORMS": 0}
        counted = data.copy()
        for name, number in count.items():
            counted[name] = number
        return counted

    @classmethod
    def as_typed(cls, data, instance, *, more_rows=0):
        """The form filled with *data* that nobody has asked to save yet, so it is not judged."""
        total = number_of_rows(data)
        if total >= MOST_ROWS:
            more_rows = 0
        rows = [
            {name: data.get(f"{ROWS}-{number}-{name}", "") for name in ("organisation", "role")}
            for number in range(total + more_rows)
        ]
        form = cls(instance=instance, rows=rows)
        for name, field in form.fields.items():
            form.initial[name] = field.widget.value_from_datadict(data, {}, name)
        form.fields["name"].widget.attrs["lang"] = form._language()
        if more_rows:
            form.rows.forms[total].fields["organisation"].widget.attrs["autofocus"] = True
        return form

    @cached_property
    def _partners(self):
        return list(self.instance.partners.all()) if self.instance.pk else []

    @cached_property
    def _organisations(self):
        return [
            ("", _("choose")),
            *[
                (str(row.pk), f"{row.name} ({row.get_kind_display()})")
                for row in self.city.organisations.order_by("folded_name", "pk")
            ],
        ]

    @cached_property
    def suggested_models(self):
        """What the field “model” proposes."""
        return models_of(self.city.country)

    def _language(self):
        chosen = self.data.get("original_language") if self.is_bound else None
        if chosen not in dict(settings.LANGUAGES):
            chosen = self.initial.get("original_language") or self.instance.original_language
        return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    def _version(self):
        """What the stored partnership is known by; it changes with all that this form shows."""
        if not self.instance.pk:
            return ""
        row = self.instance
        shown = [
            row.original_language,
            row.original("name"),
            row.formality,
            row.model,
            str(row.since),
            [(partner.organisation_id, partner.role) for partner in self._partners],
            sorted(practice.pk for practice in row.practices.all().only("pk")),
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def clean_original_language(self):
        language = self.cleaned_data["original_language"]
        translated = set(self.instance.languages_of("name")) - {self.before}
        if self.instance.pk and language != self.before and translated:
            raise forms.ValidationError(
                _("This partnership is translated already; its original language stays.")
            )
        return language

    def clean(self):
        cleaned = super().clean()
        version = self._version()
        if self.instance.pk and cleaned.get("began_from") != version:
            # What is shown next is known to the person, who may then save over it.
            self.data = self.data.copy()
            self.data["began_from"] = version
            self.add_error(
                None,
                _(
                    "Somebody else has changed this partnership while you were writing. What you"
                    " typed is below and not lost. Open the page once more beside this one to see"
                    " theirs; if you save now, yours replaces it."
                ),
            )
        return cleaned

    def _post_clean(self):
        # As in PracticeForm: the name belongs to the column of the city's language.
        language = self.cleaned_data.get("original_language") or self.before
        if language and "name" in self.cleaned_data:
            if self.before and self.before != language:
                setattr(self.instance, f"name_{self.before}", "")
            setattr(self.instance, f"name_{language}", self.cleaned_data["name"])
        super()._post_clean()

    def is_valid(self):
        rows_are_valid = self.rows.is_valid()
        return super().is_valid() and rows_are_valid

    def _lock(self):
        # So that of two who save at once the second is told of the first.
        self.instance = Partnership.objects.select_for_update().get(pk=self.instance.pk)
        self.before = self.instance.original_language
        self.__dict__.pop("_partners", None)

    def _save_with_partners(self):
        partnership = self.save()
        for organisation, role in self.rows.partners:
            Partner.objects.update_or_create(
                partnership=partnership, organisation_id=organisation, defaults={"role": role}
            )
        partnership.partners.exclude(
            organisation__in=[organisation for organisation, _role in self.rows.partners]
        ).delete()
        # What the database checks at the end of a transaction, it checks now: its refusal
        # is raised here, where it can be answered.
        connection.check_constraints()

    def write(self):
        """Check and save; False, with the reason among the errors, when that cannot be."""
        is_new = not self.instance.pk
        try:
            with transaction.atomic():
                if not is_new:
                    self._lock()
                if not self.is_valid():
                    return False
                self._save_with_partners()
        except (IntegrityError, Partnership.DoesNotExist):
            if is_new:
                self.instance = Partnership(city=self.city)
            self.add_error(
                None,
                _(
                    "This could not be saved: an organisation, a practice or the partnership"
                    " itself was changed or deleted just now. What you typed is below. Check the"
                    " rows and save again."
                ),
            )
            return False
        return True

    @property
    def sections(self):
        """The form's parts but the rows: (heading, fields)."""
        return [
            (_("The partnership"), [self["original_language"], self["name"]]),
            (_("How it works together"), [self["formality"], self["model"], self["since"]]),
        ]

    @property
    def problems(self):
        """Everything that keeps it from being saved: (where on the page, what)."""
        if not self.is_bound:
            return []
        found = [("", error) for error in self.non_field_errors()]
        found += [("partners", error) for error in self.rows.non_form_errors()]
        for form in [self, *self.rows.forms]:
            found += [
                (field.id_for_label or field.auto_id, f"{capfirst(field.label)}: {error}")
                for field in form
                for error in field.errors
            ]
        return found
