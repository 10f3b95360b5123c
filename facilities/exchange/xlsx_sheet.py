"""The cells of one sheet of an Excel file, read as a stream."""

from collections.abc import Iterator
from datetime import datetime

from facilities.exchange.tables import (
    COLUMN_LIMIT,
    TEXT_LIMIT,
    Cell,
    Formula,
    too_long_text,
    too_many_columns,
)
from facilities.exchange.xlsx_parts import Chunks, Dates, Tags, Texts, unescaped


def read_sheet(chunks: Chunks, texts: Texts, dates: Dates) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet with their numbers. Raises BadTable for a cell beyond the limits."""
    reader = _SheetReader(texts, dates)
    for _piece in Tags(reader.start, reader.end, reader.text).feed(chunks):
        yield from reader.rows
        reader.rows.clear()


class _SheetReader:
    """Collects the cells of one row after another.

    The handlers are called some ten times for each cell, so they are written to do little.
    """

    def __init__(self, texts: Texts, dates: Dates):
        self.rows: list[tuple[int, list[Cell]]] = []
        self._texts = texts
        self._dates = dates
        self._letters: dict[str, int] = {}
        self._row: list[Cell] = []
        self._number = 0
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._wanted = False
        self._pieces: list[str] = []
        self._length = 0
        self._formula = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "c":
            place = attributes.get("r")
            self._column = self._index(place) if place else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._pieces = []
            self._length = 0
            self._formula = False
        elif name == "v":
            self._wanted = not self._formula
        elif name == "t":
            self._wanted = self._kind == "inlineStr"
        elif name == "f":
            self._formula = self._wanted = True
        elif name == "row":
            number = attributes.get("r")
            self._number = int(number) if number else self._number + 1
            self._row = []
            self._column = -1

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
            if self._pieces or self._formula:
                self._put(self._value("".join(self._pieces)))
        elif name == "row" and self._row:
            self.rows.append((self._number, self._row))

    def _index(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        index = self._letters.get(letters)
        if index is None:
            index = 0
            for letter in letters[:4]:
                index = index * 26 + ord(letter) - ord("A") + 1
            index = self._letters[letters] = index - 1
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
        if self._formula:
            return Formula(f"={text}")
        kind = self._kind
        if kind == "s":
            return self._texts[int(text)] or None
        if kind == "n":
            number = _number(text)
            return self._dates.day(number) if self._style in self._dates.styles else number
        if kind == "b":
            return text == "1"
        if kind == "d":
            return datetime.fromisoformat(text)
        return unescaped(text) or None


def _number(text: str) -> int | float:
    return int(text) if len(text) <= 15 and text.isdigit() else float(text)
