from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PublicationState(models.TextChoices):
    """Where a practice stands on its way to readers."""

    DRAFT = "draft", pgettext_lazy("publication", "draft")
    SUBMITTED = "submitted", pgettext_lazy("publication", "submitted")
    PUBLISHED = "published", pgettext_lazy("publication", "published")
    UNPUBLISHED = "unpublished", pgettext_lazy("publication", "unpublished")
    ARCHIVED = "archived", pgettext_lazy("publication", "archived")


# In these states a practice has all that others need to use it.
COMPLETE_STATES = (PublicationState.SUBMITTED, PublicationState.PUBLISHED)

# From these it can be published, at once or at a scheduled time.
PUBLISHABLE_STATES = (PublicationState.SUBMITTED, PublicationState.UNPUBLISHED)


class EventKind(models.TextChoices):
    """What happened to a practice: a step to publication, or a change of what it has.

    Or that its publication was scheduled for later, and what came of that.
    """

    SAVED = "saved", pgettext_lazy("history", "saved")
    TRANSLATED = "translated", pgettext_lazy("history", "translated")
    MACHINE_TRANSLATED = "machine-translated", pgettext_lazy("history", "translated by machine")
    RESTORED = "restored", pgettext_lazy("history", "restored an earlier version")
    SUBMIT = "submit", pgettext_lazy("history", "submitted for publication")
    SEND_BACK = "send-back", pgettext_lazy("history", "sent back to draft")
    PUBLISH = "publish", pgettext_lazy("history", "published")
    UNPUBLISH = "unpublish", pgettext_lazy("history", "unpublished")
    ARCHIVE = "archive", pgettext_lazy("history", "archived")
    UNARCHIVE = "unarchive", pgettext_lazy("history", "restored from the archive")
    SCHEDULE = "schedule", pgettext_lazy("history", "scheduled its publication")
    UNSCHEDULE = "unschedule", pgettext_lazy("history", "cancelled the scheduled publication")
    NOT_PUBLISHED = "not-published", pgettext_lazy("history", "not published as scheduled")
    FILE_ADDED = "file-added", pgettext_lazy("history", "added a file")
    FILE_REMOVED = "file-removed", pgettext_lazy("history", "removed a file")


# These say into which language.
TRANSLATION_KINDS = (EventKind.TRANSLATED, EventKind.MACHINE_TRANSLATED)

# Who takes one of these steps says why.
COMMENTED_KINDS = (EventKind.SEND_BACK, EventKind.UNPUBLISH)


class LinkOutcome(models.TextChoices):
    """What became of a link in a text when it was last tried."""

    WORKS = "works", pgettext_lazy("link", "works")
    BROKEN = "broken", pgettext_lazy("link", "broken")
    UNREACHABLE = "unreachable", pgettext_lazy("link", "does not answer")
    REFUSED = "refused", pgettext_lazy("link", "not public")


class PracticeStatus(models.TextChoices):
    """Whether the practice itself is under way."""

    PLANNED = "planned", pgettext_lazy("practice", "planned")
    RUNNING = "running", pgettext_lazy("practice", "running")
    FINISHED = "finished", pgettext_lazy("practice", "finished")


class CostBand(models.TextChoices):
    """What the practice costs a year, in euros, beyond existing staff."""

    STAFF_TIME = "staff_time", _("existing staff only")
    LOW = "low", _("under €10,000 a year")
    MEDIUM = "medium", _("€10,000 to €50,000 a year")
    HIGH = "high", _("€50,000 to €250,000 a year")
    VERY_HIGH = "very_high", _("over €250,000 a year")


class Evidence(models.TextChoices):
    """What the city declares to know about effects; not a grade given by a reviewer."""

    DESCRIBED = "described", _("described")
    MONITORED = "monitored", _("monitored")
    EVALUATED = "evaluated", _("evaluated")
    INDEPENDENTLY_EVALUATED = "independently_evaluated", _("independently evaluated")
    REPLICATED = "replicated", _("replicated elsewhere")


class Licence(models.TextChoices):
    """What others may do with a practice's texts; the value is the licence's SPDX identifier."""

    CC_BY = "CC-BY-4.0", "CC BY 4.0"
    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC_BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
    CC0 = "CC0-1.0", "CC0 1.0"

    @property
    def meaning(self):
        """What it allows, in words."""
        return {
            Licence.CC_BY: _("everybody may use and change it, naming the city"),
            Licence.CC_BY_SA: _(
                "everybody may use and change it, naming the city, under this same licence"
            ),
            Licence.CC_BY_NC: _(
                "everybody may use and change it, naming the city, but not for commercial purposes"
            ),
            Licence.CC0: _("everybody may use and change it, without naming anybody"),
        }[self]

    @property
    def address(self):
        """Where the licence itself can be read, in the browser's language."""
        path = {
            Licence.CC_BY: "licenses/by/4.0",
            Licence.CC_BY_SA: "licenses/by-sa/4.0",
            Licence.CC_BY_NC: "licenses/by-nc/4.0",
            Licence.CC0: "publicdomain/zero/1.0",
        }[self]
        return f"https://creativecommons.org/{path}/"


class AdoptionState(models.TextChoices):
    """How far a city is with the practice of another."""

    EXPLORING = "exploring", pgettext_lazy("adoption", "exploring")
    ADAPTING = "adapting", pgettext_lazy("adoption", "adapting")
    RUNNING = "running", pgettext_lazy("adoption", "running")
    STOPPED = "stopped", pgettext_lazy("adoption", "stopped")


class OrganisationKind(models.TextChoices):
    """What kind of partner an organisation is."""

    LOCAL_POLICE = "local_police", _("local police")
    NATIONAL_POLICE = "national_police", _("national police")
    SOCIAL_SERVICES = "social_services", _("social services")
    CIVIL_SOCIETY = "civil_society", _("civil society")
    SCHOOL = "school", _("school")
    YOUTH_WORK = "youth_work", _("youth work")
    HEALTH = "health", _("health")
    JUSTICE = "justice", _("justice")
    PROBATION_PRISON = "probation_prison", _("probation and prison")
    UNIVERSITY = "university", _("university")
    BUSINESS = "business", _("business")
    RESIDENTS = "residents", _("residents")
    FAITH_COMMUNITY = "faith_community", _("faith community")
    MEDIA = "media", _("media")
    TRANSPORT = "transport", _("transport operator")
    HOUSING = "housing", _("housing provider")


# Which of the two it is depends on the country, so that readers also ask for either.
POLICE = "police"
POLICE_KINDS = (OrganisationKind.LOCAL_POLICE, OrganisationKind.NATIONAL_POLICE)


class PartnershipFormality(models.TextChoices):
    """How formal a partnership is."""

    INFORMAL = "informal", _("informal")
    PROTOCOL = "protocol", _("protocol")
    CONTRACT = "contract", _("contract")
    STATUTORY = "statutory", _("required by law")


class PartnerRole(models.TextChoices):
    """What a partner does in a partnership."""

    COORDINATES = "coordinates", pgettext_lazy("partner", "coordinates")
    DELIVERS = "delivers", pgettext_lazy("partner", "delivers the work")
    REFERS = "refers", pgettext_lazy("partner", "refers people")
    ADVISES = "advises", pgettext_lazy("partner", "advises")
    FUNDS = "funds", pgettext_lazy("partner", "funds")
    EVALUATES = "evaluates", pgettext_lazy("partner", "evaluates")
    HOSTS = "hosts", pgettext_lazy("partner", "hosts")


class FileType(models.TextChoices):
    """What a file is by its content; the value is the end of its name."""

    PDF = "pdf", "PDF"
    JPEG = "jpg", "JPEG"
    PNG = "png", "PNG"
    WEBP = "webp", "WebP"
    GIF = "gif", "GIF"
    ODT = "odt", "ODT"
    ODS = "ods", "ODS"
    ODP = "odp", "ODP"
    DOCX = "docx", "DOCX"
    XLSX = "xlsx", "XLSX"
    PPTX = "pptx", "PPTX"


IMAGE_TYPES = (FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.GIF)
