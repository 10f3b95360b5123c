"""Sheets as XLSX, drawn in memory: the library's own way writes each sheet to a temporary file first."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

_FONT, _HEAD = (
    Font(name="Times New Roman", size=11),
    Font(name="Times New Roman", size=11, bold=True),
)
_WRAP = Alignment(wrap_text=True, vertical="center")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
WIDTH = 190  # letters of all columns of a finished sheet together; more where there are many
LINE = 15.0  # points


def as_xlsx(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float] = (),
) -> bytes:
    """A table whose cells are all text: ID numbers keep their zeros, days stay as they are written."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet: Worksheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # openpyxl makes one
    sheet.print_title_rows = "1:1"
    whole = max(WIDTH, 16 * len(head))
    letters = [
        max(6, widths[index] * whole if widths else max(14, len(text) + 2))
        for index, text in enumerate(head)
    ]
    for index, width in enumerate(letters, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for number, cells in enumerate([head, *rows], 1):
        # Not every program makes rows as high as what is wrapped in them.
        sheet.row_dimensions[number].height = LINE * max(map(_lines, cells, letters), default=1)
        for column, text in enumerate(cells, 1):
            cell = sheet.cell(number, column)
            cell.value = text or None
            if text:
                cell.data_type = "s"  # or "=1+1" would be a formula
            cell.number_format = "@"
            cell.font = _HEAD if number == 1 else _FONT
            cell.alignment = _CENTRE if number == 1 or column == 1 else _WRAP
            cell.border = _BOX
    return _saved(book)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so wide, put by words."""
    lines, left = 1, width
    for word in text.split():
        if len(word) > left and left < width:
            lines, left = lines + 1, width
        lines += int(len(word) // (width + 1))
        left -= len(word) + 1
    return lines


def _saved(book: Workbook) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).write_data()
    return stream.getvalue()


class _InMemory(ExcelWriter):
    """Writes sheets without a file of their own."""

    def __init__(self, workbook: Workbook, archive: ZipFile) -> None:
        super().__init__(workbook, archive)
        self.into = archive

    def write_worksheet(self, ws: Any) -> None:  # its parts are not in the library's stubs
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        stream = BytesIO()
        writer: Any = WorksheetWriter(ws, out=stream)
        writer.write()
        ws._rels = writer._rels
        self.into.writestr(ws.path[1:], stream.getvalue())
        self.manifest.append(ws)
