"""The citations of several practices in one file."""

from django.utils import timezone

from practices.citing.bibtex import as_bibtex
from practices.citing.citation import citation_of
from practices.citing.ris import as_ris


def _citations(selection):
    today = timezone.localdate()
    for practice in selection.practices():
        yield citation_of(practice, selection.search.language, retrieved_on=today)


def bibtex_entries(selection, about):
    """The entries of a BibTeX file; what stands before the first one is a comment."""
    for label, text in about.lines:
        yield f"% {label}: {text}\n".replace("@", "(at)")
    for citation in _citations(selection):
        yield "\n" + as_bibtex(citation)


def ris_entries(selection, _about):
    """The entries of a RIS file; the format has no place for what the file is about."""
    yield from map(as_ris, _citations(selection))
