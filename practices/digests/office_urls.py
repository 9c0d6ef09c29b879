from django.urls import path

from practices.digests import office_views

app_name = "runs"
urlpatterns = [
    path("", office_views.runs, name="runs"),
    path("<int:pk>/", office_views.run, name="run"),
    path("<int:pk>/progress/", office_views.progress, name="progress"),
    path("<int:pk>/pause/", office_views.pause, name="pause"),
    path("<int:pk>/resume/", office_views.resume, name="resume"),
    path("<int:pk>/resend/", office_views.resend, name="resend"),
    path("<int:pk>/resend/<int:delivery>/", office_views.resend_one, name="resend-one"),
    path("<int:pk>/try/", office_views.try_address, name="try"),
    path("<int:pk>/copy/", office_views.send_copy, name="copy"),
]
