"""Loading the demonstration; loading it again changes nothing."""

import tomllib
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from cities.models import City, Seat
from efus.accounts.models import User
from practices.demonstration.accounts import ACCOUNTS
from practices.digests.enums import Frequency, Weekday
from practices.digests.models import Recipient, Subscription
from practices.digests.models.subscription import USUAL_HOUR
from practices.digests.timetable import Timetable
from practices.enums import PublicationState
from practices.models import (
    TEXT_FIELDS,
    Adoption,
    AdoptionEvent,
    Letter,
    Method,
    Organisation,
    Partner,
    Partnership,
    Practice,
    TargetGroup,
    Theme,
)
from practices.translations.enums import TranslationState
from practices.translations.models import Translation

FOLDER = Path(__file__).parent
MEMBERS = FOLDER / "members-2019.csv"
PRACTICES = FOLDER / "practices"
ADOPTIONS = FOLDER / "adoptions.toml"

# These are new in the first daily digest, which goes out as soon as the workers start.
NEWEST = [
    "lille-theatre-forum-recruiters",
    "genk-mentoren-voor-jongeren",
    "nantes-night-mediation",
    "gdansk-city-dialogue",
    "lisboa-community-policing-contract",
]
# This one waits for the city's coordinator.
SUBMITTED = "den-haag-een-voordeur-huiselijk-geweld"
DAYS_BETWEEN = 6


def _last_digest(frequency, moment=None):
    """When the last digest of *frequency* before *moment* was due to people in Paris."""
    timetable = Timetable(frequency, Weekday.MONDAY, USUAL_HOUR, "Europe/Paris")
    return timetable.latest(moment or timezone.now())


def _publication_times(names):
    newest = _last_digest(Frequency.DAILY) - timedelta(hours=1)
    times = {}
    for number, name in enumerate(NEWEST):
        times[name] = newest - timedelta(hours=2 * number)
    older = [name for name in names if name not in times]
    # Spread over countries: by the last letters of the name rather than by city.
    older.sort(key=lambda name: name[::-1])
    for number, name in enumerate(older, start=1):
        times[name] = newest - timedelta(days=2 + DAYS_BETWEEN * number)
    return times


def _texts(content):
    return {
        f"{field}_{language}": texts["adoption" if field == "adoption_needs" else field].strip()
        for language, texts in content["text"].items()
        for field in TEXT_FIELDS
    }


def _load_partnership(practice, content):
    language = practice.original_language
    partnership = Partnership.objects.create(
        city=practice.city,
        original_language=language,
        formality=content["formality"],
        model=content.get("model", ""),
        since=content.get("since"),
        is_demonstration=True,
        **{f"name_{language}": content["name"]},
    )
    for entry in content["partners"]:
        organisation, _created = Organisation.objects.get_or_create(
            city=practice.city,
            name=entry["organisation"],
            defaults={"kind": entry["kind"], "is_demonstration": True},
        )
        Partner.objects.create(
            partnership=partnership, organisation=organisation, role=entry["role"]
        )
    partnership.practices.add(practice)


@transaction.atomic
def load_practices():
    """Add the demonstration practices that are missing; returns how many."""
    files = {path.stem: path for path in sorted(PRACTICES.glob("*.toml"))}
    times = _publication_times(files)
    added = 0
    for name, path in files.items():
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        city = City.objects.get(listed_as=content["city"])
        language = content["original_language"]
        texts = _texts(content)
        title = {f"title_{language}": texts[f"title_{language}"]}
        if Practice.objects.filter(city=city, is_demonstration=True, **title).exists():
            continue
        submitted = name == SUBMITTED
        practice = Practice.objects.create(
            city=city,
            original_language=language,
            status=content["status"],
            started_on=content.get("started_on"),
            ended_on=content.get("ended_on"),
            cost_band=content["cost_band"],
            evidence=content["evidence"],
            state=PublicationState.SUBMITTED if submitted else PublicationState.PUBLISHED,
            published_at=None if submitted else times[name],
            is_demonstration=True,
            **texts,
        )
        practice.themes.set(Theme.objects.filter(slug__in=content["themes"]))
        practice.target_groups.set(TargetGroup.objects.filter(slug__in=content["target_groups"]))
        practice.methods.set(Method.objects.filter(slug__in=content["methods"]))
        for translated in content["text"].keys() - {language}:
            Translation.objects.record(practice, translated, TranslationState.REVIEWED)
        _load_partnership(practice, content["partnership"])
        added += 1
    return added


def _subscribe(user, wanted):
    """Have the last digest that *user* would have had go out at once."""
    due_at = _last_digest(wanted.frequency)
    told_until = _last_digest(wanted.frequency, due_at - timedelta(minutes=1))
    subscription = Subscription.objects.create(
        recipient=Recipient.objects.for_user(user),
        language=user.language,
        frequency=wanted.frequency,
        created_at=told_until,
        confirmed_at=told_until,
        covered_until=told_until,
        next_at=due_at,
    )
    subscription.choose(wanted.chosen)


@transaction.atomic
def load_accounts(password):
    """Add the demonstration accounts that are missing; all can sign in with *password*."""
    added = 0
    for account in ACCOUNTS:
        user = User.objects.filter(email=account.email).first()
        if user is not None:
            if not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password"])
            continue
        user = User.objects.create_user(
            account.email,
            password,
            name=account.name,
            language=account.language,
            staff_role=account.staff_role,
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        for listed_as, role in account.seats:
            Seat.objects.create(user=user, city=City.objects.get(listed_as=listed_as), role=role)
        for wanted in account.subscriptions:
            _subscribe(user, wanted)
        added += 1
    return added


def _demonstration_practice(name):
    content = tomllib.loads((PRACTICES / f"{name}.toml").read_text(encoding="utf-8"))
    language = content["original_language"]
    title = content["text"][language]["title"].strip()
    return Practice.objects.get(is_demonstration=True, **{f"title_{language}": title})


def _days_ago(days):
    return timezone.now() - timedelta(days=days)


@transaction.atomic
def load_adoptions():
    """Add the demonstration adoptions that are missing, with their letters; nobody is told."""
    added = 0
    for entry in tomllib.loads(ADOPTIONS.read_text(encoding="utf-8"))["adoption"]:
        practice = _demonstration_practice(entry["practice"])
        city = City.objects.get(listed_as=entry["city"])
        if Adoption.objects.filter(practice=practice, city=city).exists():
            continue
        adoption = Adoption.objects.create(
            practice=practice,
            city=city,
            state=entry["state"],
            started_on=entry.get("started_on"),
            language=entry["language"],
            what_changed=entry["what_changed"].strip(),
            outcome=entry["outcome"].strip(),
            opened_at=_days_ago(entry["opened_days_ago"]),
            is_demonstration=True,
        )
        AdoptionEvent.objects.create(
            adoption=adoption, at=adoption.opened_at, to_state=adoption.state
        )
        for written in entry.get("letter", []):
            author = User.objects.get(email=f"{written['from']}@demonstration.example")
            Letter.objects.create(
                adoption=adoption,
                from_city=author.seats.get().city,
                author=author,
                language=written["language"],
                text=written["text"].strip(),
                written_at=_days_ago(written["days_ago"]),
            )
        added += 1
    return added
