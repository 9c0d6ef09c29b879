"""What a reader is told when there is nothing to show."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
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
    """The page for 400, or for 413 when what was sent is too much."""
    too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"too_much": too_much}, status=413 if too_much else 400)
