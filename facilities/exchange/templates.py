"""Empty tables to be filled in: headings, drop-down lists, and a sheet saying what is expected."""

from collections.abc import Sequence
from typing import BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from facilities.exchange.choices import Choices
from facilities.exchange.columns import Column, Kind
from facilities.exchange.days import FIRST_YEAR, LAST_YEAR
from facilities.exchange.numbers import COUNT_LIMIT, MONEY_LIMIT
from facilities.exchange.writing import (
    DAY_FORMAT,
    HEADING_FILL,
    HEADING_FONT,
    NUMBER_FORMAT,
    TEXT_FORMAT,
    sheet_name,
    width,
)
from facilities.exchange.writing_csv import write_csv
from facilities.grouping import grouped

ROWS = 20_000  # so many rows of the sheet have drop-down lists
_REQUIRED_FILL = PatternFill("solid", fgColor="FFE8B3")
_PROMPT_LIMIT = 255  # letters, of Excel


def template_csv(columns: Sequence[Column]) -> bytes:
    """Only the headings: a file of text can hold no more."""
    return b"".join(write_csv(_asked(columns), []))


def template_xlsx(title: str, columns: Sequence[Column], stream: BinaryIO) -> None:
    """A sheet to fill in, a sheet of notes, and a hidden one with the lists to choose from."""
    asked = _asked(columns)
    register = Workbook()
    table = register.worksheets[0]
    table.title = sheet_name(title)
    notes = register.create_sheet(_free_name(_("Notes"), table))
    lists = register.create_sheet(_free_name(_("Lists"), table))
    lists.sheet_state = "hidden"
    table.freeze_panes = "A2"
    for index, column in enumerate(asked, 1):
        choices = _listed(column, lists, index)
        _head(table, index, column)
        table.add_data_validation(_validation(column, index, lists, len(choices)))
    _write_notes(notes, asked)
    register.save(stream)


def _asked(columns: Sequence[Column]) -> list[Column]:
    """The columns to be filled in, and those that say which row is meant."""
    return [column for column in columns if column.writable or column.required]


def _free_name(name: str, table: Worksheet) -> str:
    return name if name.casefold() != table.title.casefold() else f"{name} 2"


def _head(table: Worksheet, index: int, column: Column) -> None:
    letter = get_column_letter(index)
    cell = table.cell(1, index, _heading(column))
    cell.font, cell.fill = HEADING_FONT, _REQUIRED_FILL if column.required else HEADING_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    dimension = table.column_dimensions[letter]
    dimension.width = width(column)
    dimension.number_format = _number_format(column)


def _heading(column: Column) -> str:
    return f"{column.heading()} *" if column.required else column.heading()


def _number_format(column: Column) -> str:
    if column.kind == Kind.DAY:
        return DAY_FORMAT
    return NUMBER_FORMAT if column.is_number else TEXT_FORMAT


def _listed(column: Column, lists: Worksheet, index: int) -> list[str]:
    """The choices of a column, written down in the same column of the hidden sheet."""
    if column.choices is None:
        return []
    choices = Choices(column)
    found = [choices.written(code) for code in choices.labels if code]
    for row, text in enumerate(found, 1):
        cell = lists.cell(row, index)
        cell.value, cell.data_type = text, "s"
    return found


def _validation(column: Column, index: int, lists: Worksheet, choices: int) -> DataValidation:
    rule = _rule(column, index, lists, choices)
    rule.allow_blank = True
    rule.errorTitle, rule.error = _("Not accepted"), _expected(column)[:_PROMPT_LIMIT]
    rule.promptTitle = column.heading()[:32]
    rule.prompt = " ".join(filter(None, (_expected(column), str(column.help))))[:_PROMPT_LIMIT]
    rule.showErrorMessage = rule.showInputMessage = True
    letter = get_column_letter(index)
    rule.add(f"{letter}2:{letter}{ROWS + 1}")
    return rule


def _rule(column: Column, index: int, lists: Worksheet, choices: int) -> DataValidation:
    if choices:
        letter = get_column_letter(index)
        place = f"{quote_sheetname(lists.title)}!${letter}$1:${letter}${choices}"
        return DataValidation(type="list", formula1=place)
    if column.kind == Kind.DAY:
        first, last = f"DATE({FIRST_YEAR},1,1)", f"DATE({LAST_YEAR},12,31)"
        return DataValidation(type="date", operator="between", formula1=first, formula2=last)
    if column.is_number:
        return DataValidation(
            type="whole", operator="between", formula1="0", formula2=str(_limit(column))
        )
    return DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(column.max_length)
    )


def _limit(column: Column) -> int:
    return MONEY_LIMIT if column.kind == Kind.MONEY else COUNT_LIMIT


def _expected(column: Column) -> str:
    if column.choices is not None:
        return _("Choose from the list.")
    if column.kind == Kind.DAY:
        return _("A day, written as 21/05/2025.")
    if column.kind == Kind.MONEY:
        return _("A whole amount in dong.")
    if column.kind == Kind.COUNT:
        return _("A whole number.")
    return _("Text of at most %(limit)s characters.") % {"limit": grouped(column.max_length)}


def _write_notes(notes: Worksheet, columns: Sequence[Column]) -> None:
    """One row for each column of the table."""
    notes.append([_("Column"), _("Required"), _("What is expected"), _("Remarks")])
    for cell in notes[1]:
        cell.font, cell.fill = HEADING_FONT, HEADING_FILL
    for column in columns:
        required = _("yes") if column.required else ""
        notes.append([column.heading(), required, _expected(column), str(column.help)])
    notes.append([])
    for text in (
        _("Columns may stand in any order; those that are not needed may be left out."),
        _("An empty cell leaves what is there as it is. To take a value away, write “delete”."),
    ):
        notes.append([text])
        notes.cell(notes.max_row, 1).font = Font(italic=True)
    for letter, size in zip("ABCD", (34, 12, 44, 70), strict=True):
        notes.column_dimensions[letter].width = size
