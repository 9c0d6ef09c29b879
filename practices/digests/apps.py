from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DigestsConfig(AppConfig):
    name = "practices.digests"
    label = "digests"
    verbose_name = _("digests")

    def ready(self):
        from efus.bounces.senders import register_sender
        from practices.digests import receivers  # noqa: F401  (connects them)
        from practices.digests.models import Recipient

        register_sender("digest", Recipient.objects.address_of)
