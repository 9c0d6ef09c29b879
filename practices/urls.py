from django.urls import path

from practices import views

app_name = "practices"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("<int:pk>/", views.practice, name="practice-short"),
    path("<int:pk>/<str:slug>/", views.practice, name="practice"),
]
