"""The glossary: read by whoever translates, kept by Efus."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.translations.glossary.forms import GlossaryTermForm
from practices.translations.glossary.listing import GlossaryListing
from practices.translations.glossary.models import GlossaryTerm


def _check_may_edit(user):
    if not user.has_perm("translations.edit_glossary"):
        raise PermissionDenied(_("The people of Efus keep the glossary. Write to them."))


def _term(user, pk):
    _check_may_edit(user)
    term = GlossaryTerm.objects.filter(pk=pk).first()
    if term is None:
        raise NotFound(
            _("There is nothing here, or it was deleted. Go back in your browser to see the list.")
        )
    return term


def _list(request, *, may_edit):
    listing = GlossaryListing(request.GET)
    return render(
        request,
        "glossary/terms.html",
        {
            "listing": listing,
            "page": page_of(request, listing.results(), per_page=50),
            "may_edit": may_edit,
            "offers_editing": not may_edit and request.user.has_perm("translations.edit_glossary"),
        },
    )


def _list_of(term):
    """The address of the list that *term* stands in."""
    query = QueryDict(mutable=True)
    query["from"], query["into"] = term.source_language, term.target_language
    return f"{reverse('glossary:office')}?{query.urlencode()}"


@login_required
@require_safe
def terms(request):
    """The terms of a pair of languages, for whoever translates."""
    if not request.user.has_perm("translations.read_glossary"):
        raise PermissionDenied(
            _("The glossary is for people who translate: those who hold a seat in a city.")
        )
    return _list(request, may_edit=False)


@login_required
@require_safe
def office(request):
    """The terms of a pair of languages, for whoever keeps them."""
    _check_may_edit(request.user)
    return _list(request, may_edit=True)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_term(request):
    """Add a term."""
    _check_may_edit(request.user)
    return _write(request, GlossaryTerm())


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_term(request, pk):
    """Correct a term."""
    return _write(request, _term(request.user, pk))


def _write(request, term):
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    initial = {
        "source_language": request.GET.get("from", ""),
        "target_language": request.GET.get("into", ""),
    }
    form = GlossaryTermForm(data, instance=term, initial=None if term.pk else initial)
    if request.method == "POST" and form.write():
        messages.success(request, _("Saved."))
        return redirect(_list_of(term))
    return render(
        request,
        "glossary/term_form.html",
        {"form": form, "not_yet_saved": kept is not None},
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_term(request, pk):
    """Delete a term, once that is confirmed."""
    term = _term(request.user, pk)
    if request.method == "POST":
        term.delete()
        messages.success(request, _("Deleted."))
        return redirect(_list_of(term))
    return render(request, "glossary/term_delete.html", {"term": term})
