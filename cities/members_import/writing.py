"""Compares the list with the database and writes what is missing, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from cities.enums import MembershipState, NationalForum
from cities.members_import.gazetteer import STATE_OF
from cities.members_import.matching import Authority, Match, problem
from cities.members_import.outcomes import Outcome, Report, Result, shown
from cities.members_import.reading import Row
from cities.models import City, Membership
from efus.spelling import address_part, fold

MAXIMUM_SLUG = City._meta.get_field("slug").max_length


@dataclass
class KnownCities:
    """The cities in the database, found by what a list may say of them."""

    by_listed_name: dict[str, City] = field(default_factory=dict)
    by_geonames_id: dict[int, City] = field(default_factory=dict)
    by_official_name: dict[tuple[str, str], City] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)

    @classmethod
    def read(cls) -> "KnownCities":
        known = cls()
        for city in City.objects.prefetch_related("memberships"):
            known.by_listed_name[fold(city.listed_as)] = city
            known.by_official_name[city.country, fold(city.official_name)] = city
            if city.geonames_id:
                known.by_geonames_id[city.geonames_id] = city
            known.slugs.add(city.slug)
        return known

    def same_as(self, authority: Authority) -> City | None:
        """The city that is *authority*, whatever the list called it then.

        Two places of one name and country are told apart by their GeoNames identifiers.
        """
        city = self.by_geonames_id.get(authority.geonames_id)
        if city:
            return city
        namesake = self.by_official_name.get((authority.country, fold(authority.official_name)))
        if namesake and namesake.geonames_id and authority.geonames_id:
            return None
        return namesake

    def free_slug(self, name: str, country: str) -> str:
        """A slug for *name* that no city has, which from now on is taken."""
        base = address_part(name)[: MAXIMUM_SLUG - 10] or "member"
        slug, number = base, 1
        while slug in self.slugs:
            slug = f"{base}-{country.lower()}" + (f"-{number}" if number > 1 else "")
            number += 1
        self.slugs.add(slug)
        return slug


def write_members(
    rows: list[Row],
    ends: Iterable[Match | Outcome],
    problems: list[Outcome],
    since: date,
    *,
    dry_run: bool,
    partial: bool,
) -> Report:
    """Load *rows*, whose *ends* say what each stands for, and report them with *problems*.

    A city that the database knows is completed where something is missing and never
    overwritten. All is written in one transaction, one import at a time.
    """
    with transaction.atomic():
        if not dry_run:
            keep_other_writers_out()
        known = KnownCities.read()
        outcomes, to_save = list(problems), []
        for row, end in zip(rows, ends, strict=True):
            city = known.by_listed_name.get(fold(row.name))
            if city:
                outcome, unsaved = compare(row, city, since)
            elif isinstance(end, Match):
                outcome, unsaved = enter(end, known, since)
            else:
                outcome, unsaved = end, []
            outcomes.append(outcome)
            to_save += unsaved
        outcomes.sort(key=lambda outcome: outcome.line)
        report = Report(outcomes, written=False)
        if not dry_run and (partial or not report.problems):
            report = replace(report, written=True)
            for instance in to_save:
                instance.save()
    return report


def keep_other_writers_out() -> None:
    """Until the transaction ends, others may read cities and memberships, not write them."""
    tables = ", ".join(
        connection.ops.quote_name(model._meta.db_table) for model in (City, Membership)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def enter(match: Match, known: KnownCities, since: date) -> tuple[Outcome, list]:
    """A new city and its membership."""
    row, authority = match.row, match.authority
    city = known.same_as(authority)
    if city:
        reason = f"{authority} is a member already, listed as {shown(city.listed_as)}"
        return problem(row, f"{reason}; write that name, or change it in the platform"), []
    city = new_city(row, authority, known)
    outcome = Outcome(row.line, row.name, match.result, str(authority), match.remark)
    return outcome, [city, new_membership(city, row, since)]


def new_city(row: Row, authority: Authority, known: KnownCities) -> City:
    city = City(
        official_name=authority.official_name,
        listed_as=row.name,
        slug=known.free_slug(authority.official_name, authority.country),
        kind=authority.kind,
        country=authority.country,
        latitude=round(Decimal(str(authority.latitude)), 5),
        longitude=round(Decimal(str(authority.longitude)), 5),
        population=authority.population,
        national_forum=authority.country if authority.country in NationalForum.values else "",
        website=row.website,
        geonames_id=authority.geonames_id,
    )
    for language, name in authority.names.items():
        setattr(city, f"name_{language}", name)
    return city


def new_membership(city: City, row: Row, since: date) -> Membership:
    return Membership(city=city, state=MembershipState.ACTIVE, starts_on=row.member_since or since)


def compare(row: Row, city: City, since: date) -> tuple[Outcome, list]:
    """What *row* adds to a *city* that the database knows."""
    if row.country and STATE_OF.get(row.country, row.country) != city.country:
        reason = f"the list says {row.country}, but the member of that name is in {city.country}"
        return problem(row, f"{reason}; two members need two names in the list"), []
    memberships = list(city.memberships.all())
    today = timezone.localdate()
    active = [
        membership
        for membership in memberships
        if membership.state == MembershipState.ACTIVE
        and (membership.ends_on is None or membership.ends_on > today)
    ]
    if memberships and not active:
        latest = memberships[0]
        reason = f"its membership of {latest.starts_on} is {latest.state}"
        return problem(row, f"{reason}; only Efus staff decide on a new one"), []
    added, unsaved = [], []
    if row.website and not city.website:
        city.website = row.website
        added.append("website")
        unsaved.append(city)
    if not memberships:
        added.append("membership")
        unsaved.append(new_membership(city, row, since))
    outcome = Outcome(row.line, row.name, Result.UNCHANGED, remark=differences(row, city, active))
    if added:
        detail = f"{' and '.join(added)} added"
        outcome = replace(outcome, result=Result.COMPLETED, detail=detail)
    return outcome, unsaved


def differences(row: Row, city: City, active: list[Membership]) -> str:
    """Where the list contradicts the platform, which stays as it is."""
    found = []
    if row.website and city.website != row.website:
        found.append(f"website {row.website}, on the platform {city.website}")
    if row.member_since and active and active[0].starts_on != row.member_since:
        found.append(f"member since {row.member_since}, on the platform {active[0].starts_on}")
    return f"the list says {'; '.join(found)}; left as it is" if found else ""
