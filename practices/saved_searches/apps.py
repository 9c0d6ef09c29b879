from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SavedSearchesConfig(AppConfig):
    name = "practices.saved_searches"
    label = "saved_searches"
    verbose_name = _("saved searches")
