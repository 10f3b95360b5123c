"""Changed cells in words: which row, which field, old and new as the reader writes them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Count, Min, Value, Window
from django.db.models.functions import Cast, Concat, RowNumber

from facilities.exchange.columns import Column
from facilities.models import ChangeSet, Edit, FacilityName
from rollout.day import Day
from rollout.registers.catalogue import REGISTERS
from rollout.registers.loading import loaded_registers
from signatures.names import WATCHED


@dataclass(frozen=True, slots=True)
class ShownEdit:
    edit: Edit
    register: object  # None: its rows have no page at the desk
    label: str  # of what the row is one of
    title: str  # of the row
    heading: str  # of the column; empty when the row itself was made or withdrawn
    old: str
    new: str


def shown_edits(edits: list[Edit], day: Day, *, with_names: bool = True) -> list[ShownEdit]:
    """A fixed number of queries for each register among them. `with_names` False: of no person."""
    keys: dict[str, set[int]] = defaultdict(set)
    for edit in edits:
        keys[edit.register].add(edit.row)
    titles: dict[tuple[str, int], str] = {}
    columns: dict[str, dict[str, Column]] = {}
    for code, rows in keys.items():
        if code in REGISTERS:
            values = REGISTERS[code].values(list(rows), day.today)
            bound = REGISTERS[code].bound(on=day.on)
            titles |= {
                (code, row): REGISTERS[code].named(v, bound, with_names=with_names)
                for row, v in values.items()
            }
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


NAMED = 3  # records of a change set that the list names


@dataclass(frozen=True, slots=True)
class Summed:
    """What a change set wrote: some of its records by name, how many there are, how many cells."""

    names: list[str]
    records: int
    cells: int

    @property
    def more(self) -> int:
        return self.records - len(self.names)


def summed(
    change_sets: Iterable[ChangeSet], day: Day, places: Collection[int] | None
) -> dict[UUID, Summed]:
    """Of each change set; `places`: only what lies in these facilities. A fixed number of queries
    for each register among them."""
    edits = Edit.objects.filter(change_set__in=[one.pk for one in change_sets])
    if places is not None:
        edits = edits.filter(facility__in=places)
    counts = {
        key: (records, cells)
        for key, records, cells in edits.order_by()
        .values_list("change_set")
        .annotate(
            records=Count(Concat("register", Value(" "), Cast("row", CharField())), distinct=True),
            cells=Count("pk"),
        )
    }
    place = Window(RowNumber(), partition_by=["change_set"], order_by=["first"])
    rows = edits.order_by().values("change_set", "register", "row").annotate(first=Min("pk"))
    first = rows.annotate(place=place).filter(place__lte=NAMED).values_list("first", flat=True)
    shown = shown_edits(
        list(Edit.objects.filter(pk__in=list(first)).order_by("pk")), day, with_names=False
    )
    names: dict[UUID, list[str]] = defaultdict(list)
    for line in shown:
        is_named = line.edit.register not in WATCHED or line.title not in (
            line.edit.new,
            line.edit.old,
        )
        names[line.edit.change_set_id].append(line.title if is_named else line.label)
    return {key: Summed(names[key], *found) for key, found in counts.items()}


def facility_names(change_sets: Iterable[ChangeSet], day: Day) -> dict[int | None, str]:
    """The names that the facilities of some change sets bear on the day."""
    keys = {change_set.facility_id for change_set in change_sets if change_set.facility_id}
    found = FacilityName.objects.in_force(day.on, day.known_at).filter(facility__in=keys)
    return {name.facility_id: name.name for name in found}
