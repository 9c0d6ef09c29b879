from django.urls import path

from practices.network import views

app_name = "network"
urlpatterns = [
    path("cities/<slug:slug>/network/", views.network, name="network"),
]
