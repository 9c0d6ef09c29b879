"""What others may do with what a city has written."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from practices.enums import Licence
from practices.models import Practice, PracticeVersion
from practices.publishing.versions import restore
from practices.versions import content_of, record
from tests.domain import a_city, a_practice, an_editor
from tests.writing import part_address, write, write_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk")


def test_a_practice_may_be_used_by_naming_its_city_unless_it_says_otherwise(client, genk):
    practice = a_practice(genk)
    page = client.get(practice.get_absolute_url(), follow=True).content.decode()
    assert (
        'href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>' in page
    )
    Practice.objects.update(licence=Licence.CC0)
    page = client.get(practice.get_absolute_url(), follow=True).content.decode()
    assert 'href="https://creativecommons.org/publicdomain/zero/1.0/"' in page
    assert "without naming anybody" in page


def test_its_city_chooses_the_licence_with_the_other_facts(client, genk):
    practice = a_practice(genk, published_days_ago=None)
    client.force_login(an_editor(genk))
    page = client.get(part_address(practice, "facts")).content.decode()
    for licence in Licence:
        assert f"{licence.label}: {licence.meaning}" in page
    write(client, practice, licence="CC-BY-NC-4.0")
    practice.refresh_from_db()
    assert practice.licence_granted == Licence.CC_BY_NC
    assert practice.versions.first().facts["licence"] == "CC-BY-NC-4.0"
    refused = write_part(client, practice, "facts", licence="all mine")
    assert refused.status_code == 422


def test_the_database_knows_no_other_licence(genk):
    practice = a_practice(genk)
    with pytest.raises(IntegrityError, match="practice_licence_known"), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(licence="all mine")


def an_older_version(practice):
    """A version of *practice* from before there were licences."""
    content = content_of(practice)
    del content["facts"]["licence"]
    return PracticeVersion.objects.create(
        practice=practice, number=1, saved_at=timezone.now(), translations={}, **content
    )


def test_a_version_older_than_licences_says_the_same_as_one_with_the_first(client, genk):
    practice = a_practice(genk, published_days_ago=None)
    an_older_version(practice)
    client.force_login(an_editor(genk))
    write(client, practice, title="Mentoren")
    assert [version.number for version in practice.versions.all()] == [2, 1]
    page = client.get(f"/en/workspace/practices/{practice.pk}/versions/compare/?earlier=1&later=2")
    assert "Mentoren" in page.content.decode()
    assert "icence" not in page.content.decode()


def test_restoring_a_version_older_than_licences_keeps_the_licence(genk):
    practice = a_practice(genk, published_days_ago=None, title_nl="Mentoren")
    version = an_older_version(practice)
    practice.licence, practice.title_nl = Licence.CC_BY_SA, "Anders"
    practice.save()
    restore(version, an_editor(genk))
    practice.refresh_from_db()
    assert (practice.title_nl, practice.licence) == ("Mentoren", Licence.CC_BY_SA)


def test_restoring_a_version_brings_back_its_licence(genk):
    practice = a_practice(genk, published_days_ago=None)
    version = record(practice, None)
    practice.licence = Licence.CC_BY_SA
    practice.save()
    restore(version, an_editor(genk))
    practice.refresh_from_db()
    assert practice.licence == Licence.CC_BY
