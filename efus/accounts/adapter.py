"""How the sign-in library meets our people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language

from efus.accounts.tasks import send_account_mail


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request):
        """A person's first language is the one they read the sign-up page in."""
        user = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def send_mail(self, template_prefix, email, context):
        """Have a worker send the mail, so that no page waits for a mail server or fails by it."""
        context = {"current_site": get_current_site(self.request), "email": email} | context
        message = self.render_mail(template_prefix, email, context)
        send_account_mail.delay_on_commit(
            subject=message.subject,
            body=message.body,
            from_email=message.from_email,
            to=message.to,
            html=next((body for body, _kind in getattr(message, "alternatives", [])), None),
        )

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL
