from django.urls import path

from cities.people import views

app_name = "people"
urlpatterns = [
    path("", views.seats, name="seats"),
    path("seats/<int:pk>/end/", views.end_seat, name="end-seat"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/new/", views.invite, name="invite"),
    path("invitations/<int:pk>/resend/", views.resend, name="resend"),
    path("invitations/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
