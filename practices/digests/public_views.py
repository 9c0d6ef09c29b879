"""Subscribing, and changing or ending a subscription, without signing in."""

from functools import wraps

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from efus.errors import NotFound
from efus.kept_forms import keeps_open_form, kept_form
from efus.rate_limits import at_most
from practices.digests import changes, guests
from practices.digests.estimate import A_MONTH
from practices.digests.forms import GuestForm, PauseForm, PreferencesForm
from practices.digests.models import Recipient, Subscription
from practices.digests.steps import is_to_be_saved, step
from practices.digests.tokens import (
    preferences_address,
    subscription_of,
    subscription_of_preferences,
    subscription_to_confirm,
)
from practices.digests.wording import described
from practices.search.filters import Search


def reached_by_token(view):
    """A page whose address is what lets somebody in, so that nobody else may learn it.

    Browsers that name no referrer name no origin either, which the check of CSRF asks for; and
    who does not know the address cannot have a form sent to it.
    """

    @wraps(view)
    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


@keeps_open_form
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(60, seconds=600)
def subscribe(request):
    """Ask for mails to an address; the page's address may carry what a search asks for."""
    if request.user.is_authenticated:
        query = request.GET.urlencode()
        return redirect(reverse("digests:new") + (f"?{query}" if query else ""))
    kept = kept_form(request)
    form = GuestForm(
        request.POST if request.method == "POST" else kept,
        instance=Subscription(recipient=Recipient(), language=get_language()),
        search=Search.from_query(request.GET, get_language()),
    )
    if is_to_be_saved(request, form):
        given = form.cleaned_data
        guests.ask(given["email"], given["time_zone"], form.wish, form.times)
        return render(request, "digests/asked.html", {"email": given["email"]})
    return step(request, form, is_open=True, not_yet_saved=kept is not None)


@reached_by_token
@at_most(60, seconds=600)
def confirm(request, token):
    """Confirm a subscription; programs that check links find a button, which they do not press."""
    subscription = subscription_to_confirm(token)
    if subscription is None:
        raise NotFound(
            _(
                "This link is incomplete or older than 7 days. Copy all of it from the mail,"
                " or ask for the news once more."
            )
        )
    refusal = ""
    if request.method == "POST":
        try:
            guests.confirm(subscription)
        except changes.SubscriptionRefused as refused:
            refusal = str(refused)
    context = {"described": described([subscription])[0], "refusal": refusal}
    if subscription.confirmed_at:
        context["preferences"] = preferences_address(subscription)
    return render(request, "digests/confirm.html", context)


@reached_by_token
@at_most(60, seconds=60)
def preferences(request, token):
    """Change, pause or end the one subscription that the signed *token* stands for."""
    subscription = subscription_of_preferences(token)
    if subscription is None:
        return _expired(request, token)
    if "action" in request.POST:
        return _act(request, subscription)
    if subscription.ended_at:
        return _preferences_page(request, subscription)
    form = _preferences_form(subscription, request.POST if request.method == "POST" else None)
    if is_to_be_saved(request, form):
        zone = form.cleaned_data.get("time_zone")
        changed = changes.change(subscription, form.wish, form.times, zone)
        return _preferences_page(request, changed, _("Your subscription is saved."))
    return step(request, form, **_preferences_context(_reread(subscription)))


def _preferences_form(subscription, data=None):
    return PreferencesForm(data, instance=subscription, search=subscription.search)


def _reread(subscription):
    """*subscription* as it is stored, whatever a form has written into it."""
    return Subscription.objects.with_choices().get(pk=subscription.pk)


def _preferences_context(subscription, pause_form=None):
    return {
        "subscription": subscription,
        "described": described([subscription])[0],
        "pause_form": pause_form or PauseForm(subscription=subscription),
        "template": "digests/preferences.html",
        "is_by_token": True,
    }


def _preferences_page(request, subscription, notice="", *, pause_form=None, status=200):
    """The page of *subscription* as it is stored, with the forms to change it."""
    subscription = _reread(subscription)
    context = _preferences_context(subscription, pause_form)
    context |= {"form": _preferences_form(subscription), "notice": notice}
    return render(request, context.pop("template"), context, status=status)


def _act(request, subscription):
    """Do with *subscription* what a button of its page says."""
    action, notice = request.POST["action"], ""
    if action == "pause" and not subscription.ended_at:
        form = PauseForm(request.POST, subscription=subscription)
        if not form.is_valid():
            return _preferences_page(request, subscription, pause_form=form, status=422)
        subscription.pause(form.cleaned_data["until"])
        notice = _("No mails come until then.")
    elif action == "go-on":
        subscription.go_on()
        notice = _("Mails come again.")
    elif action == "end":
        subscription.end()
        notice = _("No more mails will come from this subscription.")
    elif action == "resume":
        notice = _resume(subscription)
    return _preferences_page(request, subscription, notice)


def _resume(subscription):
    """Go on with what was ended; returns what to tell the person."""
    try:
        changes.resume(subscription)
    except changes.SubscriptionRefused as refused:
        return str(refused)
    return _("You are subscribed again.")


def _expired(request, token):
    """Say that the link is too old, and mail a fresh one on request."""
    subscription = subscription_of_preferences(token, max_age=None)
    if subscription is None:
        raise NotFound(_("This link is incomplete. Copy all of it from the mail."))
    if request.method == "POST":
        guests.mail_fresh_link(subscription)
    context = {"is_mailed": request.method == "POST"}
    return render(request, "digests/expired.html", context, status=404)


@reached_by_token
def unsubscribe(request, token):
    """End the subscription that the signed *token* stands for.

    A mail program sends a POST (RFC 8058, one click); a person who follows the link finds
    a button, since programs that check links must not unsubscribe anybody.
    """
    subscription = subscription_of(token)
    if subscription is None:
        raise NotFound(_("This link is incomplete. Copy all of it from the mail."))
    notice = ""
    if "again" in request.POST:
        notice = _resume(subscription)
    elif "pause" in request.POST and not subscription.ended_at:
        subscription.pause(timezone.localdate() + A_MONTH)
    elif request.method == "POST":
        subscription.end()
    context = {"subscription": subscription, "notice": notice}
    return render(request, "digests/unsubscribe.html", context)
