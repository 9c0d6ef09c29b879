from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from efus.accounts.forms import ProfileForm


@login_required
def profile(request):
    """A person's own page: name, language and time zone."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("Your details are saved."))
            return redirect(reverse("accounts:profile"))
    return render(request, "account/profile.html", {"form": form})
