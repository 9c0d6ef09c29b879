"""The library's forms for passkeys, in plain words and for whatever is sent to them."""

import struct
from functools import wraps

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as library
from django import forms
from django.utils.translation import gettext_lazy as _

# What the library fails with when it reads something that no browser made
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, struct.error)


def refuses_unreadable(clean):
    """Have a form say so, rather than fail, when it cannot read a credential."""

    @wraps(clean)
    def wrapped(form):
        try:
            return clean(form)
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None

    return wrapped


class CredentialField(forms.JSONField):
    """JSON, whose parser fails in more ways than Django's field knows of."""

    def __init__(self):
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value):
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):  # nested too deeply; a number of too many digits
            raise get_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data, initial):
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return None  # there is nothing to show again


class AddForm(library.AddWebAuthnForm):
    credential = CredentialField()
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone"),
        required=False,
        help_text=_(
            "It is then a passkey: instead of your password, your device asks for your finger,"
            " your face or a PIN. Otherwise it is a second step after the password."
        ),
    )

    clean = refuses_unreadable(library.AddWebAuthnForm.clean)


class LoginForm(library.LoginWebAuthnForm):
    credential = CredentialField()
    clean_credential = refuses_unreadable(library.LoginWebAuthnForm.clean_credential)


class SecondStepForm(library.AuthenticateWebAuthnForm):
    credential = CredentialField()
    clean_credential = refuses_unreadable(library.AuthenticateWebAuthnForm.clean_credential)


class ReauthenticateForm(library.ReauthenticateWebAuthnForm):
    credential = CredentialField()
    clean_credential = refuses_unreadable(library.ReauthenticateWebAuthnForm.clean_credential)
