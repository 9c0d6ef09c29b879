from django.urls import path

from cities import views

app_name = "cities"
urlpatterns = [
    path("", views.members, name="members"),
    path("<slug:slug>/", views.city, name="city"),
]
