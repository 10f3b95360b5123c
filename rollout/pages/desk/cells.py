"""Changed cells in words: which row, which field, old and new as the reader writes them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from facilities.exchange.columns import Column
from facilities.models import ChangeSet, Edit, FacilityName
from rollout.day import Day
from rollout.registers.catalogue import REGISTERS
from rollout.registers.loading import loaded_registers


@dataclass(frozen=True, slots=True)
class ShownEdit:
    edit: Edit
    register: object  # None: its rows have no page at the desk
    label: str  # of what the row is one of
    title: str  # of the row
    heading: str  # of the column; empty when the row itself was made or withdrawn
    old: str
    new: str


def shown_edits(edits: list[Edit], day: Day) -> list[ShownEdit]:
    """A fixed number of queries for each register among them."""
    keys: dict[str, set[int]] = defaultdict(set)
    for edit in edits:
        keys[edit.register].add(edit.row)
    titles: dict[tuple[str, int], str] = {}
    columns: dict[str, dict[str, Column]] = {}
    for code, rows in keys.items():
        if code in REGISTERS:
            values = REGISTERS[code].values(list(rows), day.today)
            bound = REGISTERS[code].bound(on=day.on)
            titles |= {(code, row): REGISTERS[code].named(v, bound) for row, v in values.items()}
            columns[code] = {column.code: column for column in bound}
    return [
        _shown(edit, titles.get((edit.register, edit.row), ""), columns.get(edit.register, {}))
        for edit in edits
    ]


def _shown(edit: Edit, title: str, columns: Mapping[str, Column]) -> ShownEdit:
    column = columns.get(edit.column)
    kept = loaded_registers().get(edit.register)
    return ShownEdit(
        edit=edit,
        register=REGISTERS.get(edit.register),
        label=str(kept.label) if kept else "",
        title=title or edit.new or edit.old,
        heading=column.heading() if column else "",
        old=column.show(column.value(edit.old)) if column else edit.old,
        new=column.show(column.value(edit.new)) if column else edit.new,
    )


def facility_names(change_sets: Iterable[ChangeSet], day: Day) -> dict[int | None, str]:
    """The names that the facilities of some change sets bear on the day."""
    keys = {change_set.facility_id for change_set in change_sets if change_set.facility_id}
    found = FacilityName.objects.in_force(day.on, day.known_at).filter(facility__in=keys)
    return {name.facility_id: name.name for name in found}
