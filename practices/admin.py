from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from modeltranslation.admin import TranslationAdmin

from practices.models import (
    TEXT_FIELDS,
    Method,
    Organisation,
    Partner,
    Partnership,
    Practice,
    TargetGroup,
    Theme,
)
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.models import Translation


class TermAdmin(TranslationAdmin):
    """Terms in use stay."""

    list_display = ["name_en", "slug", "position"]
    search_fields = ["name_en", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.is_used)


admin.site.register([TargetGroup, Method], TermAdmin)


@admin.register(Theme)
class ThemeAdmin(TermAdmin):
    list_display = ["name_en", "parent", "slug", "position"]
    list_select_related = ["parent"]


class PracticeAdminForm(forms.ModelForm):
    def _get_validation_exclusions(self):
        # The state is shown only, yet what it demands of the title is checked.
        return super()._get_validation_exclusions() - {"state"}

    def clean_original_language(self):
        language = self.cleaned_data["original_language"]
        changed = self.instance.pk and language != self.instance.original_language
        if changed and self.instance.translations.exists():
            raise forms.ValidationError(
                _("This practice is translated already; its original language stays.")
            )
        return language

    def clean_city(self):
        city = self.cleaned_data["city"]
        if self.instance.pk and self.instance.adoptions.filter(city=city).exists():
            raise forms.ValidationError(
                _(
                    "This city has taken the practice up from another city,"
                    " so it cannot be moved there."
                )
            )
        return city


@admin.register(Practice)
class PracticeAdmin(TranslationAdmin):
    """For corrections; the way to publication is in the workspace."""

    form = PracticeAdminForm
    list_display = ["__str__", "city", "original_language", "state", "published_at"]
    list_filter = ["state", "original_language", "city__country"]
    search_fields = [f"title_{code}" for code in LANGUAGE_CODES]
    autocomplete_fields = ["city"]
    filter_horizontal = ["themes", "target_groups", "methods"]
    readonly_fields = ["state", "published_at", "created_by"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        Translation.objects.record_missing(obj, by=request.user)

    def get_queryset(self, request):
        long_texts = [f"{field}_{code}" for field in TEXT_FIELDS[1:] for code in LANGUAGE_CODES]
        queryset = super().get_queryset(request).select_related("city")
        if request.method == "POST" and request.resolver_match.url_name.endswith("_change"):
            # A step to publication at the same moment must not be undone by saving the row.
            return queryset.select_for_update(of=["self"])
        if request.resolver_match.url_name.endswith("changelist"):
            queryset = queryset.defer(*long_texts)
        return queryset


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "city"]
    list_filter = ["kind"]
    list_select_related = ["city"]
    search_fields = ["name", "city__official_name"]
    autocomplete_fields = ["city"]


class PartnerInline(admin.TabularInline):
    model = Partner
    extra = 0
    min_num = 2
    validate_min = True
    autocomplete_fields = ["organisation"]


@admin.register(Partnership)
class PartnershipAdmin(TranslationAdmin):
    list_display = ["__str__", "city", "formality", "model"]
    list_filter = ["formality"]
    list_select_related = ["city"]
    inlines = [PartnerInline]
    autocomplete_fields = ["city"]
    raw_id_fields = ["practices"]
