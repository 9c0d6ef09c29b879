"""What the terms of the taxonomy mean, for searches that name none of them."""

from django.db import models


class TermMeaning(models.Model):
    """The vector of a theme, target group or method, from its names and search words.

    Made by workers; ``digest`` is of the words and the encoder that it was made from. No
    foreign key, as terms of three kinds have it; that of a term that is gone is taken away.
    """

    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    vector = models.BinaryField()  # half floats

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="term_meaning_once")]

    def __str__(self):
        return f"{self.kind} {self.value}"
