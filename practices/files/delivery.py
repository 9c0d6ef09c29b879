"""Files on their way to readers."""

import logging

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from efus.errors import NotFound
from practices.files.storage_failures import STORAGE_FAILURES
from practices.models import PracticeFile

# Whatever is in a file, nothing of it is run in the platform's name.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"

logger = logging.getLogger(__name__)


@require_safe
def file(request, pk, file, name):
    """A file, for whoever may read its practice; of the address only the numbers count."""
    found = get_object_or_404(PracticeFile.objects.with_practice(), pk=file, practice=pk)
    if not request.user.has_perm("practices.read_practice", found.practice):
        raise Http404
    etag = quote_etag(found.digest)
    response = get_conditional_response(request, etag=etag) or _answer(request, found)
    if response.status_code >= 500:
        return response
    response.headers["ETag"] = etag
    # Kept by the reader's browser only, which asks each time: it may not be public any more.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _answer(request, found):
    try:
        content = found.file.open("rb")
        content.seek(0)  # from elsewhere it comes only now
    except FileNotFoundError as error:
        logger.exception("The storage has lost file %s", found.pk)
        raise NotFound(_("This file is lost. Tell its city, which can add it again.")) from error
    except STORAGE_FAILURES:
        logger.exception("File %s could not be read from the storage", found.pk)
        return render(request, "files/unavailable.html", status=503)
    return FileResponse(
        content,
        as_attachment=not found.is_image,
        filename=found.name,
        content_type=found.content_type,
    )
