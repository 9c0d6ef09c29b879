from django.urls import path

from practices.digests import preview_views

app_name = "digest-previews"
urlpatterns = [
    path("", preview_views.office_preview, name="office"),
    path("mail/", preview_views.office_preview_mail, name="office-mail"),
    path("send/", preview_views.office_preview_send, name="office-send"),
]
