from django.urls import path

from practices.translations import views
from practices.translations.machine import views as machine_views

app_name = "translations"
urlpatterns = [
    path("", views.languages, name="languages"),
    path("machine/", machine_views.translate_all, name="machine-all"),
    path("machine/progress/", machine_views.progress, name="machine-progress"),
    path("machine/<int:run>/withdraw/", machine_views.withdraw_run, name="machine-withdraw"),
    path("<str:code>/machine/", machine_views.translate_one, name="machine"),
    path("<str:code>/", views.translate, name="translate"),
]
