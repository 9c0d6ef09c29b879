from django.urls import path

from practices.citing import views

app_name = "citing"
urlpatterns = [
    path("<int:pk>/cite/", views.cite, name="cite"),
    path("<int:pk>/cite.bib", views.cite_as_bibtex, name="bibtex"),
    path("<int:pk>/cite.ris", views.cite_as_ris, name="ris"),
]
