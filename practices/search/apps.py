from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "practices.search"
    label = "search"
