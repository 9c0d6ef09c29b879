"""What searches look in, all of it made from the practices: kept by triggers, or by workers
from what triggers note.
"""

from practices.search.known_names import KnownName, SearchWord
from practices.search.models.documents import SearchDocument
from practices.search.models.passages import Passage, PassagesDue
from practices.search.models.sets import (
    FacetSet,
    Position,
    PracticeToIndex,
    SearchIndex,
    WordSet,
)
from practices.search.models.terms import TermMeaning
from practices.search.vocabulary import VocabularyChange, VocabularyWord

__all__ = [
    "FacetSet",
    "KnownName",
    "Passage",
    "PassagesDue",
    "Position",
    "PracticeToIndex",
    "SearchDocument",
    "SearchIndex",
    "SearchWord",
    "TermMeaning",
    "VocabularyChange",
    "VocabularyWord",
    "WordSet",
]
