from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BouncesConfig(AppConfig):
    name = "efus.bounces"
    label = "bounces"
    verbose_name = _("bounced mails")
