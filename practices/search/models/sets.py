"""Which practices have a value of a facet or a common word (see ``practices.search.sets``).

Workers keep the sets, so that counting does not ask the practices again for every reader.
Practices that a set may be wrong about wait in ``PracticeToIndex``, where triggers note them.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone


class SearchIndex(models.Model):
    """Which sets hold; one row, or none before they are built for the first time."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()
    numbering = models.BigIntegerField()
    words = models.BigIntegerField(null=True)
    built_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="search_index_only_one")]

    def __str__(self):
        return f"{self.version}"


class Position(models.Model):
    """The number of a practice in the sets: the later published, the higher.

    No foreign key: a practice that is deleted is taken out of the sets by its number.
    """

    numbering = models.BigIntegerField()
    number = models.IntegerField()
    practice_id = models.BigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["numbering", "number"], name="search_position_once"),
            models.UniqueConstraint(
                fields=["numbering", "practice_id"],
                include=["number"],
                name="search_position_of_practice",
            ),
        ]

    def __str__(self):
        return f"{self.practice_id} · {self.number}"


class FacetSet(models.Model):
    """The practices that have a value of a facet, as a serialised roaring bitmap."""

    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    version = models.BigIntegerField(db_index=True)
    practices = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facet", "value"], name="search_facet_set_once")
        ]

    def __str__(self):
        return f"{self.facet} {self.value}"


class WordSet(models.Model):
    """The practices in whose text of a language a common word occurs, and those in whose title."""

    language = models.CharField(max_length=10)
    word = models.TextField()
    practices = models.BinaryField()
    in_title = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "word"], name="search_word_set_once")
        ]

    def __str__(self):
        return f"{self.language} {self.word}"


class PracticeToIndex(models.Model):
    """A practice, perhaps deleted, that the sets do not know as it is now."""

    practice_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self):
        return f"{self.practice_id}"
