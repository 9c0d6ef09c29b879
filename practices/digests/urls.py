from django.urls import path

from practices.digests import views

app_name = "digests"
urlpatterns = [
    path("", views.subscriptions, name="subscriptions"),
    path("new/", views.new_subscription, name="new"),
    path("<int:pk>/", views.edit_subscription, name="edit"),
    path("<int:pk>/end/", views.end_subscription, name="end"),
]
