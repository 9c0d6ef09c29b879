from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from efus.accounts.forms import ProfileForm
from efus.kept_forms import keeps_form, take_kept_form


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """A person's own page: name, language and time zone."""
    kept = take_kept_form(request) if request.method == "GET" else None
    form = ProfileForm(request.POST or kept, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("Your details are saved."))
            return redirect(reverse("accounts:profile"))
    return render(
        request,
        "account/profile.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )
