from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from cities.models import City, Membership, Seat


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(City)
class CityAdmin(TranslationAdmin):
    list_display = ["official_name", "country", "kind", "population"]
    list_filter = ["kind", "country"]
    search_fields = ["official_name", "listed_as"]
    inlines = [MembershipInline]


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    list_display = ["user", "city", "role", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["user", "city"]
    search_fields = ["user__email", "city__official_name"]
    autocomplete_fields = ["user", "city"]
