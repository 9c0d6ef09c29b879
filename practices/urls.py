from django.urls import path

from practices import views
from practices.search.views import suggest

app_name = "practices"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("suggest/", suggest, name="suggest"),
    path("<int:pk>/", views.practice, name="practice-short"),
    path("<int:pk>/<str:slug>/", views.practice, name="practice"),
]
