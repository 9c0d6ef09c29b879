"""The people and things that the stories are about."""

import hashlib
from datetime import date, timedelta
from itertools import count

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from cities.enums import MembershipState, SeatRole
from cities.models import City, Membership, Seat
from efus.accounts.models import User
from practices.collections.changes import add
from practices.collections.models import Collection
from practices.digests.enums import Frequency
from practices.digests.models import Recipient, Subscription
from practices.enums import OrganisationKind, PartnerRole, PublicationState
from practices.models import (
    Adoption,
    Letter,
    Organisation,
    Partner,
    Partnership,
    Practice,
    PracticeFile,
    Theme,
)
from practices.saved_searches.models import SavedSearch
from practices.translations.models import Translation

PASSWORD = "a long enough password"
numbers = count(1)


def a_city(name="Genk", country="BE", *, member=True, **fields):
    """A city; a member of the network since 2019 unless said otherwise."""
    city = City.objects.create(official_name=name, country=country, **fields)
    if member:
        Membership.objects.create(
            city=city, state=MembershipState.ACTIVE, starts_on=date(2019, 1, 1)
        )
    return city


def a_person(email=None, **fields):
    """A person who can sign in with ``PASSWORD``."""
    email = email or f"person-{next(numbers)}@city.example"
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def a_guest(email=None, **fields):
    """Who gets digests at an address without an account."""
    fields = {"time_zone": "Europe/Paris"} | fields
    return Recipient.objects.create(email=email or f"guest-{next(numbers)}@city.example", **fields)


def an_editor(city, **fields):
    user = a_person(**fields)
    Seat.objects.create(user=user, city=city, role=SeatRole.EDITOR)
    return user


def a_coordinator(city, **fields):
    user = a_person(**fields)
    Seat.objects.create(user=user, city=city, role=SeatRole.COORDINATOR)
    return user


def an_administrator(**fields):
    return a_person(staff_role="administrator", **fields)


def a_theme(slug, name=None, parent=None, **names):
    return Theme.objects.create(
        slug=slug, name_en=name or slug.replace("-", " ").capitalize(), parent=parent, **names
    )


@transaction.atomic
def a_practice(city, language="nl", *, themes=(), published_days_ago=10, **fields):
    """A practice written in *language*; published unless *published_days_ago* is None."""
    texts = {
        f"title_{language}": f"Praktijk {next(numbers)}",
        f"summary_{language}": "Een korte samenvatting.",
        f"how_it_works_{language}": "Zo werkt het.",
    }
    if published_days_ago is not None:
        fields = {
            "state": PublicationState.PUBLISHED,
            "published_at": timezone.now() - timedelta(days=published_days_ago),
        } | fields
    practice = Practice.objects.create(city=city, original_language=language, **(texts | fields))
    Translation.objects.record_missing(practice)
    practice.themes.set(themes)
    return practice


@transaction.atomic
def a_translation(practice, language="fr", state="reviewed", by=None, **texts):
    """A translation of *practice* as it is now, with *texts* by field."""
    texts = texts or {"title": f"Une pratique {next(numbers)}"}
    for field, text in texts.items():
        setattr(practice, f"{field}_{language}", text)
    practice.save(update_fields=[f"{field}_{language}" for field in texts])
    return Translation.objects.record(practice, language, state, by)


def a_file(practice, *, image=False, **fields):
    """A document of *practice*, or a picture, in the storage."""
    number = next(numbers)
    content = ContentFile(f"%PDF-1.7 file {number}".encode())
    fields = {
        "name": f"{number}.png" if image else f"{number}.pdf",
        "file_type": "png" if image else "pdf",
        "size": content.size,
        "digest": hashlib.sha256(content.read()).hexdigest(),
        "position": practice.files.count() + 1,
    } | fields
    if image:
        fields = {"width": 400, "height": 300, "alternative_text": "Een plein"} | fields
    file = PracticeFile(practice=practice, **fields)
    file.file.save(file.name, content)
    return file


def a_partnership(city, *practices, kinds=("local_police", "social_services"), language="nl"):
    """A partnership of one organisation of each of *kinds*, carrying *practices*."""
    partnership = Partnership.objects.create(
        city=city, original_language=language, **{f"name_{language}": f"Overleg {next(numbers)}"}
    )
    for kind in kinds:
        organisation = Organisation.objects.create(
            city=city, name=f"{OrganisationKind(kind).label} {next(numbers)}", kind=kind
        )
        Partner.objects.create(
            partnership=partnership, organisation=organisation, role=PartnerRole.DELIVERS
        )
    partnership.practices.set(practices)
    return partnership


def an_adoption(practice, city, *, language="fr", **fields):
    """*city* takes up *practice* of another."""
    return Adoption.objects.create(practice=practice, city=city, language=language, **fields)


def a_collection(person, *practices, language="fr", **fields):
    """A private collection of *person* with *practices* in their order."""
    fields = {"title": f"Choix {next(numbers)}"} | fields
    collection = Collection.objects.create(person=person, language=language, **fields)
    for practice in practices:
        add(collection, practice, "", language)
    return collection


def a_saved_search(person, query="country=BE", *, language="fr", **fields):
    """A search that *person* has saved."""
    fields = {"name": f"Recherche {next(numbers)}"} | fields
    return SavedSearch.objects.create(person=person, query=query, language=language, **fields)


def a_letter(adoption, author, text="Bonjour.", *, from_city=None, **fields):
    """A letter that *author* has written; from the adopting city unless said otherwise."""
    fields = {"language": author.language} | fields
    return Letter.objects.create(
        adoption=adoption, author=author, from_city=from_city or adoption.city, text=text, **fields
    )


def a_subscription(of=None, *, themes=(), countries=(), groups=(), chosen=None, **fields):
    """A subscription of a user or recipient, by whom 90 days ago were the last to hear of."""
    if not isinstance(of, Recipient):
        of = Recipient.objects.for_user(of or a_person())
    long_ago = timezone.now() - timedelta(days=90)
    fields = {
        "language": "fr",
        "frequency": Frequency.DAILY,
        "created_at": long_ago,
        "covered_until": long_ago,
    } | fields
    subscription = Subscription.objects.create(recipient=of, **fields)
    wanted = {
        "theme": [theme.slug for theme in themes],
        "country": list(countries),
        "group": [group.slug for group in groups],
    }
    subscription.choose(wanted | (chosen or {}))
    return subscription
