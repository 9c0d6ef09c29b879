from django.urls import path

from practices.publishing import schedule_views, version_views, views, writing_views
from practices.publishing.transitions import TRANSITIONS

app_name = "workspace"
urlpatterns = [
    path("", views.practices, name="practices"),
    path("practices/new/", writing_views.new_practice, name="new"),
    path("practices/<int:pk>/", views.edit_practice, name="edit"),
    path("practices/<int:pk>/write/<slug:name>/", writing_views.write_step, name="write"),
    path(
        "practices/<int:pk>/write/<slug:name>/draft/", writing_views.keep_draft, name="keep-draft"
    ),
    path(
        "practices/<int:pk>/write/<slug:name>/discard/",
        writing_views.discard_draft,
        name="discard-draft",
    ),
    path("review/", views.review, name="review"),
    path("practices/<int:pk>/history/", version_views.history, name="history"),
    path("practices/<int:pk>/versions/", version_views.versions, name="versions"),
    path("practices/<int:pk>/versions/compare/", version_views.compare_versions, name="compare"),
    path(
        "practices/<int:pk>/versions/<int:number>/restore/",
        version_views.restore_version,
        name="restore-version",
    ),
    path("practices/<int:pk>/schedule/", schedule_views.schedule_publication, name="schedule"),
    path("practices/<int:pk>/schedule/cancel/", schedule_views.cancel, name="unschedule"),
    # Steps for which one says why have a page of their own; the others are a button.
    *[
        path(
            f"practices/<int:pk>/{name}/", views.transition_with_comment, {"name": name}, name=name
        )
        for name, transition in TRANSITIONS.items()
        if transition.needs_comment
    ],
    path("practices/<int:pk>/<slug:name>/", views.transition, name="transition"),
]
