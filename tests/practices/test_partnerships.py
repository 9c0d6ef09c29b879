"""A city's people enter whom they work with; everybody reads it."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from practices.models import Organisation, Partnership
from practices.partnerships.forms import PartnershipForm
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_partnership,
    a_person,
    a_practice,
    an_administrator,
    an_editor,
)
from tests.lists import counts

pytestmark = pytest.mark.django_db

NEW_ORGANISATION = "/en/workspace/organisations/new/"


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


def an_organisation(city, name, kind="local_police"):
    return Organisation.objects.create(city=city, name=name, kind=kind)


def text_of(page):
    return page.content.decode()


def hidden(client, address):
    """What the form at *address* says by itself."""
    return dict(
        re.findall(r'name="(began_from|written_by)" value="([^"]*)"', text_of(client.get(address)))
    )


def what_is_typed(*rows, **changes):
    """A partnership with *rows* of (organisation, role)."""
    typed = {
        "original_language": "nl",
        "name": "Overleg Genk-Noord",
        "formality": "protocol",
        "model": "LISC-R",
        "since": "2019-03-01",
    }
    for number, (organisation, role) in enumerate(rows):
        typed[f"partners-{number}-organisation"] = getattr(organisation, "pk", organisation)
        typed[f"partners-{number}-role"] = role
    return typed | changes


def new_address(city):
    return f"/en/workspace/partnerships/new/{city.pk}/"


def address_of(partnership):
    return f"/en/workspace/partnerships/{partnership.pk}/"


def rows_shown(page):
    """(organisation, role) chosen in each row of the form on *page*."""
    chosen = []
    for number in range(text_of(page).count('<fieldset class="partner-row">')):
        row = []
        for name in ("organisation", "role"):
            select = re.search(
                rf'<select name="partners-{number}-{name}".*?</select>', text_of(page), re.DOTALL
            )[0]
            found = re.search(r'value="([^"]*)" selected', select)
            row.append(found[1] if found else "")
        chosen.append(tuple(row))
    return chosen


# Organisations


def test_an_editor_adds_an_organisation_and_finds_it_without_accents(client, genk):
    client.force_login(an_editor(genk))
    page = client.post(
        NEW_ORGANISATION,
        {"city": genk.pk, "name": "Café Solidarité", "kind": "civil_society", "website": ""},
        follow=True,
    )
    assert "“Café Solidarité” is in the list now." in text_of(page)
    an_organisation(genk, "Lokale politie")
    found = text_of(client.get("/en/workspace/organisations/?q=cafe&kind=civil_society"))
    assert "Café Solidarité" in found
    assert "Lokale politie" not in found
    assert "Café" not in text_of(client.get("/en/workspace/organisations/?kind=school"))


def test_a_near_duplicate_is_offered_and_can_be_taken(client, genk):
    client.force_login(an_editor(genk))
    police = an_organisation(genk, "Lokale politie Genk")
    an_organisation(genk, "Huis van het Kind", "social_services")
    an_organisation(a_city("Leuven"), "Lokale politie Leuven")
    typed = {"city": genk.pk, "name": "Locale Politie – Génk", "kind": "local_police"}
    page = client.post(NEW_ORGANISATION, typed)
    assert page.status_code == 422
    assert "Do you mean one of these?" in text_of(page)
    assert "Lokale politie Genk (local police)" in text_of(page)
    assert "Huis van het Kind" not in text_of(page)
    assert "Leuven" not in text_of(page)
    assert "Locale Politie – Génk" in text_of(page)
    page = client.post(NEW_ORGANISATION, typed | {"answer": police.pk}, follow=True)
    assert "is in the list already; nothing was added" in text_of(page)
    assert genk.organisations.count() == 2


def test_a_near_duplicate_can_be_added_anyway_under_the_name_asked_about(client, genk):
    client.force_login(an_editor(genk))
    an_organisation(genk, "Lokale politie Genk")
    typed = {"city": genk.pk, "name": "Lokale politie Genk-Noord", "kind": "local_police"}
    page = client.post(NEW_ORGANISATION, typed)
    asked = re.search(r'name="asked_about" value="([^"]*)"', text_of(page))[1]
    answered = typed | {"answer": "anyway", "asked_about": asked}
    page = client.post(NEW_ORGANISATION, answered | {"name": "Lokale politie Genk-Zuid"})
    assert page.status_code == 422
    client.post(NEW_ORGANISATION, answered)
    assert sorted(genk.organisations.values_list("name", flat=True)) == [
        "Lokale politie Genk",
        "Lokale politie Genk-Noord",
    ]


def test_a_short_name_finds_the_long_one_that_holds_it(genk):
    long = an_organisation(genk, "Lokale politiezone Genk, Zutendaal en Houthalen")
    assert list(Organisation.objects.resembling("politiezone")) == [long]


def test_the_same_name_twice_is_refused_in_words_when_adding_and_correcting(client, genk):
    client.force_login(an_editor(genk))
    police = an_organisation(genk, "Politie")
    school = an_organisation(genk, "School", "school")
    page = client.post(
        NEW_ORGANISATION,
        {
            "city": genk.pk,
            "name": "POLITIE",
            "kind": "school",
            "answer": "anyway",
            "asked_about": "politie",
        },
    )
    assert page.status_code == 422
    assert "This city has an organisation of that name already." in text_of(page)
    page = client.post(
        f"/en/workspace/organisations/{school.pk}/", {"name": "politie", "kind": "school"}
    )
    assert page.status_code == 422
    assert "This city has an organisation of that name already." in text_of(page)
    client.post(
        f"/en/workspace/organisations/{police.pk}/", {"name": "Polizei", "kind": "local_police"}
    )
    police.refresh_from_db()
    assert (police.name, police.folded_name) == ("Polizei", "polizei")


def test_an_organisation_is_deleted_only_when_unused(client, genk):
    client.force_login(an_editor(genk))
    used = a_partnership(genk).partners.first().organisation
    unused = an_organisation(genk, "Overbodig")
    address = f"/en/workspace/organisations/{used.pk}/delete/"
    assert "Take it out of them first" in text_of(client.get(address))
    page = client.post(address, follow=True)
    assert "A partnership uses this organisation, so it stays." in text_of(page)
    address = f"/en/workspace/organisations/{unused.pk}/delete/"
    assert "No partnership uses it" in text_of(client.get(address))
    client.post(address)
    assert Organisation.objects.filter(pk=used.pk).exists()
    assert not Organisation.objects.filter(pk=unused.pk).exists()
    page = client.post(address)
    assert page.status_code == 404
    assert "it was deleted" in text_of(page)


# Partnerships


def test_an_editor_enters_a_partnership_with_its_practices(client, genk):
    client.force_login(an_editor(genk))
    police, school = an_organisation(genk, "Politie"), an_organisation(genk, "School", "school")
    practice = a_practice(genk)
    assert client.get("/en/workspace/partnerships/new/").url == new_address(genk)
    typed = what_is_typed((police, "delivers"), ("", ""), (school, "refers"))
    page = client.post(new_address(genk), typed | {"practices": [practice.pk]}, follow=True)
    assert "Saved." in text_of(page)
    partnership = Partnership.objects.get()
    assert (partnership.name_nl, partnership.name_en or "") == ("Overleg Genk-Noord", "")
    assert (partnership.city, partnership.model) == (genk, "LISC-R")
    assert list(partnership.practices.all()) == [practice]
    assert [(p.organisation, p.role) for p in partnership.partners.all()] == [
        (police, "delivers"),
        (school, "refers"),
    ]
    assert "Overleg Genk-Noord" in text_of(
        client.get(f"/nl/practices/{practice.pk}/", follow=True)
    )


def test_a_partnership_is_changed_partner_by_partner(client, genk):
    client.force_login(an_editor(genk))
    partnership = a_partnership(genk, kinds=("local_police", "school", "health"))
    police, school, health = [part.organisation for part in partnership.partners.all()]
    youth = an_organisation(genk, "Jeugdwerk", "youth_work")
    address = address_of(partnership)
    assert rows_shown(client.get(address)) == [
        (str(police.pk), "delivers"),
        (str(school.pk), "delivers"),
        (str(health.pk), "delivers"),
        ("", ""),
    ]
    typed = what_is_typed((police, "funds"), ("", ""), (health, "delivers"), (youth, "hosts"))
    assert client.post(address, typed | hidden(client, address)).status_code == 302
    assert [(p.organisation, p.role) for p in partnership.partners.all()] == [
        (police, "funds"),
        (health, "delivers"),
        (youth, "hosts"),
    ]


def test_another_row_is_added_without_a_script_and_loses_nothing(client, genk):
    client.force_login(an_editor(genk))
    police = an_organisation(genk, "Politie")
    practice = a_practice(genk)
    typed = what_is_typed((police, ""), ("", "funds"), since="gisteren", name="")
    typed |= {"add_row": "1", "practices": [practice.pk], "model": "Eigen model"}
    page = client.post(new_address(genk), typed)
    text = text_of(page)
    assert page.status_code == 200
    assert "Not saved yet" not in text
    assert rows_shown(page) == [(str(police.pk), ""), ("", "funds"), ("", "")]
    assert 'value="gisteren"' in text
    assert 'value="Eigen model"' in text
    assert re.search(rf'name="practices" value="{practice.pk}"[^>]*checked', text)
    assert re.search(r'value="nl" selected', text)
    assert re.search(r'name="partners-2-organisation"[^>]*autofocus', text)


def test_a_missing_organisation_is_entered_in_between_and_nothing_is_lost(client, genk):
    client.force_login(an_editor(genk))
    police = an_organisation(genk, "Politie")
    address = new_address(genk)
    typed = what_is_typed((police, "delivers"), ("", ""), enter_organisation="1")
    page = client.post(address, typed | hidden(client, address))
    assert page.url == f"{NEW_ORGANISATION}?city={genk.pk}&for=new"
    assert f'value="{genk.pk}" selected' in text_of(client.get(page.url))
    page = client.post(page.url, {"city": genk.pk, "name": "Justitiehuis", "kind": "justice"})
    assert page.url == address
    page = client.get(address)
    assert "It is not saved yet" in text_of(page)
    assert "Overleg Genk-Noord" in text_of(page)
    assert "Justitiehuis" in text_of(page)
    assert rows_shown(page)[0] == (str(police.pk), "delivers")


def test_from_a_practice_one_enters_the_partnership_that_carries_it(client, genk):
    client.force_login(an_editor(genk))
    practice = a_practice(genk, published_days_ago=None)
    page = text_of(client.get(f"/en/workspace/practices/{practice.pk}/"))
    link = re.search(r'href="(/en/workspace/partnerships/new/[^"]*)"', page)[1]
    page = text_of(client.get(link))
    assert re.search(rf'name="practices" value="{practice.pk}"[^>]*checked', page)


@pytest.mark.parametrize(
    ("rows", "changes", "words"),
    [
        (["police"], {}, "joins two organisations at least"),
        ([], {}, "joins two organisations at least"),
        (["police", "police"], {}, "An organisation stands in two rows"),
        (["police", "elsewhere"], {}, "is not one of the available choices"),
        (["police", "999999999999999999999"], {}, "is not one of the available choices"),
        (["police", "x\x00"], {}, "is not one of the available choices"),
        (["police", "school"], {"partners-1-role": ""}, "Choose what this organisation does."),
        (["police", "school"], {"partners-1-organisation": ""}, "Choose an organisation, or"),
        (["police", "school"], {"partners-1-role": "rules"}, "is not one of the available"),
        (["police", "school"], {"name": " "}, "This field is required"),
        (["police", "school"], {"name": "n\x00l"}, "Null characters are not allowed"),
        (["police", "school"], {"name": "twee\nregels"}, "Only plain text on one line"),
        (["police", "school"], {"name": "x" * 151}, "at most 150 characters"),
        (["police", "school"], {"model": "twee\nregels"}, "Only plain text on one line"),
        (["police", "school"], {"since": "gisteren"}, "Enter a valid date"),
        (["police", "school"], {"original_language": "xx"}, "Select a valid choice"),
        (["police", "school"], {"practices": ["999999"]}, "is not one of the available choices"),
        (["police", "school"], {"practices": ["x"]}, "is not a valid value"),
        (["police", "school"] * 21, {}, "at most 40 partners"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_the_form(client, genk, rows, changes, words):
    client.force_login(a_coordinator(genk))
    known = {
        "police": an_organisation(genk, "Politie"),
        "school": an_organisation(genk, "School", "school"),
        "elsewhere": an_organisation(a_city("Leuven"), "Politie Leuven"),
    }
    filled = [(known.get(name, name), "delivers") for name in rows]
    typed = what_is_typed(*filled, formality="contract") | changes
    page = client.post(new_address(genk), typed)
    assert page.status_code == 422
    assert "Not saved yet" in text_of(page)
    assert words in text_of(page)
    assert 'value="contract" selected' in text_of(page)
    assert not Partnership.objects.exists()


def test_a_practice_of_another_city_cannot_be_carried(client, genk):
    client.force_login(an_administrator())
    police, school = an_organisation(genk, "Politie"), an_organisation(genk, "School", "school")
    typed = what_is_typed((police, "delivers"), (school, "refers"))
    typed["practices"] = [a_practice(a_city("Leuven")).pk]
    assert client.post(new_address(genk), typed).status_code == 422


def test_what_disappears_while_saving_is_told_not_crashed(genk):
    police, school = an_organisation(genk, "Politie"), an_organisation(genk, "School", "school")
    data = what_is_typed((police, "delivers"), (school, "refers"))
    form = PartnershipForm(_query(data), instance=Partnership(city=genk))
    assert form.is_valid()
    Organisation.objects.filter(pk=school.pk).delete()  # by somebody else, just now
    assert not form.write()
    assert "changed or deleted just now" in str(form.problems)
    assert not Partnership.objects.exists()


def test_the_two_partners_that_the_database_demands_at_the_end_are_answered(genk):
    partnership = a_partnership(genk)
    first, second = [part.organisation for part in partnership.partners.all()]
    data = what_is_typed((first, "delivers"), (second, "refers"))
    form = PartnershipForm(_query(data), instance=partnership)
    data["began_from"] = form["began_from"].initial
    form = PartnershipForm(_query(data), instance=partnership)
    assert form.is_valid()
    form.rows.forms[1].cleaned_data["organisation"] = ""  # past every check of the form
    assert not form.write()
    assert form.problems
    assert partnership.partners.count() == 2


def _query(data):
    query = QueryDict(mutable=True)
    query.update(data)
    return query


def test_of_two_who_write_at_once_the_second_is_told(client, genk):
    client.force_login(an_editor(genk))
    partnership = a_partnership(genk)
    rows = [(part.organisation, "delivers") for part in partnership.partners.all()]
    address = address_of(partnership)
    began = hidden(client, address)
    client.post(address, what_is_typed(*rows, name="Van de eerste") | began)
    page = client.post(address, what_is_typed(*rows, name="Van de tweede") | began)
    assert page.status_code == 422
    assert "Somebody else has changed this partnership" in text_of(page)
    assert "Van de tweede" in text_of(page)
    partnership.refresh_from_db()
    assert partnership.name_nl == "Van de eerste"
    known = re.search(r'name="began_from" value="([^"]+)"', text_of(page))[1]
    client.post(address, what_is_typed(*rows, name="Van de tweede", began_from=known))
    partnership.refresh_from_db()
    assert partnership.name_nl == "Van de tweede"


def test_what_is_typed_survives_a_lost_session(client, genk):
    editor = an_editor(genk, email="editor@genk.example")
    police = an_organisation(genk, "Politie")
    address = new_address(genk)
    client.force_login(editor)
    typed = what_is_typed((police, "delivers"), ("", "")) | hidden(client, address)
    client.logout()
    page = client.post(address, typed)
    page = client.post(
        page.url, {"login": editor.email, "password": PASSWORD, "next": address}, follow=True
    )
    assert "It is not saved yet" in text_of(page)
    assert rows_shown(page)[0] == (str(police.pk), "delivers")


def test_deleting_says_what_goes_with_it_first(client, genk):
    client.force_login(an_editor(genk))
    practice = a_practice(genk, "nl", title_nl="Mentoren")
    partnership = a_partnership(genk, practice)
    address = f"{address_of(partnership)}delete/"
    page = text_of(client.get(address))
    for part in partnership.partners.all():
        assert part.organisation.name in page
    assert "Mentoren" in page
    assert Partnership.objects.exists()
    page = client.post(address, follow=True)
    assert "Deleted." in text_of(page)
    assert not Partnership.objects.exists()
    assert genk.organisations.count() == 2
    assert client.get(address_of(partnership)).status_code == 404


# Who may write


ROLES = {
    "anonymous": False,
    "researcher": False,
    "editor elsewhere": False,
    "former coordinator": False,
    "reviewer": False,
    "editor": True,
    "coordinator": True,
    "administrator": True,
}


def a_person_of_role(role, city):
    if role == "editor elsewhere":
        return an_editor(a_city("Leuven"))
    if role == "former coordinator":
        user = a_coordinator(city)
        user.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
        return user
    makers = {
        "researcher": a_person,
        "reviewer": lambda: a_person(staff_role="reviewer"),
        "editor": lambda: an_editor(city),
        "coordinator": lambda: a_coordinator(city),
        "administrator": an_administrator,
    }
    return makers[role]()


@pytest.mark.parametrize(("role", "may"), ROLES.items())
def test_only_the_citys_people_enter_whom_it_works_with(client, genk, role, may):
    partnership = a_partnership(genk)
    rows = [(part.organisation, "advises") for part in partnership.partners.all()]
    unused = an_organisation(genk, "Overbodig")
    if role != "anonymous":
        client.force_login(a_person_of_role(role, genk))
    expected = 200 if may else 302 if role == "anonymous" else 403
    for address in (
        new_address(genk),
        address_of(partnership),
        f"{address_of(partnership)}delete/",
    ):
        assert client.get(address).status_code == expected
    began = hidden(client, address_of(partnership)) if may else {}

    client.post(new_address(genk), what_is_typed(*rows))
    assert (genk.partnerships.count() == 2) == may
    client.post(address_of(partnership), what_is_typed(*rows, name="Veranderd") | began)
    partnership.refresh_from_db()
    assert (partnership.name_nl == "Veranderd") == may
    client.post(NEW_ORGANISATION, {"city": genk.pk, "name": "Qwerty", "kind": "school"})
    assert genk.organisations.filter(name="Qwerty").exists() == may
    organisation = f"/en/workspace/organisations/{unused.pk}/"
    client.post(organisation, {"name": "Zxcvb", "kind": "school"})
    assert genk.organisations.filter(name="Zxcvb").exists() == may
    client.post(f"{organisation}delete/")
    assert Organisation.objects.filter(pk=unused.pk).exists() != may
    client.post(f"{address_of(partnership)}delete/")
    assert Partnership.objects.filter(pk=partnership.pk).exists() != may


def test_one_sees_the_organisations_and_partnerships_of_ones_own_cities(client, genk):
    leuven = a_city("Leuven")
    theirs = a_partnership(leuven)
    a_partnership(genk)
    client.force_login(an_editor(genk))
    page = text_of(client.get("/en/workspace/partnerships/"))
    assert theirs.name_nl not in page
    page = text_of(client.get("/en/workspace/organisations/"))
    assert theirs.organisations.first().name not in page
    client.force_login(a_person())
    for address in ("partnerships/", "organisations/", "partnerships/new/", "organisations/new/"):
        assert client.get(f"/en/workspace/{address}").status_code == 403


def test_who_writes_for_several_cities_says_for_which(client, genk):
    a_city("Leuven")
    client.force_login(an_administrator())
    page = client.get("/en/workspace/partnerships/new/")
    assert "Of which city?" in text_of(page)
    page = client.get(f"/en/workspace/partnerships/new/?city={genk.pk}")
    assert page.url == new_address(genk)
    for garbage in ("x", "-1", "9" * 30, "²"):
        assert client.get(f"/en/workspace/partnerships/new/?city={garbage}").status_code == 200
        address = f"{NEW_ORGANISATION}?city={garbage}&for={garbage}"
        assert client.get(address).status_code == 200
    assert client.get(f"/en/workspace/partnerships/new/{'9' * 30}/").status_code == 404
    assert client.get(f"/en/workspace/partnerships/{'9' * 30}/").status_code == 404


# Read by everybody


def names_shown(page):
    return set(re.findall(r"Overleg \d+", text_of(page)))


def test_everybody_reads_who_works_with_whom(client, genk):
    carried = a_partnership(genk, a_practice(genk, "nl", title_nl="Mentoren"))
    draft = a_practice(genk, "nl", title_nl="Nog niet klaar", published_days_ago=None)
    member = a_partnership(genk, draft)
    former = a_city("Former", "FR", member=False)
    hidden_one = a_partnership(former)
    once = a_partnership(former, a_practice(former))
    Partnership.objects.filter(pk=carried.pk).update(is_demonstration=True)
    page = client.get("/en/partnerships/")
    assert names_shown(page) == {str(carried), str(member), str(once)}
    assert str(hidden_one) not in text_of(page)
    text = text_of(page)
    assert "<strong>3</strong> partnerships found" in text
    for words in ("Mentoren", "Delivers the work", "delivers the work", "Informal"):
        assert words.lower() in text.lower()
    assert "Nog niet klaar" not in text
    assert text.count("· Demonstration") == 1
    assert 'href="/en/partnerships/"' in text_of(client.get("/en/"))


def test_of_several_kinds_all_take_part(client, genk):
    lille = a_city("Lille", "FR")
    two = a_partnership(genk)
    three = a_partnership(lille, kinds=("local_police", "social_services", "school"))
    other = a_partnership(lille, kinds=("school", "health"))
    page = client.get("/en/partnerships/?partner=local_police&partner=social_services")
    assert names_shown(page) == {str(two), str(three)}
    assert counts(page, "country") == {"BE": 1, "FR": 1}
    assert counts(page, "partner") == {
        "police": 2,
        "local_police": 2,
        "social_services": 2,
        "school": 1,
    }
    page = client.get("/en/partnerships/?partner=school&country=FR")
    assert names_shown(page) == {str(three), str(other)}
    page = client.get("/en/partnerships/?partner=school&country=BE")
    assert "No partnership matches all of this" in text_of(page)
    assert counts(page, "country") == {"BE": 0, "FR": 2}


@pytest.mark.parametrize(
    "query", ["partner=robbers", "country=ZZ", "country=%F0%9F", "partner=%27"]
)
def test_what_cannot_be_understood_is_said(client, genk, query):
    a_partnership(genk)
    page = client.get(f"/en/partnerships/?{query}")
    assert page.status_code == 200
    assert "is not known as a value" in text_of(page)
    assert client.get(f"/en/partnerships/?{query}&page=9").status_code == 404


def test_long_lists_come_page_by_page_and_keep_what_was_asked(client, genk):
    for _number in range(21):
        a_partnership(genk)
    page = client.get("/en/partnerships/?country=BE")
    assert "country=BE&amp;page=2" in text_of(page)
    assert len(names_shown(client.get("/en/partnerships/?country=BE&page=2"))) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/en/partnerships/?country=BE&partner=local_police",
        "/en/workspace/partnerships/",
        "/en/workspace/organisations/?q=police&kind=local_police",
        "form",
    ],
)
def test_lists_and_forms_take_a_constant_number_of_queries(client, genk, address):
    client.force_login(an_editor(genk))
    partnership = a_partnership(genk, a_practice(genk), a_practice(genk))
    address = address_of(partnership) if address == "form" else address

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for _number in range(12):
        a_partnership(genk, a_practice(genk), kinds=("local_police", "school", "health"))
    assert queries() == few
