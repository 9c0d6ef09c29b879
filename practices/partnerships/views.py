"""Who works with whom: read by everybody, entered by a city's people."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City
from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form, put_aside
from efus.pagination import page_of
from practices.models import Organisation, Partnership
from practices.partnerships.forms import OrganisationForm, PartnershipForm
from practices.partnerships.listing import OrganisationListing, PartnershipListing


@require_safe
def browse(request):
    """Who works with whom, for everybody."""
    listing = PartnershipListing(request.GET)
    page = page_of(request, listing.results())
    page.object_list = Partnership.objects.in_order(page.object_list, get_language())
    return render(
        request,
        "partnerships/browse.html",
        {
            "listing": listing,
            "page": page,
            "facets": listing.facet_values(),
            "chosen": listing.chosen_values(),
            "ways_out": [] if page.object_list else listing.ways_out(),
        },
    )


def _cities_of(user):
    """The cities that *user* writes for; refused, in words, when there is none."""
    cities = City.objects.written_for_by(user)
    if not cities.exists():
        raise PermissionDenied(_("You hold no seat in a city, so you cannot write for one."))
    return cities


def _found(model, permission, user, pk):
    """The row of *model* that *user* may change; refused, in words, when not."""
    row = model.objects.select_related("city").filter(pk=pk).first()
    if row is None:
        raise NotFound(
            _("There is nothing here, or it was deleted. Go back in your browser to see the list.")
        )
    if not user.has_perm(permission, row):
        raise PermissionDenied(_("This belongs to a city in which you hold no seat."))
    return row


def _organisation(request, pk):
    return _found(Organisation, "practices.edit_organisation", request.user, pk)


def _partnership(request, pk):
    return _found(Partnership, "practices.edit_partnership", request.user, pk)


@login_required
@require_safe
def organisations(request):
    """The organisations of the cities that one writes for."""
    cities = _cities_of(request.user)
    listing = OrganisationListing(request.GET, Organisation.objects.filter(city__in=cities))
    return render(
        request,
        "workspace/organisations.html",
        {"listing": listing, "page": page_of(request, listing.results())},
    )


def _page_left(request):
    """The partnership page that one left to enter an organisation: its address, or None."""
    left = request.GET.get("for", "")
    city = request.GET.get("city", "")
    if left == "new" and city.isdecimal() and len(city) < 19:
        return reverse("partnerships:new", args=[int(city)])
    if left.isdecimal() and len(left) < 19:
        return reverse("partnerships:edit", args=[int(left)])
    return None


def _known_city(cities, number):
    """The city of that *number* among *cities*, or their only one, or None."""
    if number.isdecimal() and len(number) < 19:
        return cities.filter(pk=number).first()
    few = list(cities[:2])
    return few[0] if len(few) == 1 else None


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_organisation(request):
    """Add an organisation, or take one that is there already."""
    cities = _cities_of(request.user)
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    initial = {"city": _known_city(cities, request.GET.get("city", ""))}
    form = OrganisationForm(data, cities=cities, initial=initial)
    back = _page_left(request)
    if request.method == "POST":
        written = form.write()
        if form.taken:
            messages.success(
                request,
                _("“%(name)s” is in the list already; nothing was added.") % {"name": form.taken},
            )
        elif written:
            messages.success(
                request, _("“%(name)s” is in the list now.") % {"name": form.instance.name}
            )
        if form.taken or written:
            return redirect(back or "partnerships:organisations")
    return _organisation_page(request, form, kept, back)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_organisation(request, pk):
    """Correct an organisation."""
    organisation = _organisation(request, pk)
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    form = OrganisationForm(data, instance=organisation, cities=City.objects.none())
    if request.method == "POST" and form.write():
        messages.success(request, _("Saved."))
        return redirect("partnerships:organisations")
    return _organisation_page(request, form, kept, None)


def _organisation_page(request, form, kept, back):
    return render(
        request,
        "workspace/organisation_form.html",
        {
            "form": form,
            "not_yet_saved": kept is not None,
            "back": back or reverse("partnerships:organisations"),
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_organisation(request, pk):
    """Delete an organisation that no partnership uses."""
    organisation = _organisation(request, pk)
    users = Partnership.objects.filter(organisations=organisation)
    if request.method == "POST":
        try:
            with transaction.atomic():
                organisation.delete()
                connection.check_constraints()
        except (ProtectedError, IntegrityError):
            messages.error(
                request,
                _("A partnership uses this organisation, so it stays."),
            )
            return redirect("partnerships:delete-organisation", pk)
        messages.success(request, _("Deleted."))
        return redirect("partnerships:organisations")
    return render(
        request,
        "workspace/organisation_delete.html",
        {"organisation": organisation, "users": users},
    )


@login_required
@require_safe
def partnerships(request):
    """The partnerships of the cities that one writes for."""
    rows = Partnership.objects.filter(city__in=_cities_of(request.user))
    rows = rows.for_list(get_language()).order_by("city__country", "city__official_name", "pk")
    return render(request, "workspace/partnerships.html", {"page": page_of(request, rows)})


@login_required
@require_safe
def choose_city(request):
    """Say which city the new partnership is of, unless there is only one."""
    cities = _cities_of(request.user)
    city = _known_city(cities, request.GET.get("city", ""))
    if city:
        return redirect("partnerships:new", city.pk)
    return render(request, "workspace/choose_city.html", {"cities": cities})


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def new_partnership(request, city):
    """Enter a partnership of *city*, carrying ``?practice`` if given."""
    found = City.objects.filter(pk=city).first()
    if found is None:
        raise NotFound(_("There is no such city."))
    partnership = Partnership(city=found)
    if not request.user.has_perm("practices.edit_partnership", partnership):
        raise PermissionDenied(_("This belongs to a city in which you hold no seat."))
    initial = {
        "original_language": request.user.language,
        "practices": request.GET.getlist("practice")[:1],
    }
    return _write(request, partnership, initial)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def edit_partnership(request, pk):
    """Go on writing a partnership."""
    return _write(request, _partnership(request, pk), None)


def _write(request, partnership, initial):
    if "enter_organisation" in request.POST:
        if put_aside(request):
            return redirect(
                reverse("partnerships:new-organisation")
                + f"?city={partnership.city_id}&for={partnership.pk or 'new'}"
            )
        messages.error(
            request,
            _("This is too much to be put aside. Save first, then enter the organisation."),
        )
    kept = kept_form(request)
    status = 200
    if "add_row" in request.POST or "enter_organisation" in request.POST:
        form = PartnershipForm.as_typed(
            request.POST, partnership, more_rows=int("add_row" in request.POST)
        )
    elif request.method == "POST":
        form = PartnershipForm(request.POST, instance=partnership)
        if form.write():
            messages.success(request, _("Saved."))
            return redirect("partnerships:edit", form.instance.pk)
        status = 422
    elif kept is not None:
        form = PartnershipForm.as_typed(kept, partnership)
    else:
        form = PartnershipForm(instance=partnership, initial=initial)
    return render(
        request,
        "workspace/partnership_form.html",
        {
            "form": form,
            "city": partnership.city,
            "partnership": partnership,
            "not_yet_saved": kept is not None,
        },
        status=status,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_partnership(request, pk):
    """Delete a partnership, after saying what goes with it."""
    partnership = _partnership(request, pk)
    if request.method == "POST":
        partnership.delete()
        messages.success(request, _("Deleted."))
        return redirect("partnerships:partnerships")
    return render(
        request,
        "workspace/partnership_delete.html",
        {
            "partnership": partnership,
            "partners": partnership.partners.select_related("organisation"),
            "practices": partnership.practices.as_links(get_language()),
        },
    )
