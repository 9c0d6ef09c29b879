from django.urls import path

from practices.adoptions import views

app_name = "adoptions"
urlpatterns = [
    path("practices/taken-up/<int:practice>/", views.of_practice, name="of-practice"),
    path("workspace/adoptions/", views.adoptions, name="adoptions"),
    path("workspace/adoptions/take-up/<int:practice>/", views.take_up_practice, name="take-up"),
    path("workspace/adoptions/<int:pk>/", views.adoption, name="adoption"),
    path("workspace/adoptions/<int:pk>/letters/", views.letters, name="letters"),
]
