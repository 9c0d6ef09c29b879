"""Every address of the platform."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from efus import health
from efus.accounts.views import SignUpView
from efus.bounces import webhooks
from practices.digests.public_views import confirm, preferences, subscribe, unsubscribe
from practices.translations.machine import answers
from practices.views import home

# Signing in to the admin takes the same way, with the same rate limits.
admin.site.login = secure_admin_login(admin.site.login)

handler400 = "efus.errors.bad_request"
handler403 = "efus.errors.forbidden"
handler404 = "efus.errors.not_found"

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("admin/", admin.site.urls),
    path(
        "machine-translation/<int:run>/<str:token>/",
        answers.answer,
        name="machine-translation-answer",
    ),
    path(
        "machine-translation/<int:run>/<str:token>/error/",
        answers.error,
        name="machine-translation-error",
    ),
    path("mail-events/<str:service>/", webhooks.take, name="mail-events"),
    *i18n_patterns(
        path("", home, name="home"),
        path("account/", include("efus.accounts.urls")),
        path("account/signup/", SignUpView.as_view(), name="account_signup"),
        path("account/", include("allauth.account.urls")),
        path("account/two-factor/", include("allauth.mfa.urls")),
        path("account/subscriptions/", include("practices.digests.urls")),
        path("cities/", include("cities.urls")),
        path("practices/map/", include("practices.map.urls")),
        path("practices/", include("practices.citing.urls")),
        path("practices/", include("practices.exporting.urls")),
        path("practices/", include("practices.printing.urls")),
        path("practices/", include("practices.urls")),
        path("practices/compare/", include("practices.comparison.urls")),
        path("workspace/practices/<int:pk>/translations/", include("practices.translations.urls")),
        path("", include("practices.files.urls")),
        path("workspace/people/", include("cities.people.urls")),
        path("office/addresses/", include("cities.people.address_urls")),
        path("workspace/", include("practices.publishing.urls")),
        path("", include("practices.partnerships.urls")),
        path("", include("practices.network.urls")),
        path("", include("practices.adoptions.urls")),
        path("", include("practices.translations.glossary.urls")),
        path("", include("practices.translations.corrections.urls")),
        path("", include("practices.collections.urls")),
        path("account/searches/", include("practices.saved_searches.urls")),
        path("office/", include("practices.office.urls")),
        path("office/mails/", include("efus.accounts.mails.urls")),
        path("office/digests/", include("practices.digests.office_urls")),
        path("office/digests/preview/", include("practices.digests.preview_urls")),
        path("subscribe/", subscribe, name="subscribe"),
        path("subscribe/<str:token>/", confirm, name="confirm-subscription"),
        path("digests/<str:token>/", preferences, name="digest-preferences"),
        path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    ),
]
