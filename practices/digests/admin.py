from django.contrib import admin

from practices.digests.models import Delivery, Edition, Subscription


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the machine writes is there to be read."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["user", "frequency", "language", "created_at", "ended_at"]
    list_filter = ["frequency", "language"]
    list_select_related = ["user"]
    search_fields = ["user__email"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ["frequency", "starts_at", "ends_at", "opened_at"]
    list_filter = ["frequency"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["subscription", "edition", "state", "attempts", "settled_at", "reason"]
    list_filter = ["state", "edition__frequency"]
    list_select_related = ["subscription__user", "edition"]
