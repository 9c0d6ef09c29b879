from django.urls import path

from efus.accounts.mails import views

app_name = "mails"
urlpatterns = [
    path("", views.mails, name="mails"),
    path("resend/", views.resend, name="resend"),
    path("<int:pk>/resend/", views.resend_one, name="resend-one"),
]
