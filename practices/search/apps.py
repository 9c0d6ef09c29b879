from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "practices.search"
    label = "search"

    def ready(self):
        """Have every migration see whether the server can keep vectors by now."""
        from practices.search.meaning.vectors import after_migrate

        post_migrate.connect(after_migrate, sender=self)
