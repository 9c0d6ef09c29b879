"""Whether a person can write a practice now, and if not, why."""

from django.utils.translation import gettext as _

from practices.enums import PublicationState


def why_not_written(practice, user):
    """Why *user* cannot write *practice* now, in words for them; empty when they can."""
    if not user.has_perm("practices.edit_practice", practice):
        if user.has_perm("practices.submit_practice", practice):
            return _("This practice is published. A coordinator of your city can change it.")
        if user.has_perm("practices.follow_practice", practice):
            return _("You can read this practice and its history. Only its city writes it.")
        return _("This practice belongs to a city in which you hold no seat.")
    if practice.state == PublicationState.ARCHIVED:
        return _("This practice is archived. To change it, a coordinator restores it first.")
    return ""
