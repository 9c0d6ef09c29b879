"""A practice as a PDF."""

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from efus.errors import NotFound
from efus.rate_limits import at_most
from practices.printing.document import content_of, digest_of, is_too_long, pdf_of
from practices.reading import practice_read_by


@require_safe
@at_most(60, seconds=600)
def pdf(request, pk):
    """The practice as a document to print or to send on; not made again for who has it."""
    practice = practice_read_by(request.user, pk)
    content = content_of(practice)
    if is_too_long(content):
        raise NotFound(_("This practice is too long for a PDF. Print its page instead."))
    etag = f'"{digest_of(content)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        name = f"{practice.slug}-{get_language()}.pdf"
        response = HttpResponse(
            pdf_of(content),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"', "ETag": etag},
        )
    patch_cache_control(response, private=True, no_cache=True)
    return response
