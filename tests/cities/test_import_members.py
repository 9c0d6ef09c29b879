"""The office of Efus loads its list of members."""

import io
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from cities.enums import CityKind, MembershipState
from cities.members_import import BrokenMapping, import_members
from cities.members_import.reading import MAXIMUM_BYTES
from cities.models import City, Membership

PROJECT = Path(__file__).resolve().parents[2]
LIST_OF_2019 = PROJECT / "practices" / "demonstration" / "members-2019.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture
def spreadsheet(tmp_path):
    """Writes a spreadsheet with the content given, as text or as bytes."""

    def write(content):
        file = tmp_path / "members.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def load(file, *options):
    """What ``import_members`` prints, and the message with which it fails, if it does."""
    stdout, stderr, failure = io.StringIO(), io.StringIO(), ""
    try:
        call_command("import_members", str(file), *options, stdout=stdout, stderr=stderr)
    except CommandError as error:
        failure = str(error)
    return SimpleNamespace(printed=stdout.getvalue(), problems=stderr.getvalue(), failure=failure)


def known_city(official_name, listed_as, state=MembershipState.ACTIVE, **values):
    """A city that the platform knows, with a membership since 2015."""
    values = {"country": "DE"} | values
    city = City.objects.create(official_name=official_name, listed_as=listed_as, **values)
    ends_on = date(2018, 1, 1) if state == MembershipState.ENDED else None
    Membership.objects.create(city=city, state=state, starts_on=date(2015, 1, 1), ends_on=ends_on)
    return city


# The list of 2019


def test_the_list_of_2019_loads_completely_and_a_second_time_changes_nothing():
    first = load(LIST_OF_2019, "--since", "2019-01-01")

    assert (first.failure, first.problems) == ("", "")
    assert first.printed == "125 rows: 89 new by their name, 36 new by the mapping file.\n"
    assert City.objects.members().count() == 125
    assert set(Membership.objects.values_list("starts_on", flat=True)) == {date(2019, 1, 1)}
    assert not City.objects.filter(latitude=None).exists()
    countries = list(City.objects.values_list("country", flat=True))
    assert {country: countries.count(country) for country in countries} == {
        "BE": 9, "CH": 1, "CZ": 1, "DE": 17, "ES": 11, "FR": 51,
        "GR": 3, "IT": 21, "NL": 2, "PL": 1, "PT": 6, "RO": 1, "SE": 1,
    }  # fmt: skip
    before = list(City.objects.order_by("pk").values())

    second = load(LIST_OF_2019)

    assert second.printed == "125 rows: 125 unchanged.\n"
    assert list(City.objects.order_by("pk").values()) == before
    assert Membership.objects.count() == 125


def test_members_of_every_kind_become_what_they_are():
    load(LIST_OF_2019)
    members = {city.listed_as: city for city in City.objects.all()}

    assert {name: city.kind for name, city in members.items() if city.kind != CityKind.CITY} == {
        "Angers-Loire-Métropole (CA)": CityKind.METROPOLITAN_AREA,
        "Associazione di Comune di Argenta": CityKind.OTHER_PUBLIC_BODY,
        "Beauvaisis (CA)": CityKind.METROPOLITAN_AREA,
        "Comunitat Valenciana": CityKind.REGION,
        "Departament d’Interior de la Generalitat de Catalunya": CityKind.REGION,
        "Dunkerque (CU)": CityKind.METROPOLITAN_AREA,
        "Grand Narbonne": CityKind.METROPOLITAN_AREA,
        "Grand Paris Sud CA": CityKind.METROPOLITAN_AREA,
        "Kreis Lippe": CityKind.PROVINCE,
        "La Rochelle (CA)": CityKind.METROPOLITAN_AREA,
        "Landespräventionsrat Niedersachsen (LPR)": CityKind.OTHER_PUBLIC_BODY,
        "Lille (Métropole européenne)": CityKind.METROPOLITAN_AREA,
        "Lomme": CityKind.DISTRICT,
        "Maubeuge-Val de Sambre (CA)": CityKind.METROPOLITAN_AREA,
        "Melun-Val de Seine (CA)": CityKind.METROPOLITAN_AREA,
        "Nice Côte d’Azur Métropole": CityKind.METROPOLITAN_AREA,
    }
    nuremberg = members["Nuremberg"]
    assert (nuremberg.official_name, nuremberg.slug) == ("Nürnberg", "nurnberg")
    assert nuremberg.name_it == "Norimberga"
    assert not nuremberg.name_sv
    assert members["Gdansk"].official_name == "Gdańsk"
    assert members["Firenze"].official_name == "Firenze"
    assert members["Brasov"].official_name == "Brașov"
    # The seat gives a body its place on the map, but a body is not the town of its seat.
    city, community = members["La Rochelle"], members["La Rochelle (CA)"]
    assert (community.latitude, community.longitude) == (city.latitude, city.longitude)
    assert community.geonames_id is None
    assert community.population > city.population
    # Païta lies in the Pacific and counts to France.
    assert members["Païta"].latitude < 0
    assert members["Païta"].country == "FR"


# What a name stands for


def test_case_accents_hyphens_and_apostrophes_do_not_matter(spreadsheet):
    result = load(spreadsheet("name\nCLICHY SOUS BOIS\nL`hospitalet de llobregat\nLodz\nturin\n"))

    assert result.printed == "4 rows: 4 new by their name.\n"
    assert list(City.objects.order_by("pk").values_list("official_name", "country", "slug")) == [
        ("Clichy-sous-Bois", "FR", "clichy-sous-bois"),
        ("L'Hospitalet de Llobregat", "ES", "l-hospitalet-de-llobregat"),
        ("Łódź", "PL", "lodz"),
        ("Torino", "IT", "torino"),
    ]


def test_one_name_of_several_places_is_reported_with_all_of_them(spreadsheet):
    result = load(spreadsheet("name\nGladbeck\n\nGent\n"))

    assert "line 4, “Gent”: 2 places are called “Gent”" in result.problems
    assert "Gent (Belgium, 265,086 inhabitants, GeoNames 2797656)" in result.problems
    assert "Gendt (Netherlands, 5,590 inhabitants, GeoNames 2755597)" in result.problems
    assert "member_places.toml" in result.problems
    assert "nothing was loaded" in result.failure
    assert not City.objects.exists()


def test_the_country_in_the_list_decides_even_against_the_mapping_file(spreadsheet):
    result = load(
        spreadsheet(
            "Name;Country\nGent;Belgium\nValencia;es\nMontijo;Spain\nSaint-Denis;RE\nYork;UK\n"
        )
    )

    assert not result.failure
    assert list(City.objects.order_by("pk").values_list("official_name", "country")) == [
        ("Gent", "BE"),
        ("València", "ES"),
        ("Montijo", "ES"),
        ("Saint-Denis", "FR"),
        ("York", "GB"),
    ]
    assert City.objects.get(listed_as="Montijo").latitude > 38.9


def test_a_name_that_only_another_language_uses_is_pointed_out(spreadsheet):
    result = load(spreadsheet("name\nZurigo\n"))

    assert "line 2, “Zurigo”: only another name of Zürich; check" in result.printed


def test_the_good_rows_of_a_list_can_be_loaded_without_the_others(spreadsheet):
    file = spreadsheet("name,member_since\nGladbeck,2001-05-01\nAtlantis,\nLormont,\n")

    result = load(file, "--partial", "--since", "2019-01-01")

    assert not result.failure
    assert "line 3, “Atlantis”: no place of 500 inhabitants or more" in result.problems
    assert result.printed == "3 rows: 2 new by their name, 1 reported.\n"
    assert list(
        Membership.objects.order_by("pk").values_list("city__official_name", "starts_on")
    ) == [("Gladbeck", date(2001, 5, 1)), ("Lormont", date(2019, 1, 1))]


def test_a_dry_run_tells_every_row_and_writes_nothing(spreadsheet):
    result = load(spreadsheet("name\nGladbeck\nKreis Lippe\n"), "--dry-run")

    assert "line 2, “Gladbeck”: new by their name: Gladbeck (DE, 75,499" in result.printed
    assert "“Kreis Lippe”: new by the mapping file: Kreis Lippe (province, DE" in result.printed
    assert "(dry run: nothing was written)" in result.printed
    assert not City.objects.exists()


# The same member twice


def test_a_member_listed_twice_is_not_loaded_at_all(spreadsheet):
    result = load(spreadsheet("name\nLiège\nGladbeck\nLIEGE\nMünchen\nMunich\n"), "--partial")

    assert "line 2, “Liège”: the same name stands on line 4" in result.problems
    assert "line 4, “LIEGE”: the same name stands on line 2" in result.problems
    assert "line 6, “Munich”: it stands for München (DE, 1,505,005 inhabitants), and so does" in (
        result.problems
    )
    assert list(City.objects.values_list("listed_as", flat=True)) == ["Gladbeck"]


def test_a_member_under_another_name_does_not_become_a_second_one(spreadsheet):
    known_city("München", "München", geonames_id=2867714)
    known_city("Nürnberg", "Nürnberg")

    result = load(spreadsheet("name\nMunich\nNuremberg\n"))

    assert "is a member already, listed as “München”" in result.problems
    assert "is a member already, listed as “Nürnberg”" in result.problems
    assert City.objects.count() == 2


# What the platform knows already


def test_a_list_completes_a_member_and_overwrites_nothing(spreadsheet):
    complete = known_city("Ulm", "Ulm", website="https://www.ulm.de/")
    incomplete = known_city("Köln", "Koeln am Rhein")
    file = spreadsheet(
        "name,website,member_since\n"
        "Ulm,https://ulm.example/,1999-01-01\n"
        "KOELN AM RHEIN,https://www.stadt-koeln.de/,\n"
    )

    result = load(file)

    assert "2 rows: 1 completed, 1 unchanged." in result.printed
    assert "line 2, “Ulm”: the list says website https://ulm.example/" in result.printed
    assert "member since 1999-01-01, on the platform 2015-01-01; left as it is" in result.printed
    complete.refresh_from_db()
    incomplete.refresh_from_db()
    assert complete.website == "https://www.ulm.de/"
    assert complete.memberships.get().starts_on == date(2015, 1, 1)
    assert incomplete.website == "https://www.stadt-koeln.de/"


def test_a_city_without_any_membership_becomes_a_member(spreadsheet):
    city = City.objects.create(official_name="Ulm", country="DE")

    result = load(spreadsheet("name\nUlm\n"), "--since", "2019-01-01")

    assert result.printed == "1 row: 1 completed.\n"
    assert city.memberships.get().starts_on == date(2019, 1, 1)


def test_a_list_does_not_bring_a_former_member_back(spreadsheet):
    known_city("Ulm", "Ulm", MembershipState.LAPSED)
    known_city("Köln", "Köln", MembershipState.ENDED)

    result = load(spreadsheet("name\nUlm\nKöln\n"), "--partial")

    assert "“Ulm”: its membership of 2015-01-01 is lapsed; only Efus staff" in result.problems
    assert "“Köln”: its membership of 2015-01-01 is ended; only Efus staff" in result.problems
    assert not City.objects.members().exists()


def test_a_namesake_in_another_country_is_not_taken_for_the_member(spreadsheet):
    known_city("Brest", "Brest", country="FR")

    result = load(spreadsheet("name,country\nBrest,BY\n"))

    assert "the list says BY, but the member of that name is in FR" in result.problems


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_wait_for_each_other(spreadsheet, environment):
    command = [sys.executable, "manage.py", "import_members", spreadsheet("name\nUlm\n")]
    with transaction.atomic():
        known_city("Ulm", "Ulm")
        other = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while not an_import_waits() and other.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
    printed, _ = other.communicate(timeout=60)

    assert other.returncode == 0
    assert printed == "1 row: 1 unchanged.\n"
    assert City.objects.count() == 1


def an_import_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)",
            [City._meta.db_table],
        )
        return cursor.fetchone()[0]


# Rows that cannot be taken


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("=HYPERLINK(0),,,", "“=HYPERLINK(0)” is a formula"),
        ("+33,,,", "is a formula"),
        ("-1,,,", "is a formula"),
        ("@SUM(1),,,", "is a formula"),
        ('Ulm,, ,"\t=1"', "is a formula"),
        ('"Ulm\nGenk",,,', "runs over several lines"),
        ("Ulm\u202e,,,", "has a character that cannot be seen"),
        ("Ulm\x1b[2J,,,", "“Ulm\\x1b[2J” has a character that cannot be seen"),
        (",DE,,", "the name is missing"),
        ("U" * 201 + ",,,", "the name has 201 characters; at most 200 fit"),
        ("89,,,", "has no letter in it"),
        ("Ulm,Ruritania,,", "“Ruritania” is neither an ISO 3166-1 code nor an English name"),
        ("Ulm,,01/02/2019,", "“01/02/2019” is not a date written as 2019-01-31"),
        ("Ulm,,20190102,", "is not a date written as 2019-01-31"),
        ("Ulm,,2019-02-30,", "is not a date written as 2019-01-31"),
        ("Ulm,,0219-01-01,", "before 1987"),
        ("Ulm,,,ulm.de", "is not a web address with http:// or https://"),
        ("Ulm,,,javascript:alert(1)", "is not a web address"),
        (f"Ulm,,,https://ulm.de/{'x' * 200}", "longer than 200 characters"),
        ("Ulm,DE,,,more", "the row has 5 cells, the header 4 columns"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported_by_its_line(spreadsheet, row, said):
    result = load(spreadsheet(f"name,country,member_since,website\r\n\r\n,,,\r\n{row}\r\n"))

    assert result.problems.startswith("line 4, ")
    assert said in result.problems
    assert "\x1b" not in result.problems
    assert result.failure.startswith("1 of 1 rows cannot be loaded: nothing was loaded")
    assert not City.objects.exists()


def test_nobody_has_been_a_member_since_tomorrow(spreadsheet):
    tomorrow = timezone.localdate() + timedelta(days=1)

    result = load(spreadsheet(f"name,member_since\nUlm,{tomorrow}\n"))

    assert f"{tomorrow} lies before 1987, when Efus was founded, or in the future" in (
        result.problems
    )
    assert "--since:" in load(LIST_OF_2019, "--since", str(tomorrow)).failure
    assert "--since:" in load(LIST_OF_2019, "--since", "yesterday").failure


def test_lines_are_counted_as_an_editor_counts_them(spreadsheet):
    result = load(spreadsheet('name,country\n"Ulm\nGenk",DE\n\nUlm,Ruritania\n'))

    assert [line.split(",")[0] for line in result.problems.splitlines()] == ["line 2", "line 5"]


# Files that cannot be read


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty"),
        ("\n \n", "The file is empty"),
        ("\ufeff", "The file is empty"),
        ("name\n", "a header but no rows"),
        ("name,,\n,,\n", "column 2 without a name"),
        ("name,ville,pays\nUlm,,\n", "unknown columns: “ville”, “pays”. Known columns: name, "),
        ("name|country\nUlm|DE\n", "unknown columns: “name|country”"),
        ("country\nDE\n", "the column “name” is missing"),
        ("name,Name\nUlm,Ulm\n", "columns given twice: name"),
        ('name\nGenk\n"Ulm\nEssen\n', "starts on line 3 cannot be read: a quotation mark"),
        ('name\n"Ulm"x\n', "starts on line 2 cannot be read: a quotation mark"),
        ("name\nGenk\nKöln\n".encode("latin-1"), "byte F6 on line 3 is “ö”"),
        ("name\nKöln\n".encode("utf-16"), "is UTF-16 text"),
        ("name\nKöln\n".encode("utf-16-le"), "looks like UTF-16 text"),
        ("name\nKöln\n".encode("utf-32"), "is UTF-32 text"),
        (b"name\nGenk\nU\x00lm\n", "Line 3 has a NUL character"),
        (b"PK\x03\x04rest", "a workbook (XLSX or ODS)"),
        ("name\n" + "Ulm\n" * 100_000, "more than 5,000 rows"),
        (b"name\n" + b"x" * MAXIMUM_BYTES, "larger than 2 MiB"),
    ],
)
def test_a_broken_file_gets_one_clear_sentence(spreadsheet, content, said):
    result = load(spreadsheet(content))

    assert said in result.failure
    assert result.failure.endswith("Nothing was loaded.")
    assert (result.printed, result.problems) == ("", "")


def test_what_is_no_file_gets_one_clear_sentence(tmp_path):
    assert "There is no such file." in load(tmp_path / "absent.csv").failure
    assert "This is a directory" in load(tmp_path).failure


def test_a_broken_file_ends_the_command_with_an_error(spreadsheet, environment):
    command = [sys.executable, "manage.py", "import_members", spreadsheet("nom\nUlm\n")]

    ended = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)

    assert ended.returncode == 1
    assert "unknown columns: “nom”" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffname,country\r\nGladbeck,Ruritania\r\n",
        'name;country\n"Gladbeck";Ruritania\n',
        "name\tcountry\rGladbeck\tRuritania\r",
        '"Country","Name"\n"Ruritania","\xa0Gladbeck "\n,,\n',
    ],
    ids=["byte order mark", "semicolons", "tabs and old line ends", "quotation marks"],
)
def test_spreadsheets_are_understood_as_programs_write_them(spreadsheet, content):
    result = load(spreadsheet(content))

    assert result.problems.startswith("line 2, “Gladbeck”: the country “Ruritania” is neither")


# The mapping file


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("[listed.Ulm]\nseat = 1", "required positional argument: 'note'"),
        ('[listed.Ulm]\nnote = "?"', "needs either geonames_id or seat"),
        ('[listed.Ulm]\nnote = "?"\nseat = 1', "needs an official_name"),
        ('[listed.Ulm]\nnote = "?"\ngeonames_id = 1\nkind = "town"', "unknown kind town"),
        ('[places.1]\nofficial_name = "Ulm"\nnames = { la = "Ulma" }', "unknown languages: la"),
        ('[places.Ulm]\nofficial_name = "Ulm"', "not a GeoNames identifier"),
        ("[listd.Ulm]", "unknown tables: listd"),
        ("[listed.Ulm", "cannot be read"),
    ],
)
def test_a_mapping_file_that_cannot_be_relied_upon_is_refused(spreadsheet, tmp_path, entry, said):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(entry)

    with pytest.raises(BrokenMapping, match=said):
        import_members(spreadsheet("name\nUlm\n"), date(2019, 1, 1), mapping_file=mapping)
