from django.urls import path

from practices.translations import views

app_name = "translations"
urlpatterns = [
    path("", views.languages, name="languages"),
    path("<str:code>/", views.translate, name="translate"),
]
