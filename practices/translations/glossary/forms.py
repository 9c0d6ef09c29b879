from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from practices.translations.glossary.models import GlossaryTerm


class GlossaryTermForm(forms.ModelForm):
    class Meta:
        model = GlossaryTerm
        fields = ["source_language", "target_language", "source_term", "target_term", "note"]

    def write(self):
        """Check and save; False when there are errors."""
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error(None, _("Somebody else has entered this just now. Save again."))
            return False
        return True
