"""Requests that no page can make sense of."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import get_language_from_request, override


class RefuseUnreadable:
    """Answer 400, in words, to what no page of ours sends and nothing here can read.

    That is an address with a NUL character, which no text in PostgreSQL has. A session key that
    we never made is ignored.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME, "").isalnum():
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            with override(get_language_from_request(request, check_path=True)):
                return render(request, "400.html", {"nul": True}, status=400)
        return self.get_response(request)
