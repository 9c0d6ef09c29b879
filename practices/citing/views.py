"""Citing a practice: on a page, and as files for reference managers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from practices.citing import apa, bibtex, ris
from practices.citing.citation import citation_of
from practices.reading import practice_read_by


def _citation(practice):
    return citation_of(practice, get_language(), retrieved_on=timezone.localdate())


@require_safe
def cite(request, pk):
    """How to cite a practice."""
    practice = practice_read_by(request.user, pk)
    citation = _citation(practice)
    return render(
        request,
        "citing/cite.html",
        {
            "practice": practice,
            "title": practice.shown("title", get_language()),
            "citation": citation,
            "apa": apa.as_html(citation),
            "bibtex": bibtex.as_bibtex(citation),
        },
    )


def _file(practice, text, content_type, ending):
    name = f"efus-practice-{practice.pk}.{ending}"
    return HttpResponse(
        text,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def cite_as_bibtex(request, pk):
    """The citation for BibTeX."""
    practice = practice_read_by(request.user, pk)
    return _file(practice, bibtex.as_bibtex(_citation(practice)), bibtex.CONTENT_TYPE, "bib")


@require_safe
def cite_as_ris(request, pk):
    """The citation for reference managers."""
    practice = practice_read_by(request.user, pk)
    return _file(practice, ris.as_ris(_citation(practice)), ris.CONTENT_TYPE, "ris")
