from django.urls import path

from cities.people import address_views

app_name = "undeliverable"
urlpatterns = [
    path("", address_views.addresses, name="addresses"),
    path("mark/", address_views.mark, name="mark"),
    path("<int:pk>/works-again/", address_views.works_again, name="works-again"),
]
