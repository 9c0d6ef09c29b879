from django.apps import AppConfig


class EfusConfig(AppConfig):
    name = "efus"

    def ready(self):
        """Have tasks that are started here go to our broker."""
        import efus.celery  # noqa: F401
