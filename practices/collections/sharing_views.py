"""Sharing a collection by its link, and reading one that somebody shares."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.collections import changes
from practices.collections.forms import CopyForm
from practices.collections.models import Collection
from practices.collections.views import ITEMS_ON_PAGE, own_collection


@login_required
@require_http_methods(["GET", "POST"])
def share_collection(request, pk):
    """Share a collection by a link, have another link, or stop; by address alone, nothing."""
    collection = own_collection(request, pk)
    if request.method == "POST":
        if "renew" in request.POST:
            changes.renew_link(collection)
            messages.success(
                request, _("There is a new link. The one before leads nowhere any more.")
            )
        elif "stop" in request.POST:
            changes.stop_sharing(collection)
            messages.success(request, _("Your collection is private. Its link leads nowhere."))
        elif "share" in request.POST:
            changes.share(collection)
            messages.success(request, _("Whoever has the link can read your collection now."))
    return redirect("collections:collection", pk)


def _shared(token):
    collection = Collection.objects.shared().filter(share_token=token).first()
    if collection is None:
        raise NotFound(
            _("This collection is not shared, or no longer. Ask whoever gave you the link.")
        )
    return collection


@never_cache
@require_safe
def shared_collection(request, token):
    """A collection, for whoever has its link."""
    collection = _shared(token)
    items = collection.items.present().public().with_practices(get_language())
    return render(
        request,
        "collections/shared.html",
        {
            "collection": collection,
            "page": page_of(request, items.order_by("position"), ITEMS_ON_PAGE),
            "is_own": collection.person_id == request.user.pk,
        },
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def copy_collection(request, token):
    """Save a copy of a shared collection among one's own."""
    shared = _shared(token)
    kept = kept_form(request)
    form = CopyForm(
        request.POST if request.method == "POST" else kept,
        initial={"title": shared.title, "description": _origin(shared)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            collection, _is_new = changes.copy(
                shared,
                request.user,
                form.cleaned_data["token"],
                get_language(),
                **form.fields_given,
            )
        except changes.CollectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("This is your own copy. Change it as you like."))
            return redirect("collections:collection", collection.pk)
    return render(
        request,
        "collections/copy.html",
        {"form": form, "collection": shared, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


def _origin(shared):
    """Where a copy comes from, in the language that the collection is written in."""
    with override(shared.language):
        if shared.curator:
            return _("Copied from “%(title)s”, collected by %(name)s.") % {
                "title": shared.title,
                "name": shared.curator,
            }
        return _("Copied from “%(title)s”.") % {"title": shared.title}
