"""The text that searches look in: one row for each practice and language.

The rows are written by a trigger on the practices (see the migrations), so they are
never stale, whatever changes a practice.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from practices.models import Practice
from practices.search.known_names import KnownName, SearchWord
from practices.search.vocabulary import VocabularyChange, VocabularyWord

__all__ = ["KnownName", "SearchDocument", "SearchWord", "VocabularyChange", "VocabularyWord"]


class SearchDocument(models.Model):
    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="search_documents"
    )
    language = models.CharField(max_length=10)
    is_original = models.BooleanField()
    vector = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "language"], name="search_document_once_per_language"
            ),
        ]
        indexes = [GinIndex(fields=["vector"], name="search_document_vector")]

    def __str__(self):
        return f"{self.practice_id} {self.language}"
