"""What stands beside the steps to publication on the page of a practice in the workspace."""

from email.utils import parseaddr

from django import template
from django.conf import settings

from practices.links.words import failing_links
from practices.publishing.schedule import PUBLISH, in_words
from practices.publishing.transitions import lacks_membership

register = template.Library()

register.filter("with_zone", in_words)


@register.inclusion_tag("workspace/_publication_notes.html", takes_context=True)
def publication_notes(context, practice):
    """When *practice* will be published, what is in the way of it, and which links are broken."""
    user = context["request"].user
    lapsed = lacks_membership(PUBLISH, practice)
    may_publish = user.has_perm(PUBLISH.permission, practice)
    return {
        "practice": practice,
        "lapsed": lapsed,
        "may_publish": may_publish,
        "may_schedule": may_publish and not lapsed and practice.state in PUBLISH.sources,
        "failing_links": failing_links(practice),
        "efus_address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
