"""The cells of some rows, read by one statement for each table and not for each column.

A file of a tender has sixty cells and their facts stand in two tables. Asked for by column, they are
sixty subqueries, which take far longer to put together and to plan than their rows take to be read.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from facilities.exchange.columns import Value
from facilities.models import Record
from facilities.registers.writers import Tabled, Writer, chunks

FEW = 2  # so many cells of one table are as well asked for by their columns


def apart(writers: Iterable[Writer], codes: Collection[str]) -> list[list[Tabled]]:
    """The writers of these columns whose cells stand in one table, for each table of more than a few."""
    tables: dict[Hashable, list[Tabled]] = defaultdict(list)
    for writer in writers:
        if isinstance(writer, Tabled) and writer.cells(codes):
            tables[writer.table].append(writer)
    return [
        found
        for found in tables.values()
        if sum(len(writer.cells(codes)) for writer in found) > FEW
    ]


def told(
    writers: Sequence[Tabled],
    codes: Collection[str],
    keys: list[int],
    on: date,
    known_at: datetime | None = None,
) -> dict[int, dict[str, Value]]:
    """What stands in the cells of these writers of one table, by row and column; what is empty is left out."""
    first = writers[0]
    paths = sorted(set(chain.from_iterable(writer.cells(codes).values() for writer in writers)))
    found: dict[int, dict[str, Value]] = defaultdict(dict)
    for some in chunks(keys):
        rows = first.rows_of_all(writers, some, on, known_at)
        latest: dict[tuple[object, ...], dict[str, Value]] = {}
        for key, *values in rows.values_list(f"{first.link}_id", *first.kind, *paths):
            kind, cells = values[: len(first.kind)], values[len(first.kind) :]
            latest.setdefault((key, *kind), dict(zip(paths, cells, strict=True)))
        for writer in writers:
            for key in some:
                values_of = latest.get((key, *writer.kinds))
                for code, path in writer.cells(codes).items() if values_of else ():
                    if values_of and values_of[path] is not None:
                        found[key][code] = values_of[path]
    return found


def facts_behind(
    writers: Sequence[Writer], row: Record, on: date, known_at: datetime | None = None
) -> list[Record | None]:
    """The fact behind the cells of each writer, of one row; None where there is none, and for attributes."""
    facts: dict[int, Record | None] = {}
    codes = {code for writer in writers for code in writer.columns}
    for alike in apart(writers, codes):
        latest: dict[tuple[object, ...], Record] = {}
        rows = alike[0].rows_of_all(alike, [row.pk], on, known_at)
        further = {name.rpartition("__")[0] for name in alike[0].kind} - {""}
        for fact in rows.select_related("document", *further):
            latest.setdefault(tuple(_at(fact, name) for name in alike[0].kind), fact)
        facts |= {id(writer): latest.get(writer.kinds) for writer in alike}
    for writer in writers:
        if writer.is_fact and id(writer) not in facts:
            facts[id(writer)] = writer.standing([row], on, known_at).get(row.pk)
    return [facts.get(id(writer)) for writer in writers]


def _at(fact: Record, path: str) -> object:
    """What stands at a path of the table, such as "partner__counted"."""
    *through, last = path.split("__")
    found: Any = fact
    for name in through:
        found = getattr(found, name)
    return found.serializable_value(last)
