from django.contrib import admin

from practices.search.known_names import SearchWord


@admin.register(SearchWord)
class SearchWordAdmin(admin.ModelAdmin):
    list_display = ["word", "language", "kind", "value"]
    list_filter = ["kind", "language"]
    search_fields = ["word", "value"]
