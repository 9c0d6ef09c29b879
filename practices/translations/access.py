"""Who gets at the translations of a practice."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from practices.models import Practice


def practice_to_translate(request, pk, rows=None):
    """The practice *pk* of *rows*, for somebody who may translate it."""
    rows = Practice.objects.all() if rows is None else rows
    practice = get_object_or_404(rows.select_related("city"), pk=pk)
    if not request.user.has_perm("practices.translate_practice", practice):
        raise PermissionDenied(_("This practice belongs to a city in which you hold no seat."))
    return practice
