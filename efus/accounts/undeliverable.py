"""A person whose address gets no mails any more says that it works again."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from efus.outbox.enums import MailKind
from efus.outbox.posting import post
from efus.rate_limits import at_most


def send_trial_mail(user):
    """Send *user* the mail that shows whether their address works again."""
    with override(user.language):
        subject = _("Mails reach you again")
        body = render_to_string("account/trial_mail.txt", {"site_url": settings.SITE_URL})
    post(MailKind.ACCOUNT, user.email, subject, body, language=user.language)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def works_again(request):
    """Send mails to one's address again, and one of them at once."""
    # Whoever comes back here after signing in, or presses twice, has nothing to do here.
    if request.method == "POST" and request.user.undeliverable_address:
        return _try_again(request)
    return redirect("accounts:profile")


@at_most(1, seconds=3600)
def _try_again(request):
    with transaction.atomic():
        request.user.undeliverable_address.delete()
        send_trial_mail(request.user)
    messages.success(
        request,
        _(
            "We send you a mail to %(address)s now. If it does not come within an hour,"
            " change your address."
        )
        % {"address": request.user.email},
    )
    return redirect("accounts:profile")
