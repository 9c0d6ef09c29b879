from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from efus.accounts.models import User

admin.site.unregister([Group, Authenticator, UserSession])


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Removes the second step of somebody who lost it, and shows nobody its secret."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request):
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "name", "language", "staff_role", "is_active", "last_login"]
    list_filter = ["staff_role", "is_active", "language"]
    search_fields = ["email", "name"]
    fields = [
        "email",
        "name",
        "language",
        "time_zone",
        "staff_role",
        "is_active",
        "last_login",
        "date_joined",
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request, obj=None):
        # People change their address themselves, since it has to be confirmed.
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def get_deleted_objects(self, objs, request):
        # With a person go seats and subscriptions, which nobody may delete one by one.
        to_delete, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set(), protected
