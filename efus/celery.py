"""The Celery application: workers and beat start from here (``celery -A efus``)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efus.settings")

application = Celery("efus")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks(
    [
        "efus",
        "efus.accounts",
        "efus.bounces",
        "efus.outbox",
        "practices.digests",
        "practices.links",
        "practices.publishing",
        "practices.search",
        "practices.search.meaning",
        "practices.translations.machine",
    ]
)
