"""The two steps to a subscription: what is asked for, then what that would have sent.

What was typed travels with both, so that nothing is saved, or lost, before somebody says so.
"""

from django.shortcuts import render
from django.utils.translation import get_language_info

from practices.digests.estimate import last_month


def is_to_be_saved(request, form):
    """Whether the person has seen what the *form* asks for and wants it saved."""
    return request.method == "POST" and "save" in request.POST and form.is_valid()


def step(request, form, refusal="", template="digests/subscription_form.html", **context):
    """The page for what is to be done next: writing the *form*, or checking what it leads to.

    *template* is of the page with the form; *refusal* says why it cannot be saved as it is.
    """
    context["form"] = form
    if refusal:
        form.add_error(None, refusal)
    is_sent = request.method == "POST"
    if is_sent and "change" not in request.POST and form.is_valid():
        context["estimate"] = last_month(form.wish)
        context["mail_language"] = get_language_info(form.wish.language)["name_translated"]
        return render(request, "digests/check.html", context)
    status = 422 if is_sent and not form.is_valid() else 200
    return render(request, template, context, status=status)
