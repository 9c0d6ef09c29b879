from django.urls import path

from practices.files import delivery, views

app_name = "files"
urlpatterns = [
    path("practices/<int:pk>/files/<int:file>/<str:name>", delivery.file, name="file"),
    path("workspace/practices/<int:pk>/files/", views.files, name="files"),
    path(
        "workspace/practices/<int:pk>/files/<int:file>/remove/",
        views.remove_file,
        name="remove",
    ),
]
