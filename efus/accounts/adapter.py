"""How the sign-in library meets our people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils.translation import get_language


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request):
        """A person's first language is the one they read the sign-up page in."""
        user = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL
