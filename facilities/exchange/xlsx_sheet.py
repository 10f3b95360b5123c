"""The cells of one sheet of an Excel file, read as a stream."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from facilities.exchange import old_fonts
from facilities.exchange.tables import (
    COLUMN_LIMIT,
    TEXT_LIMIT,
    Cell,
    Formula,
    too_long_text,
    too_many_columns,
)
from facilities.exchange.xlsx_parts import Chunks, Styles, Tags, Texts, Unsafe, unescaped

MERGES_LIMIT = 100_000
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
_OVERLAP = 300  # bytes of which a tag may lie on both sides of a cut


@dataclass
class Beside:
    """What a sheet says beside its cells: what is hidden, and which cells are merged downward."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)  # such as A2:A4, of those that gave a value


def read_merges(chunks: Chunks) -> dict[int, list[tuple[int, int, str]]]:
    """By the first row of each: column, last row and name of the cells that are merged downward.

    They stand behind the cells that they are about, so they are looked for in a walk of their own.
    """
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    count = 0
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        end = 0
        for merge in _MERGE.finditer(piece) if b"mergeCell" in piece else ():
            end = merge.end()
            count += 1
            if count > MERGES_LIMIT:
                raise Unsafe
            left, top, right, bottom = (part.decode() for part in merge.groups())
            if int(bottom) > int(top):
                name = f"{left}{top}:{right}{bottom}"
                found[int(top)].append((column_index(left), int(bottom), name))
        rest = piece[max(end, len(piece) - _OVERLAP) :]
    return found


def column_index(letters: str) -> int:
    """The place of a column by its letters; A has 0."""
    index = 0
    for letter in letters[:4]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def read_sheet(
    chunks: Chunks,
    texts: Texts,
    styles: Styles,
    merges: dict[int, list[tuple[int, int, str]]],
    beside: Beside,
) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet with their numbers. Raises BadTable for a cell beyond the limits.

    What the sheet says beside its cells is added to `beside` while the rows are walked.
    """
    reader = _SheetReader(texts, styles, beside)
    rows = _rows(chunks, reader)
    yield from _with_merged(rows, merges, beside) if merges else rows


def _rows(chunks: Chunks, reader: "_SheetReader") -> Iterator[tuple[int, list[Cell]]]:
    for _piece in Tags(reader.start, reader.end, reader.text).feed(chunks):
        yield from reader.rows
        reader.rows.clear()


def _with_merged(
    rows: Iterator[tuple[int, list[Cell]]],
    merges: dict[int, list[tuple[int, int, str]]],
    beside: Beside,
) -> Iterator[tuple[int, list[Cell]]]:
    """The rows with what a merged cell shows beside each of them. Rows with nothing else stay empty."""
    open_ones: dict[int, tuple[int, Cell, str]] = {}  # column: last row, value, name
    for number, row in rows:
        for column, (last, value, name) in list(open_ones.items()):
            if number > last:
                del open_ones[column]
            elif column >= len(row) or row[column] is None:
                row.extend([None] * (column + 1 - len(row)))
                row[column] = value
                if not beside.merged or beside.merged[-1] != name:
                    beside.merged.append(name)
        for column, last, name in merges.get(number, ()):
            if column < len(row) and row[column] is not None:
                open_ones[column] = (last, row[column], name)
        yield number, row


class _SheetReader:
    """Collects the cells of one row after another.

    The handlers are called some ten times for each cell, so they are written to do little.
    """

    def __init__(self, texts: Texts, styles: Styles, beside: Beside):
        self.rows: list[tuple[int, list[Cell]]] = []
        self._texts = texts
        self._styles = styles
        self._special = styles.days | styles.powers | styles.codes.keys()
        self._fonts = styles.fonts
        self._beside = beside
        self._letters: dict[str, int] = {}
        self._row: list[Cell] = []
        self._number = 0
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._wanted = False
        self._pieces: list[str] = []
        self._length = 0
        self._formula: list[str] | None = None
        self._hidden = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "c":
            place = attributes.get("r")
            self._column = self._index(place) if place else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._pieces = []
            self._length = 0
            self._formula = None
        elif name == "v":
            self._wanted = True
        elif name == "t":
            self._wanted = self._kind == "inlineStr"
        elif name == "f":
            self._wanted = True
        elif name == "row":
            number = attributes.get("r")
            self._number = int(number) if number else self._number + 1
            self._row = []
            self._column = -1
            self._hidden = _is_hidden(attributes, "ht")
        elif name == "rFont" and self._kind == "inlineStr":
            self._style = ""
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self._beside.hidden_columns |= set(range(first - 1, min(last, COLUMN_LIMIT)))

    def text(self, piece: str) -> None:
        if self._wanted:
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length > TEXT_LIMIT:
                raise too_long_text(self._number, self._column)

    def end(self, name: str) -> None:
        self._wanted = False
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "c":
            if self._formula is not None:
                self._put(Formula(f"={''.join(self._formula)}", "".join(self._pieces)))
            elif self._pieces:
                self._put(self._value("".join(self._pieces)))
        elif name == "f":
            self._formula, self._pieces = self._pieces, []
        elif name == "row" and self._row:
            if self._hidden:
                self._beside.hidden_rows.append(self._number)
            self.rows.append((self._number, self._row))

    def _index(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        index = self._letters.get(letters)
        if index is None:
            index = self._letters[letters] = column_index(letters)
        return index

    def _put(self, cell: Cell) -> None:
        if cell is None:
            return
        row, column = self._row, self._column
        if not 0 <= column < COLUMN_LIMIT:
            raise too_many_columns(self._number, column)
        row.extend([None] * (column + 1 - len(row)))
        row[column] = cell

    def _value(self, text: str) -> Cell:
        kind = self._kind
        if kind == "s":
            told = self._texts[int(text)]
            return self._in_font(told, settled=int(text) in self._texts.settled) or None
        if kind == "n":
            number = _number(text)
            if isinstance(number, str) or self._style not in self._special:
                return number
            return self._styles.number(self._style, number)
        if kind == "b":
            return text == "1"
        if kind == "d":
            return _moment(text)
        return self._in_font(unescaped(text), settled=False) or None

    def _in_font(self, text: str, *, settled: bool) -> str:
        font = self._fonts.get(self._style) if self._fonts and not settled else None
        return text if font is None else old_fonts.in_font(text, font)


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or drawn with no size at all."""
    if attributes.get("hidden") in ("1", "true"):
        return True
    try:
        return float(attributes.get(size, 1)) == 0
    except ValueError:
        return False


def _moment(text: str) -> Cell:
    """A day or moment as ISO writes it, by the clock of the country; any other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
        if timezone.is_aware(moment):
            return timezone.make_naive(moment)
    except (ValueError, OverflowError):
        return text
    return moment


def _number(text: str) -> int | float | str:
    """The number; the text of one that is none, such as NaN."""
    if len(text) <= 15 and text.isdigit():
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else text
