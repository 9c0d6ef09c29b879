"""A person's subscriptions, and ending one from a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from practices.digests.forms import SubscriptionForm
from practices.digests.models import Recipient, Subscription
from practices.digests.tokens import subscription_of, subscription_of_preferences
from practices.search.filters import Search


@login_required
@require_safe
def subscriptions(request):
    """One's own subscriptions."""
    return render(
        request,
        "digests/subscriptions.html",
        {"subscriptions": Subscription.objects.of(request.user).with_choices()},
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_subscription(request):
    """Ask for a digest; the address may carry themes, countries and groups of a search."""
    search = Search.from_query(request.GET, get_language())
    recipient = Recipient.objects.for_user(request.user)
    subscription = Subscription(recipient=recipient, language=get_language())
    return _write(request, subscription, search)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_subscription(request, pk):
    """Change what a digest is about."""
    subscription = _own(request, pk)
    return _write(request, subscription, subscription.search)


def _own(request, pk):
    return get_object_or_404(Subscription.objects.of(request.user).with_choices(), pk=pk)


def _write(request, subscription, search):
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    form = SubscriptionForm(data, instance=subscription, search=search)
    if request.method == "POST" and form.is_valid():
        subscription = form.save()
        subscription.choose(form.wish.chosen)
        messages.success(request, _("Your subscription is saved."))
        return redirect("digests:subscriptions")
    return render(
        request,
        "digests/subscription_form.html",
        {"form": form, "subscription": subscription, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def end_subscription(request, pk):
    """End one of one's own subscriptions; by address alone, nothing ends."""
    if request.method == "GET":
        return redirect("digests:subscriptions")
    get_object_or_404(Subscription.objects.of(request.user), pk=pk).end()
    messages.success(request, _("The subscription has ended. No more mails will come from it."))
    return redirect("digests:subscriptions")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """End the subscription that the signed *token* stands for, without signing in.

    A mail program sends a POST (RFC 8058, one click); a person who follows the link finds
    a button, since programs that check links must not unsubscribe anybody.
    """
    subscription = subscription_of(token)
    if subscription is None:
        raise NotFound(_("This link is incomplete. Copy all of it from the mail."))
    if request.method == "POST":
        if request.POST.get("again"):
            subscription.resume()
        else:
            subscription.end()
    return render(request, "digests/unsubscribe.html", {"subscription": subscription})


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request, token):
    """Change the one subscription that the signed *token* stands for, without signing in."""
    subscription = subscription_of_preferences(token)
    if subscription is None:
        raise NotFound(_("This link is incomplete or too old."))
    return _write(request, subscription, subscription.search)
