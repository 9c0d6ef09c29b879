"""A practice, for somebody who may read it."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from practices.models import Practice


def practice_read_by(user, pk):
    """The practice with all that its page shows; for who may not read it, there is none."""
    practice = get_object_or_404(Practice.objects.for_page(), pk=pk)
    if not user.has_perm("practices.read_practice", practice):
        raise Http404
    return practice
