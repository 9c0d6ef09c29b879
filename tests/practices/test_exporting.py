"""Somebody takes a list of practices along."""

import csv
import io
import json
import re

import pytest
from django.test import override_settings
from openpyxl import load_workbook

from practices.exporting import selection as selecting
from practices.exporting.tables import COLUMNS
from practices.models import Practice
from tests.domain import (
    a_city,
    a_partnership,
    a_person,
    a_practice,
    a_theme,
    a_translation,
)

pytestmark = pytest.mark.django_db
FORMS = ["csv", "xlsx", "json", "bib", "ris"]
HEAD = 7  # lines about the file, before an empty one


@pytest.fixture
def network():
    """Two practices of Genk, one of them translated, one of Lille, and a draft."""
    nightlife = a_theme("nightlife", name_fr="Vie nocturne")
    genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
    mentors = a_practice(
        genk,
        "nl",
        title_nl='Mentoren; "jongeren"',
        summary_nl="Eén regel,\r\nen nog één.",
        themes=[nightlife],
        started_on="2022-03-01",
        cost_band="low",
        published_days_ago=1,
    )
    a_translation(mentors, "fr", state="machine", title="Des mentors")
    a_partnership(genk, mentors, kinds=("local_police", "school", "school"))
    a_practice(genk, "nl", title_nl="Praten", published_days_ago=2, licence="CC0-1.0")
    a_practice(lille, "fr", title_fr="Nuit", published_days_ago=3)
    a_practice(genk, "nl", title_nl="Nog niet klaar", published_days_ago=None)


def content(client, form, query="", language="en"):
    page = client.get(f"/{language}/practices/export.{form}?{query}")
    assert page.status_code == 200
    assert page["Content-Disposition"].startswith("attachment; filename=")
    assert page["Content-Disposition"].rstrip('"').endswith(f".{form}")
    return page.getvalue()


def table(client, query="", language="en"):
    """(the lines about the file, the rows as dicts) of a CSV file."""
    text = content(client, "csv", query, language).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(line) for line in lines} == {len(COLUMNS)}
    assert not any(lines[HEAD])
    names = list(COLUMNS)
    rows = [dict(zip(names, line, strict=True)) for line in lines[HEAD + 2 :]]
    return dict(line[:2] for line in lines[:HEAD]), rows


def document(client, query="", language="en"):
    return json.loads(content(client, "json", query, language))


def test_a_table_has_the_practices_found_in_their_order(client, network):
    _about, rows = table(client)
    assert [row["title"] for row in rows] == ['Mentoren; "jongeren"', "Praten", "Nuit"]
    _about, rows = table(client, "country=BE")
    assert [row["title"] for row in rows] == ['Mentoren; "jongeren"', "Praten"]
    _about, rows = table(client, "q=praten", "nl")
    assert [row["title"] for row in rows] == ["Praten"]


def test_a_table_says_everything_in_the_readers_language(client, network):
    _about, rows = table(client, language="fr")
    mentors, talking = rows[0], rows[1]
    assert (mentors["title"], mentors["title_language"]) == ("Des mentors", "Français")
    assert mentors["original_title"] == 'Mentoren; "jongeren"'
    assert (mentors["country"], mentors["themes"]) == ("Belgique", "Vie nocturne")
    assert mentors["summary"] == "Eén regel,\r\nen nog één."
    assert mentors["started_on"] == "2022-03-01"
    assert mentors["languages"].count(";") == 1
    assert mentors["partner_kinds"].count(";") == 1
    assert mentors["licence"] == "CC BY 4.0"
    assert talking["licence"] == "CC0 1.0"
    assert mentors["address"].endswith(f"/fr/practices/{mentors['id']}/des-mentors/")


def test_a_table_begins_with_what_was_searched_when_and_how_it_may_be_used(client, network):
    about, rows = table(client, "country=BE&q=praten", "en")
    assert about["Address"].startswith("http://127.0.0.1:8000/en/practices/?")
    assert "Country: Belgium" in about["Searched"]
    assert "praten" in about["Searched"]
    assert about["Practices found"] == str(len(rows))
    assert "licence" in about["Licence"]
    assert "European Forum for Urban Security" in about["Cite as"]
    assert table(client)[0]["Searched"] == "all practices"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_no_text_is_worked_out_as_a_formula(client, sign):
    a_practice(a_city(f"{sign}Genk"), title_nl=f"{sign}HYPERLINK('x')", summary_nl=f" {sign}1")
    _about, (row,) = table(client)
    assert row["title"] == f"'{sign}HYPERLINK('x')"
    assert row["summary"] == f"' {sign}1"
    assert row["city"] == f"'{sign}Genk"
    sheet = load_workbook(io.BytesIO(content(client, "xlsx")))["Practices"]
    title = sheet.cell(2, list(COLUMNS).index("title") + 1)
    assert (title.value, title.data_type) == (f"{sign}HYPERLINK('x')", "s")


def test_a_workbook_has_a_sheet_to_work_with_and_one_about_it(client, network):
    workbook = load_workbook(io.BytesIO(content(client, "xlsx", "country=BE")))
    sheet, about = workbook.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("Number", "Address", "Title")
    assert [row[2] for row in rows[1:]] == ['Mentoren; "jongeren"', "Praten"]
    started = rows[1][list(COLUMNS).index("started_on")]
    assert f"{started:%Y-%m-%d}" == "2022-03-01"
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:X3"
    assert sheet.column_dimensions["C"].width == 44
    assert dict(about.iter_rows(values_only=True))["Searched"] == "Country: Belgium"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
@pytest.mark.parametrize("before", ["Zo; ", "Zo;", "Zo\t", "Zo\r\n", 'Zo;"'])
def test_no_text_is_worked_out_where_semicolons_separate_the_cells(client, before, sign):
    a_practice(a_city(), title_nl="Goed - beter; best", summary_nl=f"{before}{sign}cmd")
    _about, (row,) = table(client)
    separator = before.removeprefix("Zo").rstrip(' "')
    assert row["summary"] == f"Zo{separator}'{before.removeprefix('Zo' + separator)}{sign}cmd"
    assert row["title"] == "Goed - beter; best"


def test_a_workbook_bears_signs_that_excel_does_not_know(client):
    a_practice(a_city(), title_nl="Een\x07\uffff\ufffe bel", summary_nl="x" * 300)
    sheet = load_workbook(io.BytesIO(content(client, "xlsx")))["Practices"]
    assert sheet.cell(2, 3).value == "Een bel"


def test_a_document_has_codes_that_are_the_same_in_every_language(client, network):
    english, french = document(client), document(client, language="fr")
    mentors = english["practices"][0]
    assert mentors["themes"] == [{"code": "nightlife", "name": "Nightlife"}]
    assert mentors["country"] == {"code": "BE", "name": "Belgium"}
    assert mentors["status"]["code"] == "running"
    assert mentors["cost"]["code"] == "low"
    assert mentors["licence"] == {"code": "CC-BY-4.0", "name": "CC BY 4.0"}
    assert [kind["code"] for kind in mentors["partner_kinds"]] == ["local_police", "school"]
    assert {entry["code"] for entry in mentors["languages"]} == {"nl", "fr"}
    assert (mentors["started_on"], mentors["ended_on"]) == ("2022-03-01", None)
    translated = french["practices"][0]
    assert translated["themes"] == [{"code": "nightlife", "name": "Vie nocturne"}]
    assert (translated["title"], translated["translation"]["code"]) == ("Des mentors", "machine")
    assert mentors["translation"]["code"] == "original"


def test_a_document_says_what_it_is_about(client, network):
    about = document(client, "country=BE")["about"]
    assert about["searched"] == [{"what": "Country", "value": "Belgium"}]
    assert (about["number_found"], about["number_listed"], about["most_listed"]) == (2, 2, 10_000)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]", about["made_at"])


def test_citations_of_all_that_was_found(client, network):
    bibtex = content(client, "bib", "country=BE").decode()
    assert len(set(re.findall(r"^@misc\{([^,]+),$", bibtex, re.MULTILINE))) == 2
    assert bibtex.count("@") == 2
    ris = content(client, "ris", "country=BE").decode()
    assert (ris.count("TY  - ELEC\r\n"), ris.count("\r\nER  - \r\n")) == (2, 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_search_that_finds_nothing_makes_an_empty_file(client, form):
    file = content(client, form, "q=nothing&theme=unknown&country=XX&sort=sideways")
    assert file if form != "ris" else file == b""  # which has no place for a head


@pytest.mark.parametrize("form", FORMS)
def test_the_number_of_queries_grows_with_batches_only(
    client, form, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(selecting, "BATCH", 10)
    city, theme = a_city(), a_theme("nightlife")

    def add(number):
        for _row in range(number):
            a_partnership(city, a_practice(city, themes=[theme]))

    def queries(batches):
        return django_assert_num_queries(3 + 5 * batches)

    add(2)
    content(client, form)
    with queries(1):
        content(client, form)
    add(8)
    with queries(1):
        content(client, form)
    add(10)
    with queries(2):
        content(client, form)


def test_a_list_that_is_too_long_ends_and_says_so(client, network, monkeypatch):
    monkeypatch.setattr(selecting, "MOST_PRACTICES", 2)
    monkeypatch.setattr("practices.exporting.about.MOST_PRACTICES", 2)
    about, rows = table(client)
    assert len(rows) == 2
    assert about["Practices found"] == "2 of 3; a file has 2 at most"
    assert document(client)["about"]["number_found"] == 3


def test_what_is_unpublished_while_the_file_is_made_is_left_out(client, network):
    page = client.get("/en/practices/export.json")
    gone = Practice.objects.get(title_nl="Praten")
    # The first batch is made at once, so that what fails is told in words.
    assert "Praten" in page.getvalue().decode()
    gone.state = "unpublished"
    gone.save()
    assert "Praten" not in content(client, "json").decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00", 400),
        ("q=%FF%FE", 200),
        ("q=" + "a" * 10_000, 200),
        ("q=((((&%7C!:*", 200),
        ("&".join(f"country={number}" for number in range(900)), 200),
        ("page=999999", 200),
    ],
)
def test_what_makes_no_sense_is_no_failure(client, network, query, status):
    assert client.get(f"/en/practices/export.csv?{query}").status_code == status


def test_an_unknown_kind_of_file_is_answered_in_words(client):
    page = client.get("/en/practices/export.exe")
    assert page.status_code == 404
    assert "There is no such file" in page.content.decode()
    assert client.post("/en/practices/export.csv").status_code == 405


def test_the_list_leads_to_its_files(client, network):
    page = client.get("/en/practices/?country=BE").content.decode()
    for form in FORMS:
        assert f'href="/en/practices/export.{form}?country=BE"' in page


def test_who_asks_too_often_is_asked_to_wait(client, network):
    somebody = a_person()
    for _time in range(30):
        assert client.get("/en/practices/export.ris").status_code == 200
    refused = client.get("/en/practices/export.csv")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Wait a few minutes" in refused.content.decode()
    # Others are not concerned.
    assert client.get("/en/practices/export.csv", REMOTE_ADDR="192.0.2.7").status_code == 200
    client.force_login(somebody)
    assert client.get("/en/practices/export.csv").status_code == 200


def test_without_redis_nobody_counts_and_nobody_is_refused(client, network):
    nowhere = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    with override_settings(CACHES=nowhere):
        assert client.get("/en/practices/export.csv").status_code == 200
