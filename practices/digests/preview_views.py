"""The mail of a subscription, or of an edition, as it would look."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from efus.errors import NotFound
from efus.rate_limits import at_most
from practices.digests.mail.previews import editions_to_preview, preview_of, preview_of_edition
from practices.digests.mail.trials import send_trial
from practices.digests.models import Edition, Subscription

LANGUAGES = [code for code, _name in settings.LANGUAGES]

# A mail brings its style; it runs nothing, fetches nothing and sends nothing.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation"],
}


def _chosen_language(request, otherwise):
    language = request.GET.get("language", "")
    return language if language in LANGUAGES else otherwise


def _query(language, edition=None):
    """The query of a preview's address."""
    parameters = QueryDict(mutable=True)
    parameters["language"] = language
    if edition:
        parameters["edition"] = edition.pk
    return parameters.urlencode()


def _page(request, preview, language, mail_path, **context):
    """The page around *preview*, with links to the same in each language."""

    def query(code):
        return _query(code, context.get("edition"))

    languages = [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "query": query(code),
            "is_chosen": code == language,
        }
        for code in LANGUAGES
    ]
    context |= {
        "preview": preview,
        "language": language,
        "languages": languages,
        "query": query(language),
        "mail_address": f"{mail_path}?{query(language)}",
    }
    return render(request, "digests/preview.html", context)


def _mail(preview):
    if not preview.html:
        raise NotFound(_("There is nothing that a mail could tell."))
    return HttpResponse(preview.html)


def _own_subscription(request, pk):
    return get_object_or_404(Subscription.objects.of(request.user).with_choices(), pk=pk)


@login_required
@require_safe
@never_cache
@at_most(60, seconds=60)
@csp_update({"frame-src": [SELF]})
def preview(request, pk):
    """What one of one's own subscriptions would get now."""
    subscription = _own_subscription(request, pk)
    language = _chosen_language(request, subscription.language)
    mail_path = reverse("digests:preview-mail", args=[pk])
    return _page(request, preview_of(subscription, language), language, mail_path)


@login_required
@require_safe
@never_cache
@at_most(60, seconds=60)
@csp(MAIL_POLICY)
@xframe_options_sameorigin
def preview_mail(request, pk):
    """The same as the HTML of the mail."""
    subscription = _own_subscription(request, pk)
    return _mail(preview_of(subscription, _chosen_language(request, subscription.language)))


def _edition(request):
    """The edition that the address names, or None for the last month."""
    if not request.user.is_administrator:
        raise PermissionDenied(_("Only administrators of the platform see this."))
    key = request.GET.get("edition", "")
    if not key:
        return None
    edition = None
    if key.isascii() and key.isdigit() and len(key) < 19:
        edition = Edition.objects.filter(pk=int(key)).first()
    if edition is None:
        raise NotFound(_("There is no such edition. Choose one from the list."))
    return edition


@login_required
@require_safe
@never_cache
@csp_update({"frame-src": [SELF]})
def office_preview(request):
    """What who asks for everything got in an edition, or would have got in the last month."""
    edition = _edition(request)
    language = _chosen_language(request, get_language())
    return _page(
        request,
        preview_of_edition(edition, language),
        language,
        reverse("digest-previews:office-mail"),
        edition=edition,
        editions=editions_to_preview(edition),
        is_for_staff=True,
    )


def mail_to_oneself(request, preview, language):
    """Send *preview* to whoever is signed in, and to nobody else; say so."""
    names = {"address": request.user.email}
    if not preview.subject:
        messages.info(request, _("There is nothing that a mail could tell."))
    elif send_trial(preview, language, request.user):
        messages.success(request, _("A trial copy is on its way to %(address)s.") % names)
    else:
        messages.info(request, _("A trial copy went to %(address)s a moment ago.") % names)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(30, seconds=600)
def office_preview_send(request):
    """Mail the preview to oneself; the address is that of the preview it leads back to."""
    edition = _edition(request)
    language = _chosen_language(request, get_language())
    if request.method == "POST":
        mail_to_oneself(request, preview_of_edition(edition, language), language)
    return redirect(f"{reverse('digest-previews:office')}?{_query(language, edition)}")


@login_required
@require_safe
@never_cache
@csp(MAIL_POLICY)
@xframe_options_sameorigin
def office_preview_mail(request):
    """The same as the HTML of the mail."""
    return _mail(preview_of_edition(_edition(request), _chosen_language(request, get_language())))
