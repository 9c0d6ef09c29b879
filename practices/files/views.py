"""The files of a practice, for those who write it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from efus.errors import NotFound
from efus.kept_forms import keeps_form, kept_form
from practices.enums import FileType
from practices.files.changes import put_before, remove
from practices.files.forms import FilesForm
from practices.models import Practice
from practices.publishing.steps import FILES, outline
from practices.publishing.writing import why_not_written


def _written(request, pk):
    """The practice, for somebody who may write it; locked when something is sent."""
    rows = Practice.objects.select_related("city")
    if request.method == "POST":
        rows = rows.select_for_update(of=["self"])
    practice = get_object_or_404(rows, pk=pk)
    if reason := why_not_written(practice, request.user):
        raise PermissionDenied(reason)
    return practice


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def files(request, pk):
    """Add files, say what they are, and put them in order."""
    practice = _written(request, pk)
    kept = kept_form(request)
    status = 200
    if request.method == "POST":
        form = FilesForm(practice, request.POST, request.FILES)
        is_whole = form.write(request.user)
        _tell(request, form)
        if is_whole:
            return redirect(reverse("files:files", args=[pk]) + _move(request, practice))
        status = 422
    else:
        form = FilesForm(practice, kept)
    return render(
        request,
        "workspace/files.html",
        {
            "practice": practice,
            "form": form,
            "outline": outline(practice, request.user, FILES),
            "file_types": FileType.labels,
            "size_limit": settings.FILE_SIZE_LIMIT,
            "number_limit": settings.FILES_PER_PRACTICE,
            "not_yet_saved": kept is not None,
        },
        status=status,
    )


def _tell(request, form):
    for file in form.added:
        messages.success(request, _("“%(name)s” is added.") % {"name": file})
    for file in form.there_already:
        messages.info(
            request,
            _("“%(name)s” is among the files already; nothing was added.") % {"name": file},
        )
    if not (form.added or form.there_already or form.problems):
        messages.success(request, _("Saved."))


def _move(request, practice):
    """Do what the arrows ask for (``12-7``: put 12 before 7); where the page is to open."""
    file, _dash, other = request.POST.get("move", "").partition("-")
    if not all(number.isdecimal() and len(number) < 19 for number in (file, other)):
        return ""
    put_before(practice, int(file), int(other))
    return f"#file-{int(file)}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def remove_file(request, pk, file):
    """Ask whether a file is to go, and remove it once that is confirmed."""
    practice = _written(request, pk)
    found = practice.files.filter(pk=file).first()
    if request.method == "POST":
        if found:
            remove(found, request.user)
            messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
        else:
            messages.info(request, _("This file is not there any more."))
        return redirect("files:files", pk)
    if found is None:
        raise NotFound(_("This file is not there any more."))
    return render(request, "workspace/file_remove.html", {"practice": practice, "file": found})
