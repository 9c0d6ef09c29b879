"""Redis does not answer: reading goes on, and what needs it says so in words."""

import logging

from django.shortcuts import render
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError, TimeoutError  # noqa: A004

logger = logging.getLogger(__name__)

# The cache, which counts attempts at signing in; and the broker, which carries mails.
OUTAGES = (ConnectionError, TimeoutError, OperationalError)
TRY_AGAIN_AFTER = 120  # seconds


class AnswerDuringOutage:
    """Answer 503, in words, where the cache or the broker is needed and does not answer.

    Nobody signs in uncounted meanwhile.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, OUTAGES):
            return None
        logger.error("%s needs Redis, which does not answer: %s", request.path, exception)
        response = render(request, "503.html", status=503)
        response["Retry-After"] = TRY_AGAIN_AFTER
        return response
