"""Reading an Excel file: what it may be, which sheet is meant, its rows.

Nothing of the file is ever held as a whole but its texts, in one block of bytes. Formulas are not
computed, macros refused, and no more is unpacked than the limits allow, whatever the file says of
itself.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from facilities.exchange import sniffing, xlsx_notices
from facilities.exchange.checking import checked
from facilities.exchange.tables import BadTable, Row, Source
from facilities.exchange.xlsx_parts import (
    Chunks,
    Sheet,
    Styles,
    Texts,
    Unsafe,
    read_links,
    read_styles,
    read_texts,
    read_workbook,
)
from facilities.exchange.xlsx_sheet import Beside, read_merges, read_sheet

UNPACKED_LIMIT = 150 * 1024 * 1024  # bytes, all parts together
TEXTS_LIMIT = 64 * 1024 * 1024  # bytes of the part that holds the texts
SMALL_PART_LIMIT = 16 * 1024 * 1024  # bytes of the parts about the file itself
RATIO_LIMIT = 250  # an honest table is packed to a twentieth, rarely to a hundredth
PARTS_LIMIT = 2_000
_CHUNK = 64 * 1024

_DAMAGE = (
    BadZipFile,
    ExpatError,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    UnicodeError,
    ValueError,
)


HEAD_ROWS = 20  # what a sheet is known by
SHEETS_LIMIT = 200

Fit = Callable[[Sequence[Row]], int]
"""How many of the headings that are looked for stand in the first rows of a sheet."""


def read(stream: BinaryIO, *, sheet: str = "", fit: Fit | None = None) -> Source:
    """The sheet of this name, else the visible one that fits best, else the first with something in it.

    Raises BadTable.
    """
    with _refusing():
        archive = ZipFile(stream)
        _check(archive)
        workbook, sheets = _sheets(archive)
    heads: dict[str, list[Row]] = {}
    failed: list[BadTable] = []
    for one in [found for found in sheets[:SHEETS_LIMIT] if found.visible]:
        try:
            head = _head(archive, workbook, one)
        except BadTable as error:
            failed.append(error)
        else:
            if head:
                heads[one.name] = head
    fits = {name: fit(head) if fit else 1 for name, head in heads.items()}
    if failed and max(fits.values(), default=0) < 2:
        raise failed[0]  # it may well have been the table
    if not heads:
        raise BadTable(
            _(
                "The file has no visible sheet with anything in it. Fill in a sheet and send it again."
            ),
            code="empty",
        )
    name = sheet if sheet in heads else max(heads, key=lambda name: fits[name])
    chosen = next(one for one in sheets if one.name == name)
    beside = Beside()
    rows = _rows(archive, workbook, chosen, beside)
    first = list(islice(rows, 1))
    hidden = [one for one in sheets if not one.visible][:SHEETS_LIMIT]
    unseen = {one.name: _head(archive, workbook, one) for one in hidden}
    left_out = [name for name, head in unseen.items() if fit and fit(head) > 1]
    return Source(
        "xlsx",
        chain(first, rows),
        chosen.name,
        others=tuple(other for other in heads if other != name),
        readable=tuple(other for other in heads if other != name and fits[other] > 1),
        hidden=unseen,
        notices=lambda: xlsx_notices.told(beside, hidden_sheets=left_out),
    )


def _head(archive: ZipFile, workbook: "_Workbook", sheet: Sheet) -> list[Row]:
    return list(islice(_rows(archive, workbook, sheet, Beside(), merged=False), HEAD_ROWS))


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns what the libraries raise over a broken or hostile file into a sentence for its sender."""
    try:
        yield
    except Unsafe as error:
        raise _too_large() from error
    except _DAMAGE as error:
        raise BadTable(
            _(
                "The Excel file is damaged or incomplete. Open it in Excel, save it again "
                "as an Excel Workbook (.xlsx), and send the new file."
            ),
            code="damaged",
        ) from error


def _too_large() -> BadTable:
    return BadTable(
        _(
            "The file unpacks to far more than a table needs. Copy only the rows you mean "
            "into a new workbook and send that."
        ),
        code="zip_bomb",
    )


def _check(archive: ZipFile) -> None:
    """Refuse what is no Excel table, or unpacks beyond the limits, before anything is unpacked."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 0x1 for part in parts):
        raise sniffing.locked()
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise _too_large()
    for part in parts:
        if part.file_size > _CHUNK and part.file_size > RATIO_LIMIT * max(part.compress_size, 1):
            raise _too_large()
    if any(name.endswith("vbaProject.bin") or "/macrosheets/" in name for name in names):
        raise BadTable(
            _(
                "The file contains macros. Open it in Excel and save it without them, "
                "as an Excel Workbook (.xlsx)."
            ),
            code="macros",
        )
    if "xl/workbook.bin" in names:
        raise BadTable(
            _(
                "This is a binary Excel workbook (.xlsb). Open it in Excel, choose Save As, "
                "and save it as an Excel Workbook (.xlsx)."
            ),
            code="binary_excel",
        )
    if "content.xml" in names and "mimetype" in names:
        raise BadTable(
            _(
                "This is an OpenDocument file (.ods). Open it in LibreOffice or Excel, choose Save As, "
                "and save it as an Excel Workbook (.xlsx)."
            ),
            code="open_document",
        )
    if not any(name.startswith("xl/") for name in names):
        raise sniffing.other_kind(_kind_of_archive(names))


def _kind_of_archive(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "Word (.docx)"
    if any(name.startswith("ppt/") for name in names):
        return "PowerPoint (.pptx)"
    if "content.xml" in names:
        return "OpenDocument (.ods, .odt)"
    return "ZIP"


def _unpacked(archive: ZipFile, name: str, limit: int) -> Chunks:
    """A part, piece by piece. Raises Unsafe beyond the limit, even if the directory promised less."""
    total = 0
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            total += len(chunk)
            if total > limit:
                raise Unsafe
            yield chunk


@dataclass(frozen=True)
class _Workbook:
    """What the cells of every sheet refer to."""

    texts: Texts
    styles: Styles


def _sheets(archive: ZipFile) -> tuple[_Workbook, list[Sheet]]:
    """What the sheets share, and the sheets in their order."""

    def small(name: str) -> Chunks:
        return _unpacked(archive, name, SMALL_PART_LIMIT)

    names = set(archive.namelist())
    root = read_links(small("_rels/.rels"), folder="")
    register = {link.kind: link.target for link in root.values()}["officeDocument"]
    folder, _slash, file = register.rpartition("/")
    links = read_links(small(f"{folder}/_rels/{file}.rels"), folder=folder)
    sheets, since_1904 = read_workbook(small(register), links)

    targets = {link.kind: link.target for link in links.values() if link.target in names}
    texts = Texts()
    if "sharedStrings" in targets:
        texts = read_texts(_unpacked(archive, targets["sharedStrings"], TEXTS_LIMIT))
    styles = small(targets["styles"]) if "styles" in targets else iter(())
    return (
        _Workbook(texts, read_styles(styles, since_1904=since_1904)),
        [sheet for sheet in sheets if sheet.target in names],
    )


def _rows(
    archive: ZipFile, workbook: _Workbook, sheet: Sheet, beside: Beside, *, merged: bool = True
) -> Iterator[Row]:
    def chunks() -> Chunks:
        return _unpacked(archive, sheet.target, UNPACKED_LIMIT)

    with _refusing():
        merges = read_merges(chunks()) if merged else {}
        yield from checked(read_sheet(chunks(), workbook.texts, workbook.styles, merges, beside))
