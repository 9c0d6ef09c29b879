from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "efus.outbox"
    label = "outbox"
    verbose_name = _("outbox")

    def ready(self):
        """Tell those who read bounces to which address a mail went."""
        from efus.bounces.senders import register_sender
        from efus.outbox.models import Mail

        register_sender("mail", Mail.objects.address_of)
