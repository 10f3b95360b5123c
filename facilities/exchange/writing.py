"""Writing tables as Excel files, such that reading them back changes nothing.

Days and choices are written as the reader of the page writes them. Everything that depends on the
reader's language is settled when a writer is called, not while its pieces are sent.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from facilities.exchange import guards
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.headers import PROBLEMS_HEADING
from facilities.exchange.tables import Cell, Row
from facilities.exchange.writing_csv import shown

DAY_FORMAT, NUMBER_FORMAT, TEXT_FORMAT = "dd/mm/yyyy", "#,##0", "@"
HEADING_FONT = Font(bold=True)
HEADING_FILL = PatternFill("solid", fgColor="E7EDF3")
_WRAPPED = Alignment(wrap_text=True, vertical="top")

# What XML cannot hold, and what Excel would take for such a sign in disguise.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], stream: BinaryIO
) -> None:
    """The table with typed cells; headings stay in sight and can filter."""
    register = Workbook(write_only=True)
    sheet = register.create_sheet(sheet_name(title))
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width(column)
    sheet.append([_heading(sheet, column.heading()) for column in columns])
    shows = [shown(column) for column in columns]
    last = 1
    for row in rows:
        sheet.append([_value(sheet, show(v)) for show, v in zip(shows, row, strict=True)])
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    register.save(stream)


def write_rejects(
    headings: Sequence[Cell],
    bad_rows: Iterable[tuple[Row, Sequence[str]]],
    stream: BinaryIO,
) -> None:
    """The rows that were refused, as they came, each with its problems in one more column at the end.

    Mended, the file can be sent as it is: an import does not ask about that last column.
    """
    register = Workbook(write_only=True)
    sheet = register.create_sheet(sheet_name(gettext("Rows to correct")))
    sheet.freeze_panes = "A2"
    for index in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 20
    sheet.column_dimensions[get_column_letter(len(headings) + 1)].width = 70
    texts = [str(heading or "") for heading in headings]
    sheet.append([_heading(sheet, text) for text in (*texts, str(PROBLEMS_HEADING))])
    for (_number, cells), problems in bad_rows:
        came = [*cells[: len(headings)], *[None] * (len(headings) - len(cells))]
        told = _text(sheet, "\n".join(problems))
        told.alignment = _WRAPPED
        sheet.append([*(_as_it_came(sheet, cell) for cell in came), told])
    register.save(stream)


def write_sheets(
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]], stream: BinaryIO
) -> None:
    """Tables of texts, each on a sheet of its own: title, headings, rows."""
    register = Workbook(write_only=True)
    for number, (title, headings, rows) in enumerate(sheets, 1):
        sheet = register.create_sheet(sheet_name(f"{number} {title}"))
        sheet.freeze_panes = "A2"
        for index in range(1, len(headings) + 1):
            sheet.column_dimensions[get_column_letter(index)].width = 28
        sheet.append([_heading(sheet, heading) for heading in headings])
        for row in rows:
            sheet.append([_value(sheet, text) for text in row])
    register.save(stream)


def sheet_name(title: str) -> str:
    """The title as Excel allows it for a sheet."""
    return _SHEET_NAME_FORBIDDEN.sub(" ", title).strip("' ")[:31] or "1"


def width(column: Column) -> float:
    """Of a column, in letters."""
    usual = {Kind.DAY: 12, Kind.COUNT: 12, Kind.MONEY: 18}.get(column.kind, 28)
    return min(max(usual, len(column.heading()) + 4), 50)


def _heading(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = _text(sheet, text)
    cell.font, cell.fill, cell.alignment = HEADING_FONT, HEADING_FILL, _WRAPPED
    return cell


def _value(sheet: WriteOnlyWorksheet, value: Value) -> SheetCell | None:
    if isinstance(value, str):
        return _text(sheet, guards.for_xlsx(value)) if value else None
    cell = _as_it_came(sheet, value)
    if cell is not None and isinstance(value, int):
        cell.number_format = NUMBER_FORMAT
    return cell


def _as_it_came(sheet: WriteOnlyWorksheet, value: Cell) -> SheetCell | None:
    """A cell that was read from a file and goes back to its sender."""
    if value is None:
        return None
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = DAY_FORMAT
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, _ESCAPE_LIKE.sub("_x005F_", _FORBIDDEN.sub("", text)))
    cell.data_type = "s"  # or "=1+1" would be a formula, and "#N/A" an error
    cell.number_format = TEXT_FORMAT
    return cell
