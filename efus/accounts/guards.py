"""Who a page is for."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


def for_administrators(view):
    """Ask for sign-in, and refuse, in words, who is no administrator of Efus."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_administrator:
            raise PermissionDenied(_("Only administrators of the platform see this."))
        return view(request, *args, **kwargs)

    return login_required(guarded)


def for_staff(view):
    """Ask for sign-in, and refuse, in words, who does not work at Efus."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.staff_role:
            raise PermissionDenied(_("Only those who work at Efus see this."))
        return view(request, *args, **kwargs)

    return login_required(guarded)
