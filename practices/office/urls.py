from django.urls import path

from practices.office import views

app_name = "office"
urlpatterns = [path("", views.office, name="office")]
