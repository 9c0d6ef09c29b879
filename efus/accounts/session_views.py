"""The page of a person's sessions."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.accounts.sessions import device, end_others, sessions_of
from efus.errors import NotFound
from efus.pagination import page_of


@never_cache
@login_required
@require_safe
def sessions(request):
    """Where one is signed in."""
    page = page_of(request, sessions_of(request.user))
    for session in page:
        session.device = device(session.user_agent)
        session.is_this_one = session.session_key == request.session.session_key
    return render(request, "account/sessions.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def end_session(request, pk):
    """End one of one's own sessions, which may be this one."""
    if request.method == "GET":  # who comes back here after signing in again
        return redirect("accounts:sessions")
    session = UserSession.objects.filter(user=request.user, pk=pk).first()
    if session is None:
        raise NotFound(_("This session has ended, or is not one of yours."))
    is_this_one = session.session_key == request.session.session_key
    session.end()
    if is_this_one:
        logout(request)
        messages.success(request, _("You are signed out here."))
        return redirect("account_login")
    messages.success(request, _("The session has ended. That device is signed out."))
    return redirect("accounts:sessions")


@login_required
@require_http_methods(["GET", "POST"])
def end_other_sessions(request):
    """End all of one's sessions but this one."""
    if request.method == "POST":
        end_others(request.user, request.session.session_key)
        messages.success(request, _("All other devices are signed out."))
    return redirect("accounts:sessions")
