"""A block of cells from a spreadsheet put over cells of a list: shown first, then one change set."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from facilities.exchange.cells import BadCell
from facilities.exchange.checking import tidied
from facilities.exchange.columns import Column, Value
from facilities.exchange.comparing import CLEARING, reader_of, refuse_lost
from facilities.exchange.delimited import read_block
from facilities.exchange.tables import BadTable, Cell, excerpt
from facilities.folding import fold
from facilities.grouping import grouped
from facilities.models import LogEntry
from facilities.permissions import Access
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.day import Day
from rollout.pages.desk.asking import Asked
from rollout.pages.desk.bulk import chosen_rows
from rollout.pages.desk.lists import register_or_404
from rollout.pages.desk.many import Many, answer, list_asked
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from signatures.names import note_rows, shows_names

AT_MOST = 5000  # cells
WRONG_AT_MOST = 200  # cells offered to be mended at once


@dataclass(slots=True)
class WrongCell:
    """A pasted cell that holds no value of its column, to be written anew."""

    name: str  # of its field: row and column of the block, from 0
    title: str
    heading: str
    text: str
    why: str


@dataclass(slots=True)
class Block:
    """What the block means: rows with their new values, cells that cannot be read, what was left out."""

    entries: list[RowEntry] = field(default_factory=list)
    wrong: list[WrongCell] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@require_POST
@desk()
def register_paste(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Without a block: asks for it. With one: shows what would change; with `yes`: stores it.

    `row`, `rows`: the rows of the list from the first one on; `column`: where the block begins.
    """
    register = register_or_404(code, access)
    try:
        context = list_asked(request, register, day)
    except ValidationError:  # only a forged form
        return HttpResponseRedirect(reverse("rollout:register-list", args=[register.code]))
    keys = chosen_rows(request, register, context["listed"], access.kept)[:AT_MOST]
    if not keys:
        messages.error(request, _("Choose the rows that the block goes over."))
        return HttpResponseRedirect(context["back"])
    bound = register.bound(places=access.kept)
    shown = _columns_of(register, context, access, bound)
    starts = [column for column in shown if column.writable]
    start = next((c for c in starts if c.code == request.POST.get("column")), None)
    context |= {
        "register": register,
        "keys": keys,
        "starts": starts,
        "start": start,
        "pasted": request.POST.get("pasted", ""),
        "change_set": uuid.uuid4(),
        "because": request.POST.get("because", "").strip(),
    }
    if start is None or not context["pasted"].strip():
        return "desk/paste.html", context
    try:
        cells = _mended(read_block(context["pasted"]), request.POST)
        over = shown[shown.index(start) :]
        _refuse_too_large(cells, keys, over)
    except BadTable as error:
        return "desk/paste.html", context | {"problems": error.messages}, 400
    context["pasted"] = "\n".join("\t".join(_quoted(text) for text in row) for row in cells)
    if shows_names(register, over[: max(map(len, cells))]):
        rows = keys[: len(cells)]
        note_rows(register=register, keys=rows, by=request.user, how=LogEntry.Kind.PAGE)
    block = read(register, bound, over, keys, cells, day)
    context["notices"] = block.notices
    if block.wrong:
        context |= {"to_mend": block.wrong[:WRONG_AT_MOST], "bad": len(block.wrong)}
        return "desk/paste.html", context, 400
    many = Many(register, block.entries, bound, day)
    return answer(request, access, many, "desk/paste.html", context)


def _columns_of(
    register: Register, context: Mapping[str, Any], access: Access, bound: tuple[Column, ...]
) -> list[Column]:
    """Those that the list shows, in its order."""
    query = QueryDict(context["query"])
    asked = Asked(register, query, context["listed"], with_names=True, places=access.kept)
    by_code = {column.code: column for column in bound}
    return [by_code[column.code] for column in asked.columns]


def _mended(cells: list[list[str]], sent: Mapping[str, str]) -> list[list[str]]:
    """The block with what was written into its wrong cells."""
    for name, text in sent.items():
        row, _dash, place = name.removeprefix("cell-").partition("-")
        if not (name.startswith("cell-") and row.isdecimal() and place.isdecimal()):
            continue
        if int(row) < len(cells) and int(place) < len(cells[int(row)]):
            cells[int(row)][int(place)] = text
    return cells


def _quoted(text: str) -> str:
    """A cell as spreadsheets put it on the clipboard."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set('\t\r\n"') else text


def _refuse_too_large(cells: list[list[str]], keys: list[int], over: list[Column]) -> None:
    """Raises BadTable for a block that reaches beyond the rows or the columns, or has too many cells."""
    wide, high = max(map(len, cells)), len(cells)
    if wide * high > AT_MOST:
        text = _("At most %(limit)s cells at once. Paste fewer, or import a file.")
        raise BadTable(text % {"limit": grouped(AT_MOST)})
    if high > len(keys):
        text = _(
            "The block has %(high)s rows; there are %(rows)s to take it. Show more rows a page, "
            "choose more of them, or paste fewer."
        )
        raise BadTable(text % {"high": grouped(high), "rows": grouped(len(keys))})
    if wide > len(over):
        text = _(
            "The block has %(wide)s columns; from “%(column)s” on the list shows %(columns)s. "
            "Begin further left, show more columns, or paste fewer."
        )
        told = {"wide": wide, "column": over[0].heading(), "columns": len(over)}
        raise BadTable(text % told)


def read(
    register: Register,
    bound: tuple[Column, ...],
    over: list[Column],
    keys: list[int],
    cells: list[list[str]],
    day: Day,
) -> Block:
    """Hold the block against the rows: cells are read as those of a file are.

    An empty cell leaves its value as it is; the word that takes a value away in a file does so here.
    """
    keys, found = keys[: len(cells)], Block()
    rows = register.base(day.today).in_bulk(keys)
    values = register.values([key for key in keys if key in rows], day.today)
    register.prepare(bound, values.values())
    wide = max(map(len, cells))
    closed = [c.heading() for c in over[:wide] if not c.writable]
    if closed:
        text = ngettext(
            "The column %(columns)s is computed: what was pasted there is left out.",
            "The columns %(columns)s are computed: what was pasted there is left out.",
            len(closed),
        )
        found.notices.append(text % {"columns": ", ".join(f"“{one}”" for one in closed)})
    if gone := sum(key not in values for key in keys):
        text = ngettext(
            "%(count)s row has been withdrawn since and is left out.",
            "%(count)s rows have been withdrawn since and are left out.",
            gone,
        )
        found.notices.append(text % {"count": grouped(gone)})
    readers = {c.code: reader_of(register.column(c.code), day.today) for c in over[:wide]}
    for number, (key, texts) in enumerate(zip(keys, cells, strict=True)):
        if key not in values:
            continue
        old = values[key]
        new = dict(old)
        for place, (column, text) in enumerate(zip(over, texts, strict=False)):
            if not text.strip() or not column.writable:
                continue
            try:
                new[column.code] = _value(column, text, readers[column.code], old)
            except BadCell as error:
                title = register.named(old, bound)
                name = f"cell-{number}-{place}"
                found.wrong.append(
                    WrongCell(name, title, column.heading(), excerpt(text), str(error))
                )
        found.entries.append(RowEntry(rows[key], old, new))
    return found


def _value(
    column: Column, text: str, reader: Callable[[Cell], Value], old: Mapping[str, Value]
) -> Value:
    """Raises BadCell."""
    if fold(text) in CLEARING and fold(str(old[column.code])) not in CLEARING:
        return column.empty
    cell = tidied(text)
    value = reader(cell)
    refuse_lost(cell)
    return value
