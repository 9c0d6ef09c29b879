"""The text that searches look in: one row for each practice and language.

The rows are written by a trigger on the practices (see the migrations), so they are
never stale, whatever changes a practice. What search by meaning looks in takes longer to make:
there the trigger says what is due.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from practices.models import Practice


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


class Passage(models.Model):
    """A part of a text of a published practice; see practices.search.meaning.

    Where the server has pgvector, the table also has a column ``vector``, which Django does not
    know (practices/search/meaning/vectors.py). A trigger removes the passages of practices and
    languages that are no longer public.
    """

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="passages")
    language = models.CharField(max_length=10)
    field = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "language", "field", "number"], name="passage_once_per_place"
            ),
        ]

    def __str__(self):
        return f"{self.practice_id} {self.language} {self.field} {self.number}"

    @property
    def place(self):
        return self.language, self.field, self.number


class PassagesDue(models.Model):
    """A note that the passages of a practice are to be made; there may be several of one.

    Written by a trigger, which only ever adds: so nobody who saves waits for a worker.
    """

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.practice_id} since {self.since}"
