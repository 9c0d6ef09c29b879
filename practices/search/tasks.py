"""What workers do for searches; each task may run twice without harm."""

from celery import shared_task

from practices.search import indexing
from practices.search.vocabulary import apply_changes

MOST_ROUNDS = 200  # of one task; the next one goes on


@shared_task
def update_sets():
    """Bring the sets up to date with what has changed."""
    indexing.update()


@shared_task
def apply_vocabulary_changes():
    """Count the words that came and went since the last time."""
    for _round in range(MOST_ROUNDS):
        if not apply_changes():
            return
