"""The parts of an unpacked Excel file, each read as a stream of XML tags.

Names are compared without their prefixes: programs differ in the prefixes they write. A part that
declares a document type is refused, for that is where XML that expands without end begins.
"""

import posixpath
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple
from xml.parsers.expat import ParserCreate

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from facilities.exchange import number_formats, old_fonts
from facilities.exchange.tables import TEXT_LIMIT, Cell

Chunks = Iterator[bytes]

TEXTS_COUNT_LIMIT = 4_000_000
STYLES_LIMIT = 70_000  # Excel itself allows 65,490


class Unsafe(Exception):
    """The part would take more memory or time than any honest table."""


class Tags:
    """Feeds a part to handlers of start tags, end tags and text."""

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ):
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._refuse

    @staticmethod
    def _refuse(*_about: object) -> None:
        raise Unsafe

    def feed(self, chunks: Chunks) -> Iterator[None]:
        """Comes back after each piece, so that the caller can take what was found in it."""
        for chunk in chunks:
            self._parser.Parse(chunk, False)
            yield
        self._parser.Parse(b"", True)
        yield

    def read(self, chunks: Chunks) -> None:
        for _piece in self.feed(chunks):
            pass


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute whatever its prefix. Raises KeyError without it."""
    return {_local(key): value for key, value in attributes.items()}[name]


# --- the workbook ---------------------------------------------------------------------------


class Link(NamedTuple):
    """A relation of the file to one of its parts: the last word of its type, and the part's name."""

    kind: str
    target: str


def read_links(chunks: Chunks, *, folder: str) -> dict[str, Link]:
    """The parts that a part refers to, by the names it uses for them."""
    links = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
            kind = attributes["Type"].rpartition("/")[2]
            links[attributes["Id"]] = Link(kind, target.lstrip("/"))

    Tags(start).read(chunks)
    return links


@dataclass(frozen=True)
class Sheet:
    name: str
    target: str
    visible: bool


def read_workbook(chunks: Chunks, links: dict[str, Link]) -> tuple[list[Sheet], bool]:
    """The sheets with cells, in their order, and whether days are counted from 1904 on."""
    sheets, since_1904 = [], False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        name = _local(name)
        if name == "workbookPr":
            since_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            link = links[_attribute(attributes, "id")]
            if link.kind == "worksheet":
                visible = attributes.get("state", "visible") == "visible"
                sheets.append(Sheet(attributes["name"], link.target, visible))

    Tags(start).read(chunks)
    return sheets, since_1904


# --- what cells refer to --------------------------------------------------------------------


class Styles:
    """What the styles of cells say about what stands in them, and how a day is counted.

    `days`: styles that show a number as a day; `powers`: as a power of ten; `codes`: style to format of
    those that show signs of their own; `fonts`: style to font, of the fonts of before Unicode.
    """

    def __init__(self, *, since_1904: bool):
        self.days: set[str] = set()
        self.powers: set[str] = set()
        self.codes: dict[str, str] = {}
        self.fonts: dict[str, str] = {}
        self._epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900

    def add(self, style: str, code: str, font: str) -> None:
        if is_date_format(code):
            self.days.add(style)
        elif number_formats.is_power(code):
            self.powers.add(style)
        elif number_formats.makes_code(code):
            self.codes[style] = code
        if old_fonts.is_old(font):
            self.fonts[style] = font

    def number(self, style: str, number: int | float) -> Cell:
        """What a number in this style is: a day, a number shown as a code, or itself."""
        if style in self.days:
            return self.day(number)
        if style in self.powers:
            return number_formats.Power(number)
        if style in self.codes and isinstance(number, int) and number >= 0:
            return number_formats.Formatted(number, number_formats.shown(self.codes[style], number))
        return number

    def day(self, number: float) -> Cell:
        """The day or moment; the number itself where it is none; a time of day as text."""
        try:
            moment = from_excel(number, self._epoch)
        except (OverflowError, ValueError):
            return number
        return moment if isinstance(moment, date) else _time_text(moment)


def _time_text(moment: time | timedelta) -> str:
    return moment.isoformat() if isinstance(moment, time) else str(moment)


def read_styles(chunks: Chunks, *, since_1904: bool) -> Styles:
    """From the part with the styles; without one cells are what they hold."""
    formats = dict(BUILTIN_FORMATS)
    fonts: list[str] = []
    styles = Styles(since_1904=since_1904)
    count = 0
    inside = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, count
        name = _local(name)
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = attributes["formatCode"][:200]
        elif name in ("fonts", "cellXfs"):
            inside = name
        elif name == "font" and inside == "fonts":
            fonts.append("")
        elif name == "name" and inside == "fonts" and fonts:
            fonts[-1] = attributes.get("val", "")[:100]
        elif name == "xf" and inside == "cellXfs":
            font = int(attributes.get("fontId", 0))
            code = formats.get(int(attributes.get("numFmtId", 0)), "General")
            styles.add(str(count), code, fonts[font] if 0 <= font < len(fonts) else "")
            count += 1
        if count > STYLES_LIMIT or len(formats) > STYLES_LIMIT or len(fonts) > STYLES_LIMIT:
            raise Unsafe

    def end(name: str) -> None:
        nonlocal inside
        if _local(name) == inside:
            inside = ""

    Tags(start, end).read(chunks)
    return styles


class Texts:
    """The texts that cells refer to by number, kept as one block of UTF-8: a million fit.

    `settled`: those in which a font of before Unicode was named and read; the font of their cell says no more.
    """

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q", [0])
        self.settled: set[int] = set()

    def add(self, text: str, *, settled: bool = False) -> None:
        if settled:
            self.settled.add(len(self._ends) - 1)
        # One letter more than a cell may have is enough to see that it has too many.
        self._block += text[: TEXT_LIMIT + 1].encode(errors="replace")
        self._ends.append(len(self._block))
        if len(self._ends) > TEXTS_COUNT_LIMIT:
            raise Unsafe

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        return self._block[self._ends[number] : self._ends[number + 1]].decode()


def read_texts(chunks: Chunks) -> Texts:
    texts = Texts()
    pieces: list[str] = []
    skipped = 0  # how deep inside a reading aid (rPh) of East Asian scripts
    wanted = False
    font, begun, fonts_named = "", 0, False  # of the run of letters that is being read

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal skipped, wanted, font, begun, fonts_named
        name = _local(name)
        if name == "si":
            pieces.clear()
            fonts_named = False
        elif name == "rPh":
            skipped += 1
        elif name == "r":
            font, begun = "", len(pieces)
        elif name == "rFont":
            font = attributes.get("val", "")
            fonts_named = True
        wanted = name == "t" and not skipped

    def end(name: str) -> None:
        nonlocal skipped, wanted
        name = _local(name)
        wanted = False
        if name == "si":
            texts.add(unescaped("".join(pieces)), settled=fonts_named)
        elif name == "r" and old_fonts.is_old(font):
            pieces[begun:] = [old_fonts.in_font(unescaped("".join(pieces[begun:])), font)]
        elif name == "rPh":
            skipped -= 1

    def text(piece: str) -> None:
        if wanted:
            pieces.append(piece)

    Tags(start, end, text).read(chunks)
    return texts


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Excel writes signs that XML forbids as _x000D_ and the like."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
