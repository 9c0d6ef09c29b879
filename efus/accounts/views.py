from allauth.account.views import SignupView
from django.contrib import messages
from django.db import IntegrityError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from efus.accounts.forms import ProfileForm
from efus.kept_forms import keeps_form, kept_form


class SignUpView(SignupView):
    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except IntegrityError:
            # The same address a moment ago, as by a double click: answered as if known before.
            return redirect("account_email_verification_sent")


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """A person's own page: name, language and time zone."""
    kept = kept_form(request)
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
