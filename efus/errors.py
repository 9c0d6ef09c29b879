"""What a reader is told when there is nothing to show."""

from django.http import Http404
from django.shortcuts import render


class NotFound(Http404):
    """There is nothing here, and its text tells the reader why, in their language."""


def not_found(request, exception):
    """The page for 404."""
    explanation = str(exception) if isinstance(exception, NotFound) else ""
    return render(request, "404.html", {"explanation": explanation}, status=404)


def forbidden(request, exception):
    """The page for 403."""
    return render(request, "403.html", {"explanation": str(exception)}, status=403)


def bad_request(request, exception):
    """The page for 400."""
    return render(request, "400.html", status=400)
