from django.urls import path

from practices.publishing import views

app_name = "workspace"
urlpatterns = [
    path("", views.practices, name="practices"),
    path("practices/new/", views.new_practice, name="new"),
    path("practices/<int:pk>/", views.edit_practice, name="edit"),
    path("practices/<int:pk>/<slug:name>/", views.transition, name="transition"),
]
