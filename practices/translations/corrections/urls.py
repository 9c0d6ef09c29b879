from django.urls import path

from practices.translations.corrections import views

app_name = "corrections"
urlpatterns = [
    path("practices/<int:pk>/corrections/<str:code>/", views.offer, name="offer"),
    path("workspace/corrections/", views.corrections, name="corrections"),
    path("workspace/corrections/own/", views.own, name="own"),
    path("workspace/corrections/<int:pk>/", views.correction, name="correction"),
    path("workspace/corrections/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
