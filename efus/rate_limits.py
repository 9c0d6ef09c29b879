"""How often one visitor may ask for what costs much."""

import logging
from functools import wraps
from ipaddress import ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.shortcuts import render

from efus.outage import OUTAGES

logger = logging.getLogger(__name__)
IPV6_OF_ONE_VISITOR = 64  # bits; the rest of the address a visitor chooses


def _visitor(request):
    """The person who is signed in, or the network address."""
    if request.user.is_authenticated:
        return f"person:{request.user.pk}"
    address = get_adapter(request).get_client_ip(request)
    if ":" in address:
        return f"network:{ip_network((address, IPV6_OF_ONE_VISITOR), strict=False)}"
    return f"address:{address}"


def _times(request, name, seconds):
    """How many times the visitor has asked for *name* within *seconds*, this time included."""
    key = f"rate-limit:{name}:{_visitor(request)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it has expired between these two lines
        return 1


def at_most(number, *, seconds):
    """Answer 429, in words, whoever asks for the view more than *number* times in *seconds*.

    Nothing is counted, and nobody refused, while the cache does not answer.
    """

    def decorate(view):
        @wraps(view)
        def limited(request, *args, **kwargs):
            try:
                times = _times(request, f"{view.__module__}.{view.__name__}", seconds)
            except OUTAGES as outage:
                logger.warning("Nobody counts who asks for %s: %s", request.path, outage)
                times = 0
            if times <= number:
                return view(request, *args, **kwargs)
            response = render(request, "429.html", status=429)
            response["Retry-After"] = seconds
            return response

        return limited

    return decorate
