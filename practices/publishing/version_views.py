"""The history of a practice, its versions, and the way back to one of them."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.pagination import page_of
from practices.models import Practice
from practices.publishing.comparison import fact_differences, text_differences
from practices.publishing.versions import RestoreRefused, restore
from practices.publishing.writing import why_not_written
from practices.versions import content_of

LARGEST_NUMBER = 2**31 - 1  # what the column holds


class ComparisonForm(forms.Form):
    """Which two versions to compare, by number."""

    earlier = forms.IntegerField(label=gettext_lazy("Compare version"), min_value=1)
    later = forms.IntegerField(label=gettext_lazy("with version"), min_value=1)


def _followed(request, pk, *, lock=False):
    """The practice, for somebody who may follow what happens to it."""
    practices = Practice.objects.select_related("city")
    if lock:
        practices = practices.select_for_update(of=["self"])
    practice = get_object_or_404(practices, pk=pk)
    if not request.user.has_perm("practices.follow_practice", practice):
        raise PermissionDenied(_("This practice belongs to a city in which you hold no seat."))
    return practice


def _version(practice, number):
    version = practice.versions.filter(number=min(number, LARGEST_NUMBER)).first()
    if version is None:
        raise NotFound(_("There is no version %(number)d.") % {"number": number})
    version.practice = practice
    return version


@login_required
@require_safe
def history(request, pk):
    """All that happened to a practice."""
    practice = _followed(request, pk)
    page = page_of(request, practice.events.newest_first())
    return render(request, "workspace/history.html", {"practice": practice, "page": page})


@login_required
@require_safe
def versions(request, pk):
    """Every version of a practice, the newest first."""
    practice = _followed(request, pk)
    listed = practice.versions.select_related("saved_by").defer("texts", "facts")
    page = page_of(request, listed)
    newest = page.paginator.count
    form = ComparisonForm(initial={"earlier": max(newest - 1, 1), "later": newest})
    return render(
        request,
        "workspace/versions.html",
        {
            "practice": practice,
            "page": page,
            "form": form if newest > 1 else None,
            "newest": newest,
            "may_restore": not why_not_written(practice, request.user),
        },
    )


@login_required
@require_safe
def compare_versions(request, pk):
    """What two versions say differently."""
    practice = _followed(request, pk)
    form = ComparisonForm(request.GET)
    if not form.is_valid():
        raise NotFound(_("Choose two versions by their numbers."))
    earlier = _version(practice, form.cleaned_data["earlier"])
    later = _version(practice, form.cleaned_data["later"])
    return render(
        request,
        "workspace/comparison.html",
        {
            "practice": practice,
            "earlier": earlier,
            "later": later,
            "texts": text_differences(earlier.content, later.content),
            "facts": fact_differences(earlier.content, later.content),
        },
    )


def _seen(practice):
    """What tells whether anybody has saved *practice* since, or a translation of it."""
    return f"{practice.updated_at.isoformat()} {practice.versions.count()}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def restore_version(request, pk, number):
    """Show what restoring a version would change, and do it once that is confirmed."""
    practice = _followed(request, pk, lock=request.method == "POST")
    if reason := why_not_written(practice, request.user):
        raise PermissionDenied(reason)
    version = _version(practice, number)
    if request.method == "POST":
        if request.POST.get("seen") != _seen(practice):
            messages.warning(
                request,
                _(
                    "Somebody else has saved this practice meanwhile."
                    " Look again before you restore."
                ),
            )
            return redirect("workspace:restore-version", pk, number)
        try:
            restored = restore(version, request.user)
        except RestoreRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("workspace:versions", pk)
        messages.success(
            request,
            _("Version %(number)d is restored, as version %(new)d.")
            % {"number": number, "new": restored.number},
        )
        return redirect("workspace:edit", pk)
    content = content_of(practice)
    return render(
        request,
        "workspace/restore_version.html",
        {
            "practice": practice,
            "version": version,
            "seen": _seen(practice),
            "texts": text_differences(content, version.content),
            "facts": fact_differences(content, version.content),
        },
    )
