from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

from practices.search.operations import SearchConfiguration, SearchTrigger


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("practices", "0002_rules_across_rows"),
    ]

    operations = [
        UnaccentExtension(),
        SearchConfiguration("en", "english"),
        SearchConfiguration("fr", "french"),
        SearchConfiguration("de", "german"),
        SearchConfiguration("es", "spanish"),
        SearchConfiguration("it", "italian"),
        SearchConfiguration("nl", "dutch"),
        SearchConfiguration("pt", "portuguese"),
        SearchConfiguration("sv", "swedish"),
        SearchTrigger(["en", "fr", "de", "es", "it", "nl", "pt", "sv"]),
    ]
