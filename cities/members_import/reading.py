"""Reads the spreadsheet: bytes to rows, with nothing yet known about places."""

import csv
import io
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import override
from django_countries import countries

from cities.members_import.outcomes import Outcome, Result, shown
from cities.models import City
from efus.spelling import fold

COLUMNS = ("name", "country", "member_since", "website")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
MAXIMUM_BYTES = 2 * 1024 * 1024
MAXIMUM_ROWS = 5_000
MAXIMUM_NAME = City._meta.get_field("listed_as").max_length
MAXIMUM_WEBSITE = City._meta.get_field("website").max_length
FOUNDATION_OF_EFUS = date(1987, 1, 1)

# The European Union writes these two otherwise than ISO 3166-1.
EUROPEAN_UNION_CODES = {"EL": "GR", "UK": "GB"}

# Signatures of files that are often sent in place of a CSV file. UTF-32 comes before
# UTF-16, whose mark is the beginning of its own.
SIGNATURES = (
    (b"\xff\xfe\x00\x00", "UTF-32 text"),
    (b"\x00\x00\xfe\xff", "UTF-32 text"),
    (b"\xff\xfe", "UTF-16 text (“Unicode text” in Excel)"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"PK\x03\x04", "a workbook (XLSX or ODS)"),
    (b"\xd0\xcf\x11\xe0", "a workbook (XLS)"),
    (b"%PDF", "a PDF"),
)
REMEDY = "save it as CSV in UTF-8"

web_address = URLValidator(schemes=["http", "https"])


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One member as listed; *line* is the physical line on which its row starts."""

    line: int
    name: str
    country: str = ""
    member_since: date | None = None
    website: str = ""


def read_members(file: Path) -> tuple[list[Row], list[Outcome]]:
    """The readable rows of *file*, and the others with the reason.

    Raises UnreadableFile when nothing of the file can be trusted.
    """
    text = decode(read_bytes(file))
    rows, problems = [], []
    records = numbered_records(text)
    header_line, header = next(records, (0, None))
    if header is None:
        raise UnreadableFile("The file is empty.")
    columns = read_header(header_line, header)
    for count, (line, cells) in enumerate(records, 1):
        if count > MAXIMUM_ROWS:
            raise UnreadableFile(
                f"The file has more than {MAXIMUM_ROWS:,} rows; no list of members is that"
                " long. Split it if it is really meant."
            )
        try:
            rows.append(read_row(line, columns, cells))
        except ValueError as error:
            name = dict(zip(columns, cells, strict=False)).get("name", "").strip()
            problems.append(Outcome(line, name, Result.REPORTED, str(error)))
    if not rows and not problems:
        raise UnreadableFile("The file has a header but no rows.")
    return rows, problems


def read_bytes(file: Path) -> bytes:
    """The content of *file*, of which never more than the limit is read."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableFile("There is no such file.") from None
    except IsADirectoryError:
        raise UnreadableFile("This is a directory, not a file.") from None
    except OSError as error:
        raise UnreadableFile(f"The file cannot be opened: {error.strerror}.") from None
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableFile(
            f"The file is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB;"
            " no list of members is that long."
        )
    return content


def decode(content: bytes) -> str:
    """*content* as text, which must be UTF-8, with or without a byte order mark."""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            raise UnreadableFile(f"The file is {kind}, not UTF-8: {REMEDY}.")
    if b"\x00" in content:
        line = content.count(b"\n", 0, content.index(b"\x00")) + 1
        start = content[:1000]
        if max(start[::2].count(0), start[1::2].count(0)) > len(start) // 4:
            raise UnreadableFile(f"The file looks like UTF-16 text, not UTF-8: {REMEDY}.")
        raise UnreadableFile(
            f"Line {line} has a NUL character: the file is damaged, or is not text."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start : error.start + 1]
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f"The file is not UTF-8. It looks like Latin-1 or Windows-1252: there, the byte"
            f" {byte.hex().upper()} on line {line} is {shown(byte.decode('cp1252', 'replace'))}."
            f" In Excel, {REMEDY} (“CSV UTF-8”)."
        ) from None


def numbered_records(text: str):
    """(line on which it starts, cells) of every record of *text* that is not blank."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header), strict=True)
    line = 1
    try:
        for record in reader:
            cells = [unicodedata.normalize("NFC", cell.replace("\xa0", " ")) for cell in record]
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(
            f"The row that starts on line {line} cannot be read: a quotation mark is not"
            f" closed, or stands where none belongs ({error})."
        ) from None


def delimiter_of(header: str) -> str:
    """The delimiter under which *header* names known columns, else the most frequent."""
    for delimiter in DELIMITERS:
        if {name.strip().strip('"').casefold() for name in header.split(delimiter)} <= {*COLUMNS}:
            return delimiter
    return max(DELIMITERS, key=header.count)


def read_header(line: int, cells: list[str]) -> list[str]:
    """The names of the columns, checked."""
    columns = [cell.strip().casefold() for cell in cells]
    known = f"Known columns: {', '.join(COLUMNS)}."
    unknown = [
        shown(cell) if cell.strip() else f"column {number} without a name"
        for number, cell in enumerate(cells, 1)
        if cell.strip().casefold() not in COLUMNS
    ]
    if unknown:
        raise UnreadableFile(f"Line {line}: unknown columns: {', '.join(unknown)}. {known}")
    if "name" not in columns:
        raise UnreadableFile(f"Line {line}: the column “name” is missing. {known}")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise UnreadableFile(f"Line {line}: columns given twice: {', '.join(twice)}.")
    return columns


def read_row(line: int, columns: list[str], cells: list[str]) -> Row:
    """The row made of *cells*.

    Raises ValueError with the reason when a cell cannot be taken.
    """
    cells = [check_cell(cell) for cell in cells]
    if any(cells[len(columns) :]):
        raise ValueError(
            f"the row has {len(cells)} cells, the header {len(columns)} columns;"
            " a name with the delimiter in it needs quotation marks"
        )
    values = dict(zip(columns, cells, strict=False))
    return Row(
        line,
        read_name(values.get("name", "")),
        read_country(values.get("country", "")),
        read_date(values.get("member_since", "")),
        read_website(values.get("website", "")),
    )


def check_cell(cell: str) -> str:
    if cell.lstrip()[:1] in {"=", "+", "-", "@"}:
        raise ValueError(f"{shown(cell)} is a formula, not a value")
    if "\n" in cell or "\r" in cell:
        raise ValueError(f"{shown(cell)} runs over several lines; is a quotation mark left open?")
    cell = cell.strip()
    if not cell.isprintable():
        raise ValueError(f"{shown(cell)} has a character that cannot be seen")
    return cell


def read_name(text: str) -> str:
    if not text:
        raise ValueError("the name is missing")
    if len(text) > MAXIMUM_NAME:
        raise ValueError(f"the name has {len(text)} characters; at most {MAXIMUM_NAME} fit")
    if not any(character.isalpha() for character in text):
        raise ValueError(f"{shown(text)} has no letter in it")
    return text


def read_country(text: str) -> str:
    """ISO 3166-1 code of the country that *text* gives by code or English name."""
    if not text:
        return ""
    code = EUROPEAN_UNION_CODES.get(text.upper(), text.upper())
    if code in countries.countries:
        return code
    with override("en"):
        for code, name in countries:
            if fold(name) == fold(text):
                return code
    raise ValueError(
        f"the country {shown(text)} is neither an ISO 3166-1 code nor an English name"
    )


def read_date(text: str) -> date | None:
    """The day that *text* gives as YYYY-MM-DD, between the foundation of Efus and today."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(f"{shown(text)} is not a date written as 2019-01-31")
    if not FOUNDATION_OF_EFUS <= day <= timezone.localdate():
        raise ValueError(f"{text} lies before 1987, when Efus was founded, or in the future")
    return day


def read_website(text: str) -> str:
    if not text:
        return ""
    try:
        web_address(text)
    except ValidationError:
        raise ValueError(f"{shown(text)} is not a web address with http:// or https://") from None
    if len(text) > MAXIMUM_WEBSITE:
        raise ValueError(f"the web address is longer than {MAXIMUM_WEBSITE} characters")
    return text
