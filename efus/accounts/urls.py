from django.urls import path

from efus.accounts import session_views, undeliverable, views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("address/works-again/", undeliverable.works_again, name="works-again"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/<int:pk>/end/", session_views.end_session, name="end-session"),
    path("sessions/end-others/", session_views.end_other_sessions, name="end-other-sessions"),
]
