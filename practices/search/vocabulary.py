"""Every word of the published practices and of the names that searches recognise.

Triggers note what words come and go (``VocabularyChange``); a worker applies these notes
twice a minute, so that who publishes does not wait for the rows of frequent words.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import connection, models
from django.db.models import Q


class VocabularyWord(models.Model):
    """A word, as written but for capitals, and in how many texts it is."""

    language = models.CharField(max_length=10)  # empty: of names as cities write them
    word = models.CharField(max_length=40)
    folded = models.TextField()  # without accents
    stem = models.TextField()
    texts = models.IntegerField(default=0)  # published practices, translations included
    originals = models.IntegerField(default=0)
    names = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "word"], name="vocabulary_word_once"),
        ]
        indexes = [
            models.Index(fields=["language", "stem"], name="vocabulary_stem"),
            models.Index(
                fields=["id"],
                condition=Q(texts__lte=0, names__lte=0),
                name="vocabulary_unused",
            ),
            GistIndex(OpClass("folded", "gist_trgm_ops(siglen=32)"), name="vocabulary_likeness"),
        ]

    def __str__(self):
        return self.word


class VocabularyChange(models.Model):
    """Words that a text or name has begun or ceased to have, not yet counted."""

    language = models.CharField(max_length=10)
    words = ArrayField(models.TextField())
    texts = models.SmallIntegerField(default=0)
    originals = models.SmallIntegerField(default=0)
    names = models.SmallIntegerField(default=0)

    def __str__(self):
        return " ".join(self.words)


def apply_changes():
    """Count the oldest of what triggers have noted; returns how many notes these were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT apply_search_vocabulary()")
        return cursor.fetchone()[0]


def rebuild_vocabulary():
    """Count all words anew, where no triggers noted them; what is written meanwhile counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rebuild_search_vocabulary()")
