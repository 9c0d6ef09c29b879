from django.contrib import admin
from django.contrib.auth.models import Group

from efus.accounts.models import User

admin.site.unregister(Group)


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
