"""Requests that no page can make sense of."""

from django.shortcuts import render


class RefuseNulCharacters:
    """Answer 400, in words, to an address with a NUL character: no text in PostgreSQL has one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", {"nul": True}, status=400)
        return self.get_response(request)
