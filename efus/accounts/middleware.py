"""Times as the clock on the reader's wall shows them."""

from zoneinfo import ZoneInfo

from django.utils import timezone


class ReadersTimeZone:
    """Show times in the signed-in person's time zone, to others in the network's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return self.get_response(request)
