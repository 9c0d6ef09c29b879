from django.contrib import admin

from practices.digests.models import Delivery, Edition, News, Recipient, Subscription


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the machine writes is there to be read."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Recipient)
class RecipientAdmin(ReadOnlyAdmin):
    list_display = ["address", "zone", "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "email"]


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["recipient", "frequency", "language", "next_at", "created_at", "ended_at"]
    list_filter = ["frequency", "language"]
    list_select_related = ["recipient__user"]
    search_fields = ["recipient__user__email", "recipient__email"]


@admin.register(News)
class NewsAdmin(ReadOnlyAdmin):
    list_display = ["kind", "practice", "city", "at"]
    list_filter = ["kind"]
    list_select_related = ["practice", "city"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ["frequency", "due_at", "opened_at", "paused_at"]
    list_filter = ["frequency"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["recipient", "edition", "state", "attempts", "settled_at", "reason"]
    list_filter = ["state", "edition__frequency"]
    list_select_related = ["recipient__user", "edition"]
    show_full_result_count = False
