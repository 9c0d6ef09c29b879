"""How the sign-in library meets our people."""

from datetime import timedelta

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language

from efus.outbox.enums import MailKind
from efus.outbox.models import LASTS
from efus.outbox.posting import post

# What opens nothing any more after a few minutes is not sent then.
CODES_LAST = {"account/email/login_code": timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT)}


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request):
        """A person's first language is the one they read the sign-up page in."""
        user = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def send_mail(self, template_prefix, email, context):
        """Put the mail into the outbox, so that no page waits for a mail server or fails by it."""
        context = {"current_site": get_current_site(self.request), "email": email} | context
        message = self.render_mail(template_prefix, email, context)
        post(
            MailKind.ACCOUNT,
            email,
            message.subject,
            message.body,
            language=get_language(),
            html=next((body for body, _kind in getattr(message, "alternatives", [])), ""),
            lasts=CODES_LAST.get(template_prefix, LASTS),
        )

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL
