"""Titles are found by the beginnings of their words."""

from django.db import migrations

from practices.search.word_operations import TitleIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("search", "0005_names")]

    operations = [TitleIndex(["en", "fr", "de", "es", "it", "nl", "pt", "sv"])]
