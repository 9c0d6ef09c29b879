from django.urls import path

from practices.translations.glossary import views

app_name = "glossary"
urlpatterns = [
    path("workspace/glossary/", views.terms, name="terms"),
    path("office/glossary/", views.office, name="office"),
    path("office/glossary/new/", views.new_term, name="new"),
    path("office/glossary/<int:pk>/", views.edit_term, name="edit"),
    path("office/glossary/<int:pk>/delete/", views.delete_term, name="delete"),
]
