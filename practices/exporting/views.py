"""Taking a list of practices along."""

from itertools import chain

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from efus.errors import NotFound
from efus.rate_limits import at_most
from practices.citing import bibtex, ris
from practices.exporting.about import About
from practices.exporting.citations import bibtex_entries, ris_entries
from practices.exporting.documents import json_parts
from practices.exporting.selection import Selection
from practices.exporting.tables import csv_lines, xlsx_file
from practices.search.filters import Search

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STREAMED = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "json": (json_parts, "application/json"),
    "bib": (bibtex_entries, bibtex.CONTENT_TYPE),
    "ris": (ris_entries, ris.CONTENT_TYPE),
}
FORMS = [*STREAMED, "xlsx"]
PARTS_TOGETHER = 100  # sent at once


def _begun(parts):
    """*parts*, of which the first have been made already: what fails at once is told in words."""
    together = _together(parts)
    return chain([next(together, b"")], together)


def _together(parts):
    gathered = []
    for part in parts:
        gathered.append(part)
        if len(gathered) == PARTS_TOGETHER:
            yield "".join(gathered).encode()
            gathered = []
    if gathered:
        yield "".join(gathered).encode()


@require_safe
@at_most(30, seconds=600)
def export(request, form):
    """The practices that a search finds, as a file."""
    if form not in FORMS:
        raise NotFound(_("There is no such file. Choose one beside the list of practices."))
    selection = Selection.of(Search.from_query(request.GET, get_language()))
    about = About.of(selection)
    name = f"efus-practices-{timezone.localdate():%Y-%m-%d}.{form}"
    if form == "xlsx":
        return FileResponse(
            xlsx_file(selection, about), as_attachment=True, filename=name, content_type=XLSX
        )
    write, content_type = STREAMED[form]
    return StreamingHttpResponse(
        _begun(write(selection, about)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
