from django.urls import path

from practices.partnerships import views

app_name = "partnerships"
urlpatterns = [
    path("partnerships/", views.browse, name="browse"),
    path("workspace/organisations/", views.organisations, name="organisations"),
    path("workspace/organisations/new/", views.new_organisation, name="new-organisation"),
    path("workspace/organisations/<int:pk>/", views.edit_organisation, name="edit-organisation"),
    path(
        "workspace/organisations/<int:pk>/delete/",
        views.delete_organisation,
        name="delete-organisation",
    ),
    path("workspace/partnerships/", views.partnerships, name="partnerships"),
    path("workspace/partnerships/new/", views.choose_city, name="choose-city"),
    path("workspace/partnerships/new/<int:city>/", views.new_partnership, name="new"),
    path("workspace/partnerships/<int:pk>/", views.edit_partnership, name="edit"),
    path("workspace/partnerships/<int:pk>/delete/", views.delete_partnership, name="delete"),
]
