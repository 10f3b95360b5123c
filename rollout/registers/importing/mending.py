"""Wrong cells mended where they are shown: kept beside the file, and put in whenever it is read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.exchange.checking import tidied
from facilities.exchange.number_formats import Formatted
from facilities.exchange.old_fonts import Undecoded
from facilities.exchange.tables import TEXT_LIMIT, Cell, Formula, Row
from facilities.grouping import grouped
from rollout.models import ImportFile
from rollout.registers.importing.states import read_anew

CELLS_LIMIT = 5_000  # mended one by one; more are mended in the spreadsheet
ALL = "all"
KINDS = FORMULAS, FONTS = ("formulas", "fonts")

Mended = dict[str, Any]


def mended(rows: Iterable[Row], said: Mended) -> Iterator[Row]:
    """The rows of a file as its sender mended them; those left out are passed over."""
    kinds = said.get(ALL, ())
    for number, cells in rows:
        own = said.get(str(number), {})
        if own is None:
            continue
        if kinds:
            cells = tuple(_proposed(cell, kinds) for cell in cells)
        if own:
            filled = list(cells)
            for place, text in own.items():
                filled.extend([None] * (int(place) + 1 - len(filled)))
                filled[int(place)] = tidied(text)
            cells = tuple(filled)
        yield number, cells


def _proposed(cell: Cell, kinds: Collection[str]) -> Cell:
    if isinstance(cell, Formula) and cell.shown and FORMULAS in kinds:
        return tidied(cell.shown)
    if isinstance(cell, Undecoded) and cell.meant and FONTS in kinds:
        return tidied(cell.meant)
    return cell


def typed(cell: Cell) -> str:
    """What stands in a cell, as somebody would type it."""
    if cell is None:
        return ""
    if isinstance(cell, Formatted):
        return cell.shown
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)


def mend(
    import_file: ImportFile,
    *,
    cells: Mapping[tuple[int, int], str] = {},
    left_out: Collection[int] = (),
    back: Collection[int] = (),
    everywhere: Collection[str] = (),
) -> None:
    """Keep what its sender wrote into cells, by row and place, and which rows are left out or taken back.

    The preview has to be made again. Raises ValidationError for too much of it, or if another was first.
    """
    said: Mended = {
        row: dict(own) if own else own for row, own in import_file.mended.items() if row != ALL
    }
    for number in back:
        said.pop(str(number), None)
    for (number, place), text in cells.items():
        if len(text) > TEXT_LIMIT:
            raise ValidationError(
                _("A text may have %(limit)s characters at most.") % {"limit": grouped(TEXT_LIMIT)}
            )
        own = said.get(str(number)) or {}
        said[str(number)] = own | {str(place): text}
    said |= {str(number): None for number in left_out}
    if sum(len(own) if own else 1 for own in said.values()) > CELLS_LIMIT:
        raise ValidationError(
            _("More than %(limit)s cells would be corrected here. Correct them in the spreadsheet.")
            % {"limit": grouped(CELLS_LIMIT)}
        )
    kinds = sorted({*import_file.mended.get(ALL, ()), *everywhere})
    read_anew(import_file, mended=said | ({ALL: kinds} if kinds else {}))


def choose_sheet(import_file: ImportFile, sheet: str) -> None:
    """Read another sheet of the file instead. What was mended in the one before is forgotten."""
    read_anew(import_file, sheet=sheet[:100], mended={})
