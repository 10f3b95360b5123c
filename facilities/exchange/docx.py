"""Reading a table out of a Word document: the one with the most rows, merged cells once."""

import zlib
from typing import BinaryIO
from xml.parsers import expat
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from facilities.exchange.checking import checked, not_empty
from facilities.exchange.tables import BadTable, Cell, Source

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BODY = "word/document.xml"
_UNPACKED_LIMIT = 64 * 1024 * 1024  # bytes of the text of the document
_DAMAGE = (BadZipFile, ExpatError, zlib.error, EOFError, KeyError, UnicodeError, ValueError)


def is_word(stream: BinaryIO) -> bool:
    """Whether an archive is a Word document. The stream is left at its start."""
    stream.seek(0)
    try:
        names = ZipFile(stream).namelist()
    except _DAMAGE:
        names = []
    stream.seek(0)
    return _BODY in names


def read(stream: BinaryIO) -> Source:
    """The longest table of the document. Raises BadTable."""
    try:
        tables = _tables(stream)
    except _DAMAGE as error:
        raise BadTable(
            _(
                "The Word document is damaged or incomplete. Open it in Word, save it again as a "
                "Word Document (.docx), and send the new file."
            ),
            code="damaged",
        ) from error
    found = max(tables, key=len, default=[])
    rows = not_empty(checked(enumerate(found, 1)))
    if rows is None:
        raise BadTable(
            _("The Word document has no table. Put the rows into a table, or paste them."),
            code="empty",
        )
    return Source("docx", rows)


def _tables(stream: BinaryIO) -> list[list[list[Cell]]]:
    archive = ZipFile(stream)
    part = archive.getinfo(_BODY)
    if part.file_size > _UNPACKED_LIMIT:
        raise BadTable(
            _(
                "The file unpacks to far more than a table needs. Copy only the rows you mean "
                "into a new workbook and send that."
            ),
            code="zip_bomb",
        )
    with archive.open(part) as opened:
        body = opened.read(_UNPACKED_LIMIT + 1)
    return _Reader().read(body)


class _Reader:
    """Cells as they come by. A table within a cell is text of that cell."""

    def __init__(self) -> None:
        self.tables: list[list[list[Cell]]] = []
        self._depth = 0
        self._text: list[str] | None = None  # of the cell that is open
        self._span = 1
        self._below = False  # the cell continues the one above
        self._in_text = False

    def read(self, body: bytes) -> list[list[list[Cell]]]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _refuse_entities
        parser.Parse(body, True)
        return self.tables

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _blank, tag = name.rpartition(" ")
        if space != _WORD:
            return
        if tag == "tbl":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif tag == "tr" and self._depth == 1:
            self.tables[-1].append([])
        elif tag == "tc" and self._depth == 1:
            self._text, self._span, self._below = [], 1, False
        elif tag == "gridSpan" and self._depth == 1:
            self._span = min(int(attributes.get(f"{_WORD} val", "1")), 200)
        elif tag == "vMerge" and self._depth == 1:
            self._below = attributes.get(f"{_WORD} val", "continue") == "continue"
        elif tag == "t":
            self._in_text = True
        elif tag in ("br", "tab") and self._text is not None:
            self._text.append(" ")

    def _end(self, name: str) -> None:
        space, _blank, tag = name.rpartition(" ")
        if space != _WORD:
            return
        if tag == "t":
            self._in_text = False
        elif tag == "p" and self._text:
            self._text.append(" ")
        elif tag == "tc" and self._depth == 1 and self._text is not None:
            text = "" if self._below else " ".join("".join(self._text).split())
            self.tables[-1][-1] += [text or None, *[None] * (self._span - 1)]
            self._text = None
        elif tag == "tbl":
            self._depth -= 1

    def _data(self, text: str) -> None:
        if self._in_text and self._text is not None:
            self._text.append(text)


def _refuse_entities(*_declared: object) -> None:
    """No word processor declares entities; they are how a small file unpacks to a large one."""
    raise ValueError("entities")
