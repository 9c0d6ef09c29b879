"""Practices that cities take up from each other, and their letters about them."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.models import City
from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from efus.pagination import page_of
from practices.adoptions.correspondence import LetterRefused, mark_read, write_letter
from practices.adoptions.forms import AdoptionForm, LetterForm, TakeUpForm
from practices.adoptions.mails import tell_of_letter
from practices.adoptions.people import city_of, name_for_others, people_of
from practices.adoptions.steps import save_changes, take_up
from practices.models import Adoption, Practice


@require_safe
def of_practice(request, practice):
    """All the cities that take up a published practice."""
    found = Practice.objects.published().as_links(get_language()).filter(pk=practice).first()
    if found is None:
        raise NotFound(_("There is no such practice, or it is not public."))
    rows = found.adoptions.public().with_cities()
    return render(
        request,
        "adoptions/of_practice.html",
        {"practice": found, "page": page_of(request, rows)},
    )


@login_required
@require_safe
def adoptions(request):
    """What one's cities take up, or with ``?by-others`` what others take up from them."""
    cities = City.objects.written_for_by(request.user)
    if not cities.exists():
        raise PermissionDenied(_("You hold no seat in a city, so there is nothing here for you."))
    by_others = "by-others" in request.GET
    rows = Adoption.objects.filter(
        **{"practice__city__in" if by_others else "city__in": cities.values("pk")}
    )
    rows = rows.with_practices(get_language()).with_new_letters(request.user).newest_first()
    return render(
        request,
        "adoptions/adoptions.html",
        {"page": page_of(request, rows), "by_others": by_others},
    )


def _cities_that_may_take_up(practice, user):
    return City.objects.members().with_seat_of(user).exclude(pk=practice.city_id)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def take_up_practice(request, practice):
    """Say that one's city takes up another one's practice."""
    found = Practice.objects.published().select_related("city").filter(pk=practice).first()
    if found is None:
        raise NotFound(
            _(
                "There is no such practice, or it is no longer public. If you have typed"
                " something, go back in your browser and copy it."
            )
        )
    if not rules.test_rule("practices.take_up_practice", request.user, found):
        raise PermissionDenied(
            _("A practice is taken up by people with a seat in another city that is a member.")
        )
    cities = _cities_that_may_take_up(found, request.user)
    kept = kept_form(request)
    data = request.POST if request.method == "POST" else kept
    own = found.adoptions.filter(city__in=cities)
    if data is None and not cities.exclude(adoptions__practice=found).exists():
        return redirect("adoptions:adoption", own.first().pk)
    form = TakeUpForm(
        data, cities=cities, practice=found, initial={"language": request.user.language}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            adoption, is_new, told = take_up(
                found,
                given["city"],
                request.user,
                state=given["state"],
                language=given["language"],
                is_public=given["is_public"],
                words=given["text"],
                shows_address=given["shows_address"],
                token=given["token"],
            )
        except LetterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _taken_up(adoption, is_new, told))
            return redirect("adoptions:adoption", adoption.pk)
    return render(
        request,
        "adoptions/take_up.html",
        {
            "form": form,
            "practice": found,
            "title": found.shown("title", get_language()),
            "not_yet_saved": kept is not None,
        },
        status=422 if request.method == "POST" else 200,
    )


def _taken_up(adoption, is_new, told):
    origin = {"city": adoption.practice.city.shown_name, "number": told}
    if not is_new:
        return _("Your city takes this practice up already; you find all about it here.")
    if not told:
        return _("Taken up. Nobody coordinates for %(city)s here at present.") % origin
    return (
        ngettext(
            "Taken up. %(number)d coordinator of %(city)s is told by mail.",
            "Taken up. %(number)d coordinators of %(city)s are told by mail.",
            told,
        )
        % origin
    )


def _found(pk, rows=None):
    """The adoption of that number; a page in words where there is none."""
    rows = Adoption.objects if rows is None else rows
    adoption = rows.select_related("city", "practice__city").filter(pk=pk).first()
    if adoption is None:
        raise NotFound(_("There is nothing here. Look for it in your workspace."))
    return adoption


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def adoption(request, pk):
    """How far a city is: written by its people, read by those of the city of origin."""
    # Locked, so that of two people who save at once the second is told of the first.
    rows = Adoption.objects.select_for_update(of=["self"]) if request.POST else None
    found = _found(pk, rows)
    if not request.user.has_perm("practices.read_adoption", found):
        raise PermissionDenied(_("This is between two cities in which you hold no seat."))
    may_edit = request.user.has_perm("practices.edit_adoption", found)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("Only the city that takes the practice up writes this."))
    kept = kept_form(request)
    state = found.get_state_display()  # as it is, whatever is typed into the form
    form = None
    if may_edit:
        form = AdoptionForm(request.POST if request.method == "POST" else kept, instance=found)
    if request.method == "POST" and form.is_valid():
        save_changes(form, request.user)
        messages.success(request, _("Saved."))
        return redirect("adoptions:adoption", pk)
    may_correspond = rules.test_rule("practices.correspond", request.user, found)
    page = page_of(request, found.events.select_related("person"))
    return render(
        request,
        "adoptions/adoption.html",
        {
            "adoption": found,
            "state": state,
            "title": found.practice.shown("title", get_language()),
            "form": form,
            "not_yet_saved": kept is not None,
            "page": page,
            "events": [(event, name_for_others(event.person, found.city)) for event in page],
            "may_correspond": may_correspond,
            "new_letters": (found.letters.new_for(request.user).count() if may_correspond else 0),
        },
        status=422 if request.method == "POST" else 200,
    )


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request, pk):
    """The letters of the two cities, the newest first, and a form for the next one."""
    found = _found(pk)
    if not rules.test_rule("practices.correspond", request.user, found):
        raise PermissionDenied(
            _("These letters are between the people of two member cities, and theirs alone.")
        )
    own_city = city_of(request.user, found)
    other_city = found.other_city(own_city)
    kept = kept_form(request)
    form = LetterForm(
        request.POST if request.method == "POST" else kept,
        initial={"language": request.user.language},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _send(found, request.user, form.cleaned_data)
        except LetterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The letter is sent."))
            return redirect("adoptions:letters", pk)
    page = page_of(request, found.letters.select_related("author", "from_city"))
    new = set(found.letters.new_for(request.user).values_list("pk", flat=True))
    if request.method == "GET":
        mark_read(found, request.user, page.object_list)
    return render(
        request,
        "adoptions/letters.html",
        {
            "adoption": found,
            "title": found.practice.shown("title", get_language()),
            "other_city": other_city,
            "nobody_there": not people_of([other_city]).exists(),
            "form": form,
            "not_yet_saved": kept is not None,
            "page": page,
            "letters": [
                (letter, name_for_others(letter.author, letter.from_city), letter.pk in new)
                for letter in page
            ],
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _send(adoption, author, given):
    letter, is_new = write_letter(
        adoption,
        author,
        text=given["text"],
        language=given["language"],
        shows_address=given["shows_address"],
        token=given["token"],
    )
    if is_new:
        tell_of_letter(letter)
