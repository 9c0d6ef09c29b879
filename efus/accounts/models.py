"""People."""

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from efus.accounts.enums import StaffRole
from efus.bounces.models import UndeliverableAddress
from efus.validators import validate_one_line


def validate_time_zone(name):
    """Raise ``ValidationError`` unless *name* is in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """Create a person who signs in with *email*; no password means none can be used."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Create an administrator of the platform."""
        fields |= {"staff_role": StaffRole.ADMINISTRATOR}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail: in a city, at Efus, or a researcher."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True, validators=[validate_one_line])
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("The language of the mails we send to you."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[validate_time_zone]
    )
    staff_role = models.CharField(
        _("role at Efus"), max_length=20, choices=StaffRole.choices, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("This address has an account already."),
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="user_language_known",
            ),
            models.CheckConstraint(
                condition=models.Q(staff_role__in=["", *StaffRole.values]),
                name="user_staff_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(is_superuser=True, staff_role=StaffRole.ADMINISTRATOR)
                | models.Q(is_superuser=False) & ~models.Q(staff_role=StaffRole.ADMINISTRATOR),
                name="user_superuser_is_administrator",
            ),
        ]

    def __str__(self):
        return self.name or self.email

    def save(self, *args, **kwargs):
        # To Django, an administrator is a superuser and the other way round.
        self.is_superuser = self.is_administrator
        if "staff_role" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "is_superuser"}
        super().save(*args, **kwargs)

    @cached_property
    def undeliverable_address(self):
        """The row that says why this person's address gets no mails; None where it does."""
        return UndeliverableAddress.objects.filter(address=self.email.lower()).first()

    @property
    def is_administrator(self):
        return self.staff_role == StaffRole.ADMINISTRATOR

    @property
    def is_staff(self):
        """May enter Django's admin."""
        return self.is_administrator
