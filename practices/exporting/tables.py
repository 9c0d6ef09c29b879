"""Files that people open as a table."""

import csv
import re
import tempfile

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from practices.exporting.records import record_of

# Of each column: its heading, and its width on a sheet, in characters.
COLUMNS = {
    "id": (gettext_lazy("number"), 9),
    "address": (gettext_lazy("address"), 44),
    "title": (gettext_lazy("title"), 44),
    "title_language": (gettext_lazy("language of the title"), 14),
    "translation": (gettext_lazy("translation"), 16),
    "summary": (gettext_lazy("summary"), 70),
    "city": (gettext_lazy("city"), 20),
    "country": (gettext_lazy("country"), 16),
    "themes": (gettext_lazy("themes"), 34),
    "target_groups": (gettext_lazy("target groups"), 30),
    "methods": (gettext_lazy("methods"), 30),
    "partner_kinds": (gettext_lazy("kinds of partners"), 30),
    "status": (gettext_lazy("status"), 12),
    "started_on": (gettext_lazy("started on"), 12),
    "ended_on": (gettext_lazy("ended on"), 12),
    "cost": (gettext_lazy("cost"), 24),
    "evidence": (gettext_lazy("evidence"), 24),
    "original_title": (gettext_lazy("original title"), 44),
    "original_language": (gettext_lazy("original language"), 14),
    "languages": (gettext_lazy("languages"), 30),
    "published_on": (gettext_lazy("published"), 12),
    "updated_on": (gettext_lazy("updated"), 12),
    "licence": (gettext_lazy("licence"), 14),
    "is_demonstration": (pgettext_lazy("column", "demonstration"), 14),
}
BETWEEN_VALUES = "; "
BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8
LONGEST_CELL = 32_767  # characters, in Excel

# A spreadsheet takes a text that begins so for a formula, and works it out. Where it expects
# semicolons, as in most of Europe, a text goes on in another cell after one, or after a line end.
BEGINS_A_FORMULA = re.compile(r"""(^|[;\t\r\n])(?=[ "]*[=+\-@＝＋－＠])|^(?=[\t\r\n])""")
# Openpyxl lets these through, but no XML has them: the whole workbook could not be read.
NOT_IN_XML = re.compile("[\ufffe\uffff]")


def _headings():
    return [capfirst(str(heading)) for heading, _width in COLUMNS.values()]


def _in_cell(value):
    """*value* of a record, as one cell has it: a text, a number or a day."""
    if isinstance(value, list):
        return BETWEEN_VALUES.join(entry["name"] for entry in value)
    if isinstance(value, dict):
        return value["name"]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else value


def _row_of(practice):
    record = record_of(practice)
    return [_in_cell(record[name]) for name in COLUMNS]


def _without_formula(value):
    """*value* as a spreadsheet shows it: an apostrophe keeps a text from being worked out."""
    return BEGINS_A_FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


class _Line:
    """What the csv module writes to: keeps the last line."""

    def write(self, line):
        self.last = line


def csv_lines(selection, about):
    """The lines of a CSV file (RFC 4180): what it is about, an empty one, and the table."""
    line = _Line()
    writer = csv.writer(line)

    def written(cells):
        cells = [*cells, *[""] * (len(COLUMNS) - len(cells))]  # as many in every line
        writer.writerow([_without_formula(cell) for cell in cells])
        return line.last

    with override(about.language):
        yield BYTE_ORDER_MARK
        for entry in about.lines:
            yield written(entry)
        yield written([])
        yield written(_headings())
        for practice in selection.practices():
            yield written(_row_of(practice))


def _as_cell(sheet, value):
    """*value* for *sheet*; a text stays a text, whatever it begins with."""
    if not isinstance(value, str):
        return value
    value = NOT_IN_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", value))[:LONGEST_CELL]
    if not value.startswith("="):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def _bold(sheet, value, **fill):
    cell = WriteOnlyCell(sheet, value=value)
    cell.font = Font(bold=True, **fill)
    return cell


def _fill_practices(sheet, selection):
    sheet.freeze_panes = "D2"  # the headings, and up to the title
    for number, (_heading, width) in enumerate(COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    headings = [_bold(sheet, heading, color="FFFFFF") for heading in _headings()]
    for cell in headings:
        cell.fill = PatternFill("solid", start_color="12466B")
        cell.alignment = Alignment(vertical="center")
    sheet.append(headings)
    rows = 1
    for practice in selection.practices():
        sheet.append([_as_cell(sheet, value) for value in _row_of(practice)])
        rows += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{rows}"


def _fill_about(sheet, about):
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["B"].width = 110
    for label, text in about.lines:
        value = _as_cell(sheet, text)
        if isinstance(value, str):
            value = WriteOnlyCell(sheet, value=value)
        value.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_bold(sheet, label), value])


def xlsx_file(selection, about):
    """An open, unnamed file: a workbook with the practices, and with what it is about."""
    workbook = Workbook(write_only=True)
    workbook.properties.title = about.lines[0][1]
    workbook.properties.creator = about.lines[0][1]
    workbook.properties.language = about.language
    with override(about.language):
        _fill_practices(workbook.create_sheet(_("Practices")), selection)
        _fill_about(workbook.create_sheet(_("About")), about)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    workbook.save(file)
    file.seek(0)
    return file
