"""What a mail service tells of mails that it has sent for us.

django-anymail reads what each service says, and checks that it was this service. Whether
somebody opened a mail, or followed a link, is not looked at: nobody is tracked here.
"""

import logging

from anymail.exceptions import AnymailConfigurationError, AnymailError
from anymail.signals import EventType, RejectReason
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from efus.bounces.configuration import MAIL_SERVICES
from efus.bounces.enums import BounceReason
from efus.bounces.models import UndeliverableAddress
from efus.bounces.statuses import first_status, says_dead

logger = logging.getLogger(__name__)

FAILURES = {EventType.BOUNCED, EventType.REJECTED}
ABOUT_THE_ADDRESS = {None, RejectReason.BOUNCED, RejectReason.INVALID}
UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
# What reading garbage comes to; the database's errors are not among them.
UNREADABLE = (
    AnymailConfigurationError,
    AnymailError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def _reader(service):
    secrets = {"webhook_secret": settings.MAIL_SERVICE_WEBHOOK_SECRET}
    if service.key:
        secrets[service.key] = settings.MAIL_SERVICE_WEBHOOK_KEY
    return import_string(service.view)(**secrets)


def _is_dead(service, event):
    """Whether the service says that the address is dead, and not that it was busy today."""
    status = first_status(str(event.mta_response or ""))
    if status and not says_dead(status):
        return False
    try:
        return service.is_dead(event.esp_event)
    except (AttributeError, LookupError, TypeError):  # it says nothing of it
        return False


def _reason(service, event):
    """Why the address that *event* is about gets no more mails; None if it does."""
    if event.event_type in UNWANTED:
        return BounceReason.COMPLAINED
    if (
        event.event_type in FAILURES
        and event.reject_reason in ABOUT_THE_ADDRESS
        and _is_dead(service, event)
    ):
        return BounceReason.BOUNCED
    return None


def _mark(service, event):
    reason = _reason(service, event)
    if reason is None:
        return
    try:
        address = UndeliverableAddress._meta.get_field("address").clean(event.recipient, None)
        address.encode()
    except (ValidationError, UnicodeEncodeError):
        return  # nothing that a mail of ours could go to
    answer = str(event.mta_response or event.description or "")
    UndeliverableAddress.objects.mark(address, reason, answer)


@csrf_exempt
@require_http_methods(["HEAD", "POST"])  # some services ask by HEAD whether there is somebody
def take(request, service):
    """Take what the mail service has to tell; what is not its own changes nothing."""
    if not service or service != settings.MAIL_SERVICE:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    known = MAIL_SERVICES[service]
    try:
        reader = _reader(known)
        reader.run_validators(request)
        events = reader.parse_events(request)
    except UNREADABLE as problem:
        logger.warning("What came in the name of %s is refused: %r", service, problem)
        return HttpResponse("Refused.", status=400, content_type="text/plain")
    for event in events:
        _mark(known, event)
    return HttpResponse()
