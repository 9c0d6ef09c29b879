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
