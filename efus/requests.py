"""Requests that no page can make sense of."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


class RefuseUnreadableAddress:
    """Answer 400, in words, to a path with a NUL character, which PostgreSQL cannot store."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path:
            return HttpResponseBadRequest(render_to_string("400.html", request=None))
        return self.get_response(request)
