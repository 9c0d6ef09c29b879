"""One's own collections."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.collections import changes
from practices.collections.forms import AddForm, CollectionForm, NoteForm
from practices.collections.models import Collection, CollectionItem
from practices.models import Practice

ITEMS_ON_PAGE = 20
ITEM_ACTIONS = ("up", "down", "remove", "put_back")


@login_required
@require_safe
def collections(request):
    """One's collections, and those deleted lately."""
    rows = Collection.objects.of(request.user).with_numbers()
    return render(
        request,
        "collections/collections.html",
        {
            "page": page_of(request, rows),
            "deleted": Collection.objects.filter(person=request.user).deleted(),
        },
    )


def own_collection(request, pk, rows=None):
    """The person's own collection of that number; a page in words where there is none."""
    rows = Collection.objects.of(request.user) if rows is None else rows
    found = rows.filter(person=request.user, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such collection among yours. It may have been deleted."))
    return found


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_collection(request):
    """Begin a collection."""
    kept = kept_form(request)
    form = CollectionForm(
        request.POST if request.method == "POST" else kept, initial={"language": get_language()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            collection, _is_new = changes.begin(
                request.user, form.cleaned_data["token"], **form.fields_given
            )
        except changes.CollectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Your collection is there. Add practices to it from their pages.")
            )
            return redirect("collections:collection", collection.pk)
    return _collection_form(request, form, kept)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_collection(request, pk):
    """Change what a collection says of itself."""
    collection = own_collection(request, pk)
    kept = kept_form(request)
    form = CollectionForm(request.POST if request.method == "POST" else kept, instance=collection)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("collections:collection", pk)
    return _collection_form(request, form, kept, pk)


def _collection_form(request, form, kept, pk=None):
    return render(
        request,
        "collections/collection_form.html",
        {"form": form, "number": pk, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_safe
def collection(request, pk):
    """A collection as its person sees it, with what was removed lately."""
    found = own_collection(request, pk)
    items = found.items.present().with_neighbours().with_practices(get_language())
    return render(
        request,
        "collections/collection.html",
        {
            "collection": found,
            "page": page_of(request, items.order_by("position"), ITEMS_ON_PAGE),
            "removed": found.items.deleted(),
        },
    )


def _address_of(item):
    """Where *item* stands in the pages of its collection, or stood before it was removed."""
    present = item.collection.items.present()
    before = present.filter(position__lt=item.position).count()
    last = max(present.count() - 1, 0)
    address = reverse("collections:collection", args=[item.collection_id])
    return f"{address}?page={min(before, last) // ITEMS_ON_PAGE + 1}#item-{item.pk}"


def _numbers(text):
    """The two numbers of 12-7, or the one of 12; what is none is 0, which nothing has."""
    first, _dash, second = text.partition("-")
    return [int(part) if part.isdecimal() and len(part) < 19 else 0 for part in (first, second)]


@login_required
@require_http_methods(["GET", "POST"])
def change_items(request, pk):
    """Do what a button beside a practice says: move it up or down, remove it or put it back.

    To move is said as 12-7, "put 12 before 7", so that pressing twice moves once.
    """
    collection = own_collection(request, pk)
    action = next((name for name in ITEM_ACTIONS if name in request.POST), None)
    if action is None:
        return redirect("collections:collection", pk)
    first, second = _numbers(request.POST[action])
    item = collection.items.filter(pk=second if action == "down" else first).first()
    if item is None:
        messages.info(request, _("This practice is not in the collection any more."))
        return redirect("collections:collection", pk)
    if action in {"up", "down"}:
        changes.put_before(collection, first, second)
        item.refresh_from_db()
    elif action == "remove":
        changes.remove(item)
        messages.success(request, _("Removed. You can put it back below."))
    else:
        try:
            changes.put_back(item)
        except changes.CollectionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("collections:collection", pk)
        messages.success(request, _("It is back where it was."))
    return redirect(_address_of(item))


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_note(request, pk, item):
    """Say why a practice is in the collection."""
    collection = own_collection(request, pk)
    rows = collection.items.present().with_practices(get_language())
    found = rows.filter(pk=item).first()
    if found is None:
        raise NotFound(
            _(
                "This practice is not in the collection any more. If you have typed something,"
                " go back in your browser and copy it."
            )
        )
    kept = kept_form(request)
    form = NoteForm(request.POST if request.method == "POST" else kept, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(_address_of(found))
    return render(
        request,
        "collections/note.html",
        {
            "form": form,
            "collection": collection,
            "item": found,
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_collection(request, pk):
    """Ask whether a collection is to go, and delete it once that is confirmed."""
    if request.method != "POST":
        collection = own_collection(
            request, pk, Collection.objects.of(request.user).with_numbers()
        )
        return render(request, "collections/delete.html", {"collection": collection})
    collection = own_collection(request, pk, Collection.objects.all())
    changes.delete(collection)
    messages.success(
        request,
        _("“%(title)s” is deleted. You can bring it back for 30 days.")
        % {"title": collection.title},
    )
    return redirect("collections:collections")


@login_required
@require_http_methods(["GET", "POST"])
def bring_back(request, pk):
    """Undo the deletion of a collection; by address alone, nothing happens."""
    collection = own_collection(request, pk, Collection.objects.all())
    if request.method == "GET":
        return redirect("collections:collections")
    try:
        changes.bring_back(collection)
    except changes.CollectionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("collections:collections")
    messages.success(request, _("The collection is back."))
    return redirect("collections:collection", pk)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def add_practice(request, practice):
    """Add a published practice to one of one's collections, or to a new one."""
    language = get_language()
    found = Practice.objects.published().as_cards(language).filter(pk=practice).first()
    if found is None:
        raise NotFound(
            _(
                "There is no such practice, or it is no longer public. If you have typed"
                " something, go back in your browser and copy it."
            )
        )
    kept = kept_form(request)
    items = CollectionItem.objects.present().filter(practice=found)
    form = AddForm(
        request.POST if request.method == "POST" else kept,
        collections=Collection.objects.of(request.user).with_numbers(),
        holding=set(items.values_list("collection", flat=True)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            item, is_new = _add(request.user, found, form, language)
        except changes.CollectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = {"title": item.collection.title}
            if is_new:
                messages.success(request, _("It is in “%(title)s” now.") % words)
            else:
                messages.success(request, _("It is in “%(title)s” already.") % words)
            return redirect(_address_of(item))
    return render(
        request,
        "collections/add.html",
        {
            "form": form,
            "practice": found,
            "title": found.shown("title", language),
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _add(person, practice, form, language):
    collection = form.chosen
    if collection is None:
        collection, _is_new = changes.begin(
            person,
            form.cleaned_data["token"],
            title=form.cleaned_data["title"],
            language=language,
        )
    return changes.add(collection, practice, form.cleaned_data["note"], language)
