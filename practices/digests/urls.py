from django.urls import path

from practices.digests import preview_views, views

app_name = "digests"
urlpatterns = [
    path("", views.subscriptions, name="subscriptions"),
    path("new/", views.new_subscription, name="new"),
    path("<int:pk>/", views.edit_subscription, name="edit"),
    path("<int:pk>/pause/", views.pause_subscription, name="pause"),
    path("<int:pk>/go-on/", views.go_on, name="go-on"),
    path("<int:pk>/end/", views.end_subscription, name="end"),
    path("<int:pk>/resume/", views.resume_subscription, name="resume"),
    path("<int:pk>/preview/", preview_views.preview, name="preview"),
    path("<int:pk>/preview/mail/", preview_views.preview_mail, name="preview-mail"),
]
