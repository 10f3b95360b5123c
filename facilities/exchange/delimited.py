"""Reading tables of plain text: CSV files in the encodings Vietnamese offices use, and pasted rows."""

import csv
import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import StringIO, TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO
from unicodedata import normalize

from django.utils.translation import gettext as _

from facilities.exchange.checking import checked, not_empty
from facilities.exchange.old_fonts import undecoded
from facilities.exchange.spoiled import of_old_font
from facilities.exchange.tables import BadTable, Cell, Row, Source
from facilities.grouping import grouped

PASTED_LIMIT = 10_000_000  # letters
_CHUNK = 64 * 1024
_SAMPLE_LINES = 60
_DELIMITERS = (";", "\t", ",")

# A cell written ="0123" keeps its zeros in Excel; programs that export lists write it so.
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')


def read(stream: BinaryIO) -> Source:
    """A CSV file. Raises BadTable."""
    encoding = _encoding(stream)
    rows = not_empty(_file_rows(stream, encoding))
    if rows is None:
        raise _empty()
    return Source("csv", rows)


def read_pasted(text: str) -> Source:
    """Rows from the clipboard. Raises BadTable."""
    if len(text) > PASTED_LIMIT:
        raise _too_long()
    lines = list(islice(StringIO(text, newline=""), _SAMPLE_LINES))
    delimiter = "\t" if "\t" in text else _delimiter(lines)
    raw = _clipboard_rows(text) if delimiter == "\t" else _csv_rows(StringIO(text), delimiter)
    rows = not_empty(checked(raw))
    if rows is None:
        raise _empty()
    return Source("pasted", rows)


def read_block(text: str) -> list[list[str]]:
    """A block of cells from the clipboard of a spreadsheet, empty ones and all: it has no headings.

    Raises BadTable if there is nothing in it, or too much, or letters were lost on the way.
    """
    if len(text) > PASTED_LIMIT:
        raise _too_long()
    rows = [[str(cell or "") for cell in row] for _number, row in _clipboard_rows(text)]
    if not any(cell.strip() for row in rows for cell in row):
        raise _empty()
    for _row in checked(enumerate(rows)):
        pass  # asked only for what it refuses
    return rows


def _too_long() -> BadTable:
    return BadTable(
        _("More than %(limit)s characters were pasted. Send the rows as a file instead.")
        % {"limit": grouped(PASTED_LIMIT)},
        code="too_large",
    )


def _empty() -> BadTable:
    return BadTable(
        _("There is nothing in the table. It needs a row of headings and the rows below it."),
        code="empty",
    )


# --- encodings ------------------------------------------------------------------------------


def _encoding(stream: BinaryIO) -> str:
    """The encoding that all of the file is written in. Raises BadTable if there is none."""
    stream.seek(0)
    start = stream.read(3)
    candidates: tuple[str, ...]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ("utf-16",)
    elif start == b"\xef\xbb\xbf":
        candidates = ("utf-8-sig",)
    else:
        # Anything but Vietnamese in the last one is told by `_refuse_other_alphabet`.
        candidates = ("utf-8", "cp1258")
    for encoding in candidates:
        if _decodes(stream, encoding):
            return encoding
    raise _unknown_encoding()


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _unknown_encoding(piece: str = "") -> BadTable:
    message = _(
        "The letters of this file cannot be read: its encoding is neither UTF-8 nor Windows-1258. "
        "In Excel choose Save As and “CSV UTF-8”, or send the file as .xlsx."
    )
    if piece:
        message += " " + _("The first piece that makes no sense: “%(piece)s”.") % {"piece": piece}
    return BadTable(message, code="encoding")


def _vietnamese_letters() -> str:
    vowels = [
        normalize("NFC", v + t)
        for v in "aăâeêioôơuưy"
        for t in ("", *"\u0300\u0301\u0303\u0309\u0323")
    ]
    letters = "".join(vowels) + "đ"
    return letters + letters.upper()


_OTHER_LETTER = re.compile(rf"[^\W\da-zA-Z_{_vietnamese_letters()}ªº]|[\u0300-\u036f]|[\x80-\x9f]")


def _refuse_other_alphabet(lines: Iterable[str]) -> Iterator[str]:
    """Any byte is some letter of Windows-1258: a letter no Vietnamese word has betrays another code."""
    for line in lines:
        line = normalize("NFC", line)
        if found := _OTHER_LETTER.search(line):
            if old := undecoded(line):
                raise of_old_font(old)
            raise _unknown_encoding(line[max(0, found.start() - 15) : found.end() + 15].strip())
        yield line


# --- rows -----------------------------------------------------------------------------------


def _file_rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    stream.seek(0)
    reader = TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        lines = _refuse_other_alphabet(reader) if encoding == "cp1258" else iter(reader)
        sample = list(islice(lines, _SAMPLE_LINES))
        delimiter, skipped = _told_delimiter(sample)
        delimiter = delimiter or _delimiter(sample)
        yield from checked(_csv_rows(chain(sample[skipped:], lines), delimiter))
    finally:
        # The stream stays open: it belongs to the caller.
        reader.detach()


def _told_delimiter(sample: list[str]) -> tuple[str, int]:
    """Excel takes a first line "sep=;" as an instruction and does not show it."""
    told = re.fullmatch(r"sep=(.)\s*", sample[0]) if sample else None
    return (told[1], 1) if told else ("", 0)


def _csv_rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadTable(
                _(
                    "Row %(row)s has a quotation mark in the wrong place or one that is not closed. "
                    "Inside a quoted cell, write it twice."
                )
                % {"row": number},
                code="quotes",
            ) from error
        yield number, [_cell(text) for text in cells]


def _cell(text: str) -> str:
    kept = _QUOTED_FORMULA.fullmatch(text) if text.startswith("=") else None
    return kept[1] if kept else text


def _delimiter(sample: list[str]) -> str:
    """The sign that cuts the most rows into the same number of cells; a tab if none cuts half of them."""
    best, best_fit = "\t", (0, 0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        # Not strict: the sample may end inside a quoted cell.
        with suppress(csv.Error):
            for cells in csv.reader(sample, delimiter=delimiter):
                widths[len(cells)] += bool(cells)
        fits = [(n, width) for width, n in widths.items() if width > 1 and n * 2 >= widths.total()]
        best_fit, best = max([(best_fit, best), *((fit, delimiter) for fit in fits)], key=_first)
    return best


def _first(pair: tuple) -> tuple:
    return pair[0]


# A cell with a line end or a tab in it comes quoted; quotation marks in any other are meant.
_CLIPBOARD_CELL = re.compile(
    r'(?P<cell>"(?P<quoted>(?:[^"]|"")*+)"(?=[\t\r\n]|\Z)|[^\t\r\n]*)(?P<end>\t|\r\n|\r|\n|\Z)'
)


def _clipboard_rows(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows as spreadsheet programs put them on the clipboard."""
    number = 1
    row: list[Cell] = []
    for found in _CLIPBOARD_CELL.finditer(text):
        if found.start() == len(text):
            break  # nothing is left: the last end closed the last row
        quoted = found["quoted"]
        if quoted is not None and re.search(r'[\t\r\n]|""', quoted):
            row.append(quoted.replace('""', '"'))
        else:
            row.append(_cell(found["cell"]))
        if found["end"] != "\t":
            yield number, row
            number, row = number + 1, []
    if row:
        yield number, row
