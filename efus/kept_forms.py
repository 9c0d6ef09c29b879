"""What was typed into a form outlives the session that it was typed in.

A page that keeps its form is wrapped in ``keeps_form``, and its form carries the hidden field
of ``{% written_by %}``, which says, signed, whose page it was. When it is sent after the
session has ended, or with an outdated CSRF token, what was typed is put into the session. The
person is asked to sign in, or to check and send again, and finds the form as it was. Nobody
else does, and without such a page nothing can be put there.
"""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

SESSION_KEY = "kept_forms"
WRITER_FIELD = "written_by"
LONGEST_FORM = 200_000  # characters, more than the longest practice
MOST_FORMS = 5
KEPT_SECONDS = 86_400  # before sign-in; signing in makes the session last as usual

_signer = Signer(salt="kept forms")


def signed_writer(user):
    """The value of the field by which a form is known to be a page of *user*'s."""
    return _signer.sign(user.pk)


def _page(request):
    """What a page is known by, in whatever language it is read."""
    match = request.resolver_match
    return " ".join([match.view_name, *(f"{name}={match.kwargs[name]}" for name in match.kwargs)])


def _keep(request):
    """Put what was sent into the session; False when that cannot be done."""
    try:
        _signer.unsign(request.POST.get(WRITER_FIELD, ""))
    except BadSignature:
        return False
    if sum(len(text) for _name, texts in request.POST.lists() for text in texts) > LONGEST_FORM:
        return False
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    kept = request.session.get(SESSION_KEY, {})
    kept.pop(_page(request), None)
    while len(kept) >= MOST_FORMS:
        kept.pop(next(iter(kept)))
    request.session[SESSION_KEY] = kept | {_page(request): typed.urlencode()}
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_SECONDS)
    return True


def _forget(request):
    kept = request.session.get(SESSION_KEY, {})
    if kept.pop(_page(request), None) is not None:
        request.session[SESSION_KEY] = kept


def put_aside(request):
    """Keep what was typed while its writer does something else first; False if it cannot be."""
    return _keep(request)


def kept_form(request):
    """What this person typed on this page and has not saved yet: a ``QueryDict``, or None.

    It is kept until the page's form is sent again or ``?discard`` is asked for.
    """
    if request.method == "POST" or "discard" in request.GET:
        _forget(request)
        return None
    encoded = request.session.get(SESSION_KEY, {}).get(_page(request))
    if encoded is None:
        return None
    typed = QueryDict(encoded)
    if typed.get(WRITER_FIELD) != signed_writer(request.user):
        _forget(request)
        return None
    return typed


def keeps_form(view):
    """Ask for sign-in, and keep what was typed meanwhile.

    The page is stored nowhere: who comes back to it sees what is kept by then, and the next
    person at the same computer sees nothing.
    """

    @wraps(view)
    @never_cache
    def wrapped(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            if _keep(request):
                messages.warning(
                    request,
                    _(
                        "You are not signed in, or no longer. Sign in:"
                        " what you typed is kept and waits for you to save it."
                    ),
                )
            else:
                messages.error(
                    request,
                    _(
                        "You are not signed in, or no longer, and what you typed could not be"
                        " kept. Go back in your browser, copy it, and sign in."
                    ),
                )
        return redirect_to_login(request.get_full_path())

    wrapped.keeps_form = True
    return wrapped


def keeps_open_form(view):
    """The same for a page that anybody may use: it asks nobody to sign in."""

    @wraps(view)
    @never_cache
    def wrapped(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    wrapped.keeps_form = True
    return wrapped


def _comes_from_us(request):
    """Whether the browser says that one of our own pages sent the request."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == request.get_host()
    except ValueError:
        return False


def csrf_failure(request, reason=""):
    """Answer a form with an outdated token without losing what was typed."""
    view = request.resolver_match.func if request.resolver_match else None
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
