from django.urls import path

from practices.printing import views

app_name = "printing"
urlpatterns = [path("<int:pk>/pdf/", views.pdf, name="pdf")]
