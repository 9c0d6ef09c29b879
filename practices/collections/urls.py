from django.urls import path

from practices.collections import sharing_views, views

app_name = "collections"
urlpatterns = [
    path("account/collections/", views.collections, name="collections"),
    path("account/collections/new/", views.new_collection, name="new"),
    path("account/collections/add/<int:practice>/", views.add_practice, name="add"),
    path("account/collections/<int:pk>/", views.collection, name="collection"),
    path("account/collections/<int:pk>/edit/", views.edit_collection, name="edit"),
    path("account/collections/<int:pk>/delete/", views.delete_collection, name="delete"),
    path("account/collections/<int:pk>/bring-back/", views.bring_back, name="bring-back"),
    path("account/collections/<int:pk>/practices/", views.change_items, name="change-items"),
    path("account/collections/<int:pk>/notes/<int:item>/", views.edit_note, name="note"),
    path("account/collections/<int:pk>/share/", sharing_views.share_collection, name="share"),
    path("collections/<uuid:token>/", sharing_views.shared_collection, name="shared"),
    path("collections/<uuid:token>/copy/", sharing_views.copy_collection, name="copy"),
]
