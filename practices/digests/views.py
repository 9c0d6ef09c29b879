"""A person's own subscriptions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from efus.rate_limits import at_most
from practices.digests import changes
from practices.digests.forms import PauseForm, SubscriptionForm
from practices.digests.models import Recipient, Subscription
from practices.digests.steps import is_to_be_saved, step
from practices.digests.wording import described
from practices.search.filters import Search


@never_cache
@login_required
@require_safe
def subscriptions(request):
    """One's own subscriptions, and those that ended lately."""
    page = page_of(request, Subscription.objects.of(request.user).with_choices())
    return render(
        request,
        "digests/subscriptions.html",
        {
            "page": page,
            "subscriptions": described(page),
            "ended": described(changes.lately_ended(request.user)),
        },
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(60, seconds=60)
def new_subscription(request):
    """Ask for mails; the address may carry what a search asks for."""
    kept = kept_form(request)
    form = SubscriptionForm(
        request.POST if request.method == "POST" else kept,
        instance=Subscription(recipient=Recipient(user=request.user), language=get_language()),
        search=Search.from_query(request.GET, get_language()),
    )
    refusal = ""
    if is_to_be_saved(request, form):
        try:
            _subscription, is_new = changes.subscribe(request.user, form.wish, form.times)
        except changes.SubscriptionRefused as refused:
            refusal = str(refused)
        else:
            if is_new:
                messages.success(request, _("You are subscribed."))
            else:
                messages.info(request, _("You have this subscription already."))
            return redirect("digests:subscriptions")
    return step(request, form, refusal, not_yet_saved=kept is not None)


def _own(request, pk, rows=None):
    """The person's own subscription of that number; a page in words where there is none."""
    rows = Subscription.objects.of(request.user) if rows is None else rows
    found = rows.filter(recipient__user=request.user, pk=pk).with_choices().first()
    if found is None:
        raise NotFound(_("There is no such subscription among yours. It may have ended."))
    return found


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(60, seconds=60)
def edit_subscription(request, pk):
    """Change what a subscription asks for, or when its mails come."""
    subscription = _own(request, pk)
    kept = kept_form(request)
    form = SubscriptionForm(
        request.POST if request.method == "POST" else kept,
        instance=subscription,
        search=subscription.search,
    )
    if is_to_be_saved(request, form):
        changes.change(subscription, form.wish, form.times)
        messages.success(request, _("Your subscription is saved."))
        return redirect("digests:subscriptions")
    return step(request, form, subscription=subscription, not_yet_saved=kept is not None)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def pause_subscription(request, pk):
    """Have no mails until a day."""
    subscription = _own(request, pk)
    kept = kept_form(request)
    form = PauseForm(request.POST if request.method == "POST" else kept, subscription=subscription)
    if request.method == "POST" and form.is_valid():
        subscription.pause(form.cleaned_data["until"])
        messages.success(request, _("No mails come until then."))
        return redirect("digests:subscriptions")
    (in_words,) = described([subscription])
    return render(
        request,
        "digests/pause.html",
        {"form": form, "described": in_words, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def go_on(request, pk):
    """End the pause; by address alone, nothing happens."""
    subscription = _own(request, pk)
    if request.method == "POST":
        subscription.go_on()
        messages.success(request, _("Mails come again."))
    return redirect("digests:subscriptions")


@login_required
@require_http_methods(["GET", "POST"])
def end_subscription(request, pk):
    """End one of one's own subscriptions; by address alone, nothing ends."""
    subscription = _own(request, pk, Subscription.objects.filter(confirmed_at__isnull=False))
    if request.method == "POST":
        subscription.end()
        messages.success(
            request,
            _("The subscription has ended. For 30 days you can subscribe again below."),
        )
    return redirect("digests:subscriptions")


@login_required
@require_http_methods(["GET", "POST"])
def resume_subscription(request, pk):
    """Undo that a subscription was ended; by address alone, nothing happens."""
    subscription = _own(request, pk, Subscription.objects.filter(confirmed_at__isnull=False))
    if request.method == "POST":
        try:
            changes.resume(subscription)
        except changes.SubscriptionRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("You are subscribed again."))
    return redirect("digests:subscriptions")
