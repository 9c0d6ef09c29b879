"""Every address, asked and sent to by every role, against the table in docs/roles.md.

An address without a row, or a row that no longer says what happens, fails and shows the row
as it is now: think whether it is meant, then put it into the table.
"""

import re
import uuid
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.translation import override

from cities.enums import SeatRole
from cities.models import Invitation
from cities.people.invitations import invitation_address
from efus.bounces.models import UndeliverableAddress
from efus.outbox.models import Mail
from practices.digests.models import Delivery, Edition
from practices.digests.tokens import (
    confirmation_address,
    preferences_address,
    unsubscribe_address,
)
from practices.exporting.views import FORMS
from practices.publishing.transitions import TRANSITIONS
from practices.translations.corrections.deciding import offer
from practices.translations.glossary.models import GlossaryTerm
from practices.translations.models import MachineTranslationRun, original_texts
from practices.versions import record
from tests.domain import (
    a_city,
    a_collection,
    a_coordinator,
    a_file,
    a_guest,
    a_partnership,
    a_person,
    a_practice,
    a_saved_search,
    a_subscription,
    a_theme,
    a_translation,
    an_administrator,
    an_adoption,
    an_editor,
    numbers,
)

BY_MAIL = {
    "confirm-subscription": confirmation_address,
    "digest-preferences": preferences_address,
    "unsubscribe": unsubscribe_address,
}
TABLE = Path(__file__).resolve().parent.parent / "docs" / "roles.md"
ROLES = [
    "anonymous",
    "researcher",
    "another city",
    "editor",
    "coordinator",
    "reviewer",
    "administrator",
]


def a_session_of(user):
    """A session that *user* signed in to somewhere else."""
    client = Client()
    client.force_login(user)
    return UserSession.objects.create(
        user=user, ip="192.0.2.1", session_key=client.session.session_key
    )


class World:
    """A city with a draft and a published practice, and a person of each role."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)
        self.city, elsewhere = a_city("Genk", "BE"), a_city("Leuven", "BE")
        theme = a_theme("nightlife")
        self.draft = a_practice(self.city, "nl", published_days_ago=None, themes=[theme])
        self.published = a_practice(self.city, "nl", themes=[theme])
        for practice in (self.draft, self.published):
            record(practice, None)
        self.files = {row.pk: a_file(row) for row in (self.draft, self.published)}
        self.adoption = an_adoption(self.published, elsewhere)
        self.partnership = a_partnership(self.city, self.published)
        self.organisation = self.partnership.organisations.first()
        self.seat = an_editor(self.city).seats.get()
        self.invitation = Invitation.objects.create(
            city=self.city, email="invited@city.example", role=SeatRole.EDITOR
        )
        self.run = MachineTranslationRun.objects.create(
            practice=self.draft,
            language="sv",
            source_language="nl",
            original_snapshot=original_texts(self.draft),
            fields=["title"],
        )
        self.subscription = a_subscription(language="nl")
        failed = {"state": "failed", "settled_at": timezone.now(), "give_up_at": timezone.now()}
        self.failed_delivery = Delivery.objects.create(
            subscription=self.subscription,
            recipient=self.subscription.recipient,
            edition=Edition.objects.create(frequency="daily", due_at=timezone.now()),
            starts_at=timezone.now(),
            items=[1],
            domain="city.example",
            **failed,
        )
        self.failed_mail = Mail.objects.create(
            kind="test", address="a@city.example", domain="city.example", language="nl", **failed
        )
        self.waiting = a_subscription(a_guest(), confirmed_at=None)
        self.session = a_session_of(a_person())
        self.collection = self.collection_of(a_person())
        self.saved_search = a_saved_search(a_person())
        a_translation(self.published, "fr")
        self.correction = self.correction_by(an_editor(elsewhere))
        self.term = GlossaryTerm.objects.create(
            source_language="nl", target_language="fr", source_term="overlast", target_term="x"
        )
        self.people = {
            "anonymous": None,
            "researcher": a_person(),
            "another city": a_coordinator(elsewhere),
            "editor": an_editor(self.city),
            "coordinator": a_coordinator(self.city),
            "reviewer": a_person(staff_role="reviewer"),
            "administrator": an_administrator(),
        }

    def correction_by(self, user):
        """A correction that *user* has offered of the translation of what is published."""
        return offer(self.published, "fr", {"title": "Mieux"}, "", user)

    def collection_of(self, user):
        """A shared collection of *user* with what is published."""
        return a_collection(user, self.published, share_token=uuid.uuid4())

    def practice_in(self, state):
        """A complete practice of the city in *state*."""
        fields = {"state": state}
        if state in {"draft", "submitted"}:
            fields["published_days_ago"] = None
        return a_practice(self.city, "nl", themes=self.published.themes.all(), **fields)

    def arguments(self, name, parameters, user):
        """(what the address is of, its arguments) for each sort of thing it can be of."""
        practices = [("a draft", self.draft), ("a published practice", self.published)]
        if name == "exporting:export":
            return [(form, {"form": form}) for form in [*FORMS, "exe"]]
        if name == "workspace:transition":
            return [
                (f"{step} ({source})", {"pk": self.practice_in(source).pk, "name": step})
                for step, transition in TRANSITIONS.items()
                for source in sorted(transition.sources)
                if not transition.needs_comment
            ]
        if name in {"workspace:write", "workspace:keep-draft", "workspace:discard-draft"}:
            return [(what, {"pk": practice.pk, "name": "terms"}) for what, practice in practices]
        if name in {"workspace:schedule", "workspace:unschedule"}:
            return [
                (source, {"pk": self.practice_in(source).pk}) for source in ["draft", "submitted"]
            ]
        if name in {"workspace:send-back", "workspace:unpublish"}:
            (source,) = TRANSITIONS[name.partition(":")[2]].sources
            return [(source, {"pk": self.practice_in(source).pk})]
        if name == "accounts:end-session":
            own = user and a_session_of(user)
            return [
                ("one’s own", {"pk": (own or self.session).pk}),
                ("somebody else’s", {"pk": self.session.pk}),
            ]
        if name.startswith("digests:"):
            own = user and a_subscription(user, language="nl")
            return [
                ("one’s own", {"pk": (own or self.subscription).pk}),
                ("somebody else’s", {"pk": self.subscription.pk}),
            ]
        if name == "adoptions:of-practice":
            return [(what, {"practice": practice.pk}) for what, practice in practices]
        if name == "adoptions:take-up":
            return [
                ("a draft", {"practice": self.draft.pk}),
                ("a published practice", {"practice": self.practice_in("published").pk}),
                ("one taken up by the other city", {"practice": self.published.pk}),
            ]
        if name.startswith("adoptions:"):
            return [("the city’s, by the other", {"pk": self.adoption.pk})]
        if name.startswith("partnerships:"):
            if "city" in parameters:
                return [("the city", {"city": self.city.pk})]
            row = self.organisation if name.endswith("organisation") else self.partnership
            return [("of the city", {"pk": row.pk})]
        if name == "people:end-seat":
            own = user and user.seats.first()
            return [
                ("one’s own seat", {"pk": (own or self.seat).pk}),
                ("a seat in the city", {"pk": self.seat.pk}),
            ]
        if name == "people:invitation":
            token = invitation_address(self.invitation).rstrip("/").rpartition("/")[2]
            return [("of somebody else", {"token": token})]
        if name == "undeliverable:works-again":
            row = UndeliverableAddress.objects.mark("gone@city.example", "bounced")
            return [("an address", {"pk": row.pk})]
        if name.startswith("runs:"):
            delivery = self.failed_delivery
            known = {"pk": delivery.edition_id, "delivery": delivery.pk}
            return [("a run", {key: known[key] for key in parameters})]
        if name.startswith("mails:"):
            return [("one that failed", {"pk": self.failed_mail.pk})]
        if name == "mail-events":
            return [("a service that is not ours", {"service": "mailgun"})]
        if name.startswith("people:"):
            return [("of the city", {"pk": self.invitation.pk})]
        if name == "corrections:offer":
            return [
                (f"{what}, {language}", {"pk": practice.pk, "code": language})
                for what, practice in [("a draft", self.draft), ("a published", self.published)]
                for language in ("fr", "xx")
            ]
        if name.startswith("corrections:"):
            own = user and self.correction_by(user)
            return [
                ("one’s own", {"pk": (own or self.correction).pk}),
                ("of somebody elsewhere", {"pk": self.correction.pk}),
            ]
        if name.startswith("glossary:"):
            return [("a term", {"pk": self.term.pk})]
        if name in {"machine-translation-answer", "machine-translation-error"}:
            return [("an invented secret", {"run": self.run.pk, "token": "no-such-secret"})]
        if name == "translations:machine-withdraw":
            return [("of a draft", {"pk": self.draft.pk, "run": self.run.pk})]
        if name in {"translations:translate", "translations:machine"}:
            return [
                (f"{what}, {language}", {"pk": practice.pk, "code": language})
                for what, practice in [("a draft", self.draft), ("a published", self.published)]
                for language in ("fr", "xx")
            ]
        if name.startswith("files:"):
            return [
                (what, {key: known[key] for key in parameters})
                for what, row in practices
                for known in [{"pk": row.pk, "file": self.files[row.pk].pk, "name": "x.pdf"}]
            ]
        if name == "workspace:restore-version":
            return [
                (what, {"pk": practice.pk, "number": practice.versions.first().number})
                for what, practice in [
                    ("of a draft", self.draft),
                    ("of a published practice", self.published),
                ]
            ]
        if name.startswith(("citing:", "practices:", "printing:", "workspace:", "translations:")):
            slug = {"slug": self.draft.slug} if "slug" in parameters else {}
            return [
                (what, {"pk": practice.pk} | (slug and {"slug": practice.slug}))
                for what, practice in practices
            ]
        if name == "collections:add":
            return [(what, {"practice": practice.pk}) for what, practice in practices]
        if name in {"collections:shared", "collections:copy"}:
            return [
                ("shared by somebody", {"token": self.collection.share_token}),
                ("an invented link", {"token": uuid.UUID(int=1)}),
            ]
        if name.startswith("collections:"):
            own = user and self.collection_of(user)
            return [
                (what, {key: known[key] for key in parameters})
                for what, row in [
                    ("one’s own", own or self.collection),
                    ("somebody else’s", self.collection),
                ]
                for known in [{"pk": row.pk, "item": row.items.get().pk}]
            ]
        if name.startswith("saved_searches:"):
            own = user and a_saved_search(user, f"q={next(numbers)}")
            return [
                ("one’s own", {"pk": (own or self.saved_search).pk}),
                ("somebody else’s", {"pk": self.saved_search.pk}),
            ]
        if name in {"cities:city", "network:network"}:
            return [("a city", {"slug": self.city.slug})]
        if name in BY_MAIL:
            subscription = self.waiting if name == "confirm-subscription" else self.subscription
            token = BY_MAIL[name](subscription).rstrip("/").rpartition("/")[2]
            return [("a mail", {"token": token})]
        invented = {"key": "no-such-key", "uidb36": "1", "pk": 1}
        if set(parameters) <= set(invented):
            return [("an invented link", {name: invented[name] for name in parameters})]
        raise AssertionError(f"Say here what the address {name} is of: {sorted(parameters)}")


def addresses(resolver=None, namespaces=(), given=()):
    """(name, parameters) of every named address; of the admin, those that are its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from addresses(entry, inner, (*given, *entry.pattern.regex.groupindex))
        elif isinstance(entry, URLPattern) and entry.name:
            parameters = (*given, *entry.pattern.regex.groupindex)
            if namespaces[:1] == ("admin",) and parameters:
                continue  # lists and additions of the admin speak for what is below them
            yield ":".join([*namespaces, entry.name]), parameters


def outcome(response):
    """What an answer means to whoever asked, in one word or two."""
    if response.status_code in {301, 302}:
        login = {reverse("account_login"), reverse("admin:login")}
        return "sign in" if response.url.partition("?")[0] in login else "led on"
    if response.status_code in {200, 422}:
        return "open"
    return {400: "refused", 403: "refused", 404: "not there", 405: "—"}.get(
        response.status_code, str(response.status_code)
    )


def ask(world, role, method, path):
    """The outcome of one request, after which everything is as it was before."""
    client = world.client
    client.cookies.clear()
    with transaction.atomic():
        if world.people[role]:
            client.force_login(world.people[role])
        result = outcome(getattr(client, method)(path))
        transaction.set_rollback(True)
    return result


def row(world, name, what, paths):
    """A row of the table: for each role, what opening the address and sending to it does."""
    cells = []
    for role in ROLES:
        opened, sent = (ask(world, role, method, paths[role]) for method in ("get", "post"))
        cells.append(opened if opened == sent else f"{opened} / {sent}")
    return f"| {name} | {what} | " + " | ".join(cells) + " |"


def rows(world):
    with override("en"):
        for name, parameters in dict(addresses()).items():
            if not parameters:
                yield row(world, name, "", dict.fromkeys(ROLES, reverse(name)))
                continue
            samples = {
                role: dict(world.arguments(name, parameters, world.people[role])) for role in ROLES
            }
            for what in samples["anonymous"]:
                paths = {role: reverse(name, kwargs=samples[role][what]) for role in ROLES}
                yield row(world, name, what, paths)


@pytest.mark.django_db
def test_every_address_answers_every_role_as_the_table_says(settings):
    settings.MACHINE_TRANSLATION_URL = "deepl+https://key@translations.example/"  # never asked
    assert settings.LANGUAGE_CODE == "en"
    found = sorted(set(rows(World())))
    written = sorted(re.findall(r"^\| (?!address)[a-z_].*\|$", TABLE.read_text(), re.MULTILINE))
    missing = "\n".join(line for line in found if line not in written)
    outdated = "\n".join(line for line in written if line not in found)
    assert found == written, f"Not in the table:\n{missing}\n\nNo longer so:\n{outdated}"
