from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CityKind(models.TextChoices):
    """What a member authority is."""

    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    METROPOLITAN_AREA = "metropolitan_area", _("metropolitan area")
    PROVINCE = "province", _("province")
    REGION = "region", _("region")
    OTHER_PUBLIC_BODY = "other_public_body", _("other public body")


class MembershipState(models.TextChoices):
    """Where a membership stands: applied → active → (lapsed → active)* → ended, or refused."""

    APPLIED = "applied", pgettext_lazy("membership", "applied")
    ACTIVE = "active", pgettext_lazy("membership", "active")
    LAPSED = "lapsed", pgettext_lazy("membership", "lapsed")
    ENDED = "ended", pgettext_lazy("membership", "ended")
    REFUSED = "refused", pgettext_lazy("membership", "refused")


CURRENT_MEMBERSHIP_STATES = (
    MembershipState.APPLIED,
    MembershipState.ACTIVE,
    MembershipState.LAPSED,
)


class SeatRole(models.TextChoices):
    """What a person may do for a city: an editor writes, a coordinator also publishes."""

    EDITOR = "editor", _("editor")
    COORDINATOR = "coordinator", _("coordinator")


class NationalForum(models.TextChoices):
    """The national forums of the network; their names are not translated."""

    BELGIUM = "BE", "Belgisch Forum · Forum belge (BeFUS)"
    FRANCE = "FR", "Forum français pour la sécurité urbaine (FFSU)"
    GERMANY = "DE", "Deutsch-Europäisches Forum für Urbane Sicherheit (DEFUS)"
    ITALY = "IT", "Forum Italiano per la Sicurezza Urbana (FISU)"
    PORTUGAL = "PT", "Fórum Português para a Prevenção e Segurança Urbana"
    SPAIN = "ES", "Foro Español para la Prevención y la Seguridad Urbana (FEPSU)"
