"""Somebody cites what a city does."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from django.utils.translation import override

from practices.citing.apa import as_html, as_text
from practices.citing.bibtex import as_bibtex, escaped
from practices.citing.citation import citation_of
from practices.citing.ris import as_ris
from practices.models import Practice
from tests.domain import a_city, a_practice, a_theme, an_editor

pytestmark = pytest.mark.django_db
READ_ON = date(2026, 11, 23)
SPRING = datetime(2026, 4, 3, 10, tzinfo=UTC)


@pytest.fixture
def mentors():
    return a_practice(
        a_city("Genk", "BE"),
        "nl",
        title_nl="Mentoren voor jongeren",
        title_fr="Des mentors",
        summary_fr="Un mentor\r\nER  - et {plus}.",
        themes=[a_theme("young-people", name_fr="Jeunes, écoles")],
        published_at=SPRING,
    )


def fields_of(entry):
    """The fields of a BibTeX entry, as simple readers of the format find them."""
    return dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))


def lines_of(entry):
    """(tag, value) of each line of a RIS entry."""
    assert entry.endswith("\r\nER  - \r\n\r\n")
    assert "\n" not in entry.replace("\r\n", "")
    return [(line[:2], line[6:]) for line in entry.split("\r\n") if line]


def test_a_citation_names_the_authority_the_year_the_title_and_where_to_read_it(mentors):
    with override("nl"):
        cited = as_text(citation_of(mentors, "nl", retrieved_on=READ_ON))
    assert cited.startswith("Genk. (2026). Mentoren voor jongeren. ")
    assert "23 november 2026" in cited
    assert cited.endswith(f"http://127.0.0.1:8000/nl/practices/{mentors.pk}/")


def test_the_original_title_is_cited_with_its_translation_beside_it(mentors):
    citation = citation_of(mentors, "fr")
    assert "(2026). Mentoren voor jongeren [Des mentors]." in as_text(citation)
    assert '<cite lang="nl">Mentoren voor jongeren</cite> [Des mentors].' in as_html(citation)


def test_when_it_was_read_matters_for_what_may_change_only(mentors):
    mentors.status = "finished"
    citation = citation_of(mentors, "en", retrieved_on=READ_ON)
    assert as_text(citation).endswith(f"Efus network. {citation.address}")
    assert "urldate" not in as_bibtex(citation)


def test_markup_in_a_title_stays_text(mentors):
    mentors.title_nl = "<b>Mentoren</b>"
    cited = as_html(citation_of(mentors, "nl"))
    assert "&lt;b&gt;Mentoren&lt;/b&gt;" in cited


def test_bibtex_has_every_part_in_a_field_of_its_own(mentors):
    entry = as_bibtex(citation_of(mentors, "fr", retrieved_on=READ_ON))
    assert entry.startswith(f"@misc{{efus-practice-{mentors.pk},\n")
    assert entry.count("{") == entry.count("}")
    fields = fields_of(entry)
    assert fields["author"] == "{Genk}"
    assert fields["title"] == "{Mentoren voor jongeren [Des mentors]}"
    assert (fields["year"], fields["month"], fields["urldate"]) == ("2026", "4", "2026-11-23")
    assert fields["langid"] == "dutch"
    assert fields["keywords"] == "Jeunes écoles"
    assert fields["copyright"] == "CC BY 4.0"
    assert "\n" not in fields["abstract"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Präventionsrat Łódź", "Präventionsrat Łódź"),
        ("R&D: 50 % of #1_a $", r"R\&D: 50 \% of \#1\_a \$"),
        ("}}\\end{x", r"\textbraceright{}\textbraceright{}\textbackslash{}end\textbraceleft{}x"),
        ("a ~ b ^ c", r"a \textasciitilde{} b \textasciicircum{} c"),
        ("one\r\ntwo\u2028three\x07", "one two three"),
    ],
)
def test_signs_that_mean_something_to_bibtex_are_escaped(text, written):
    assert escaped(text) == written


def test_ris_keeps_everything_in_lines_that_begin_with_a_tag(mentors):
    lines = lines_of(as_ris(citation_of(mentors, "fr", retrieved_on=READ_ON)))
    assert all(re.fullmatch("[A-Z][A-Z0-9]", tag) for tag, _value in lines)
    assert lines[0] == ("TY", "ELEC")
    fields = dict(lines)
    assert fields["AU"] == "Genk"
    assert (fields["TI"], fields["TT"]) == ("Mentoren voor jongeren", "Des mentors")
    assert (fields["PY"], fields["DA"], fields["Y2"]) == ("2026", "2026/04/03", "2026/11/23")
    assert fields["AB"] == "Un mentor ER - et {plus}."
    assert [tag for tag, _value in lines].count("ER") == 1


def test_the_page_shows_the_citation_and_leads_to_the_files(client, mentors):
    page = client.get(f"/fr/practices/{mentors.pk}/cite/").content.decode()
    assert '<cite lang="nl">Mentoren voor jongeren</cite> [Des mentors]' in page
    assert f"@misc{{efus-practice-{mentors.pk}," in page
    for form, kind in [("bib", "application/x-bibtex"), ("ris", "application/x-research-info")]:
        address = f"/fr/practices/{mentors.pk}/cite.{form}"
        assert f'href="{address}"' in page
        file = client.get(address)
        assert file["Content-Type"].startswith(kind)
        assert f'filename="efus-practice-{mentors.pk}.{form}"' in file["Content-Disposition"]
        assert "Mentoren voor jongeren" in file.content.decode()
    practice = client.get(mentors.get_absolute_url(), follow=True).content.decode()
    assert f"/practices/{mentors.pk}/cite/" in practice


def test_a_draft_is_cited_without_a_year_and_by_its_city_only(client):
    genk = a_city("Genk")
    draft = a_practice(genk, published_days_ago=None)
    addresses = [f"/en/practices/{draft.pk}/{end}" for end in ("cite/", "cite.bib", "cite.ris")]
    for address in addresses:
        assert client.get(address).status_code == 404
    client.force_login(an_editor(genk))
    page, bibtex, ris = [client.get(address) for address in addresses]
    assert "Genk. (n.d.)." in page.content.decode()
    assert "year =" not in bibtex.content.decode()
    assert "PY  -" not in ris.content.decode()


@pytest.mark.parametrize("title", ["Cité", "PDF"])
def test_a_title_that_is_also_the_end_of_another_address_leads_to_its_practice(client, title):
    practice = a_practice(a_city(), "fr", title_fr=title)
    page = client.get(f"/fr/practices/{practice.pk}/", follow=True)
    assert f"<h1>{title}</h1>" in page.content.decode()


def test_what_is_unpublished_again_is_no_longer_cited(client, mentors):
    Practice.objects.update(state="unpublished", updated_at=timezone.now())
    assert client.get(f"/fr/practices/{mentors.pk}/cite/").status_code == 404
