from django.urls import path

from practices.map import views

app_name = "map"
urlpatterns = [
    path("", views.show, name="map"),
    path("data/", views.data, name="data"),
    path("cities/", views.cities, name="cities"),
    path("journeys/", views.journeys, name="journeys"),
]
