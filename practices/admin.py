from django.contrib import admin
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


class TermAdmin(TranslationAdmin):
    list_display = ["name_en", "slug", "position"]
    search_fields = ["name_en", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}


admin.site.register([TargetGroup, Method], TermAdmin)


@admin.register(Theme)
class ThemeAdmin(TermAdmin):
    list_display = ["name_en", "parent", "slug", "position"]
    list_select_related = ["parent"]


@admin.register(Practice)
class PracticeAdmin(TranslationAdmin):
    """For corrections; the way to publication is in the workspace."""

    list_display = ["__str__", "city", "original_language", "state", "published_at"]
    list_filter = ["state", "original_language", "city__country"]
    search_fields = [f"title_{code}" for code in LANGUAGE_CODES]
    autocomplete_fields = ["city"]
    filter_horizontal = ["themes", "target_groups", "methods"]
    readonly_fields = ["state", "published_at", "created_by"]

    def get_queryset(self, request):
        long_texts = [f"{field}_{code}" for field in TEXT_FIELDS[1:] for code in LANGUAGE_CODES]
        queryset = super().get_queryset(request).select_related("city")
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
