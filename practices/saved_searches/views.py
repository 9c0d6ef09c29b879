"""Searches that a person comes back to, and has new practices of by e-mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.digests.mail.labels import when
from practices.saved_searches import changes
from practices.saved_searches.forms import NameForm, SaveForm, SubscribeForm
from practices.saved_searches.models import (
    LONGEST_NAME,
    LONGEST_QUERY,
    SavedSearch,
    normalised,
)
from practices.saved_searches.standing import standings
from practices.search.filters import Search

SEARCHES_ON_PAGE = 10  # each of them is counted


@never_cache
@login_required
@require_safe
def searches(request):
    """One's saved searches, how many practices each finds and how many are new."""
    rows = SavedSearch.objects.of(request.user).select_related("subscription")
    page = page_of(request, rows, SEARCHES_ON_PAGE)
    return render(
        request,
        "saved_searches/searches.html",
        {
            "page": page,
            "standings": standings(page),
            "deleted": SavedSearch.objects.filter(person=request.user).deleted(),
        },
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def save_search(request):
    """Save the search of the address under a name, and ask for mails in the same step."""
    language = get_language()
    search = Search.from_query(request.GET, language)
    query = normalised(search)
    if not query:
        messages.info(request, _("Choose words or filters first; then save the search."))
        return redirect("practices:browse")
    if len(query) > LONGEST_QUERY:
        messages.warning(
            request, _("This search has too many filters to be saved. Remove some of them.")
        )
        return redirect(SavedSearch(query=query, language=language).results_address)
    kept = kept_form(request)
    if kept and kept.get("query") != query:
        kept = None  # typed for another search
    form = SaveForm(
        request.POST if request.method == "POST" else kept,
        initial={"name": _suggested_name(search), "query": query},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, query, language, form.cleaned_data)
        except changes.SearchRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("saved_searches:searches")
    return render(
        request,
        "saved_searches/save.html",
        {
            "form": form,
            "search": search,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _suggested_name(search):
    labels = ", ".join(str(value.label) for value in search.chosen_values())
    return Truncator(labels).chars(LONGEST_NAME)


def _save(request, query, language, given):
    """Save and subscribe, or neither."""
    with transaction.atomic():
        saved, is_new = changes.save(request.user, query, language, given["name"])
        told = given["frequency"] and changes.subscribe(saved, given["frequency"])
    if is_new:
        messages.success(request, _("The search is saved."))
    else:
        messages.success(
            request, _("This search is saved already, as “%(name)s”.") % {"name": saved.name}
        )
    if told:
        _say_what_comes(request, *told)


def _say_what_comes(request, subscription, is_new):
    words = {"frequency": when(subscription.frequency, subscription.weekday, get_language())}
    if is_new:
        messages.success(request, _("New practices come by e-mail, %(frequency)s.") % words)
    else:
        messages.info(request, _("You get these by e-mail already, %(frequency)s.") % words)


def _own_search(request, pk, rows=None):
    """The person's own search of that number; a page in words where there is none."""
    rows = SavedSearch.objects.of(request.user) if rows is None else rows
    found = (
        rows.select_related("person", "subscription").filter(person=request.user, pk=pk).first()
    )
    if found is None:
        raise NotFound(_("There is no such search among yours. It may have been deleted."))
    return found


@never_cache
@login_required
@require_safe
def open_search(request, pk):
    """Lead to the results, and note that what is there now is not new any more."""
    saved = _own_search(request, pk)
    if request.method == "GET":
        SavedSearch.objects.filter(pk=pk).update(opened_at=timezone.now())
    return redirect(saved.results_address)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def rename_search(request, pk):
    """Call a saved search something else."""
    saved = _own_search(request, pk)
    kept = kept_form(request)
    form = NameForm(request.POST if request.method == "POST" else kept, instance=saved)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("saved_searches:searches")
    return render(
        request,
        "saved_searches/rename.html",
        {"form": form, "search": saved.search, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def delete_search(request, pk):
    """Delete a saved search, which can be undone; by address alone, nothing happens."""
    saved = _own_search(request, pk, SavedSearch.objects.all())
    if request.method == "POST":
        changes.delete(saved)
        messages.success(request, _("Deleted. You can bring it back below for 30 days."))
        if saved.current_subscription:
            messages.info(request, _("The mails go on. End them under “Subscriptions”."))
    return redirect("saved_searches:searches")


@login_required
@require_http_methods(["GET", "POST"])
def bring_back(request, pk):
    """Undo the deletion of a saved search; by address alone, nothing happens."""
    saved = _own_search(request, pk, SavedSearch.objects.all())
    if request.method == "POST":
        try:
            changes.bring_back(saved)
        except changes.SearchRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The search is back."))
    return redirect("saved_searches:searches")


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request, pk):
    """Show what mails from this search would hold, and send them once that is confirmed."""
    saved = _own_search(request, pk)
    kept = kept_form(request)
    form = SubscribeForm(request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        try:
            told = changes.subscribe(saved, form.cleaned_data["frequency"])
        except changes.SearchRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_what_comes(request, *told)
            return redirect("saved_searches:searches")
    return render(
        request,
        "saved_searches/subscribe.html",
        {
            "form": form,
            "saved": saved,
            "search": saved.search,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )
