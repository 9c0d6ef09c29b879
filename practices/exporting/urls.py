from django.urls import path

from practices.exporting import views

app_name = "exporting"
urlpatterns = [path("export.<slug:form>", views.export, name="export")]
