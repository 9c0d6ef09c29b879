from django.urls import path

from practices.saved_searches import views

app_name = "saved_searches"
urlpatterns = [
    path("", views.searches, name="searches"),
    path("new/", views.save_search, name="new"),
    path("<int:pk>/", views.open_search, name="open"),
    path("<int:pk>/rename/", views.rename_search, name="rename"),
    path("<int:pk>/delete/", views.delete_search, name="delete"),
    path("<int:pk>/bring-back/", views.bring_back, name="bring-back"),
    path("<int:pk>/by-mail/", views.subscribe, name="subscribe"),
]
