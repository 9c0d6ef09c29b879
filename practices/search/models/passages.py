"""What search by meaning looks in; it takes a while to make, so a trigger says what is due."""

from django.db import models
from django.utils import timezone

from practices.models import Practice


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
