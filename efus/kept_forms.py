"""What was typed into a form outlives the session that it was typed in.

A page that keeps its form is wrapped in ``keeps_form``. When it is sent after the session
has ended, or with an outdated CSRF token, what was typed is put into the session, the
person is asked to sign in again or to check and send again, and finds the form as it was.
"""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _

SESSION_KEY = "kept_forms"
LONGEST_FORM = 200_000  # characters, several times the longest practice
MOST_FORMS = 5
KEPT_SECONDS = 86_400  # before sign-in; signing in makes the session last as usual


def _keep(request):
    """Put what was sent into the session; False when it is too long to be kept."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    encoded = typed.urlencode()
    if len(encoded) > LONGEST_FORM:
        return False
    kept = request.session.get(SESSION_KEY, {})
    kept.pop(request.path, None)
    while len(kept) >= MOST_FORMS:
        kept.pop(next(iter(kept)))
    request.session[SESSION_KEY] = kept | {request.path: encoded}
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_SECONDS)
    return True


def take_kept_form(request):
    """What was typed on this page and not yet saved: a ``QueryDict``, or None."""
    kept = request.session.get(SESSION_KEY, {})
    if request.path not in kept:
        return None
    typed = QueryDict(kept.pop(request.path))
    request.session[SESSION_KEY] = kept
    return typed


def keeps_form(view):
    """Ask for sign-in, and keep what was typed meanwhile."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST" and _keep(request):
            messages.warning(
                request,
                _(
                    "You are not signed in, or no longer. Sign in:"
                    " what you typed is kept and waits for you to save it."
                ),
            )
        return redirect_to_login(request.get_full_path())

    wrapped.keeps_form = True
    return wrapped


def _comes_from_us(request):
    """Whether the browser says that one of our own pages sent the request."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def csrf_failure(request, reason=""):
    """Answer a form with an outdated token without losing what was typed."""
    view = resolve(request.path_info).func
    if getattr(view, "keeps_form", False) and _comes_from_us(request) and _keep(request):
        messages.warning(
            request,
            _(
                "The page had been open for too long. Nothing is lost:"
                " check what you typed and save it again."
            ),
        )
        return HttpResponseRedirect(request.get_full_path())
    return render(request, "403_csrf.html", status=403)
