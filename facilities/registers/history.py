"""What became of a row: field, old and new value, who, when, why. Newest first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from facilities.exchange.columns import Column
from facilities.models import ChangeSet, Document, Edit, Record
from facilities.registers.register import Register
from facilities.registers.writers import Dated, Facts


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `column` None: the row itself was made or withdrawn."""

    at: datetime
    by: str
    column: Column | None
    old: str
    new: str
    because: str
    document: Document | None
    change_set: ChangeSet | None


def history(register: Register, row: Model) -> list[Line]:
    """Facts tell their own history, however they were recorded; attributes have a log."""
    columns = {column.code: column for column in register.bound()}
    told = [*_logged(register, row, columns)]
    for writer in register.writers:
        if isinstance(writer, Facts | Dated):
            told += _of_facts(writer, row, columns)
    return sorted(told, key=lambda line: line.at, reverse=True)


def _logged(register: Register, row: Model, columns: dict[str, Column]) -> Iterator[Line]:
    edits = Edit.objects.filter(register=register.code, row=row.pk).select_related(
        "change_set__by", "document"
    )
    for edit in edits:
        column = columns.get(edit.column)
        writer = register.writer_of(edit.column)
        if (column is None and edit.column) or isinstance(writer, Facts | Dated):
            continue
        show = column.show if column else str
        read = column.value if column else str
        yield Line(
            at=edit.change_set.at,
            by=str(edit.change_set.by),
            column=column,
            old=show(read(edit.old)),
            new=show(read(edit.new)),
            because=edit.because or edit.change_set.because,
            document=edit.document,
            change_set=edit.change_set,
        )


def _of_facts(writer: Facts | Dated, row: Model, columns: dict[str, Column]) -> list[Line]:
    """A fact that was withdrawn and recorded anew at one moment is one change."""
    model: Any = writer.model
    facts: list[Record] = list(
        model.objects.filter(**{writer.link: row.pk}, **writer.kind)
        .select_related("document", "recorded_by", "withdrawn_by")
        .order_by("recorded_at", "pk")
    )
    by_moment: dict[datetime, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        by_moment[fact.recorded_at]["new"].append(fact)
        if fact.withdrawn_at:
            by_moment[fact.withdrawn_at]["old"].append(fact)
    lines = []
    for moment, both in by_moment.items():
        for place in range(max(len(both["old"]), len(both["new"]))):
            old = both["old"][place] if place < len(both["old"]) else None
            new = both["new"][place] if place < len(both["new"]) else None
            again = _holds_again(writer, facts, moment) if new is None else None
            for code in writer.columns:
                if code in columns:
                    lines += _line(moment, columns[code], writer, old, new, again)
    return lines


def _holds_again(writer: Facts | Dated, facts: list[Record], moment: datetime) -> Record | None:
    """What had been said before a word that was only withdrawn at that moment."""
    if not isinstance(writer, Dated):
        return None
    standing = [
        fact
        for fact in facts
        if fact.recorded_at < moment and (not fact.withdrawn_at or fact.withdrawn_at > moment)
    ]
    return max(standing, key=lambda fact: (getattr(fact, writer.since), fact.pk), default=None)


def _line(
    moment: datetime,
    column: Column,
    writer: Facts | Dated,
    old: Record | None,
    new: Record | None,
    again: Record | None,
) -> list[Line]:
    """`again`: what holds once `old` is withdrawn and nothing recorded instead."""
    before, after = (_shown(column, writer, fact) for fact in (old, new or again))
    told = new or old
    if told is None or before == after:
        return []
    because = old.withdrawn_because if old else (getattr(new, "because", "") or told.source)
    return [
        Line(
            at=moment,
            by=str(told.recorded_by if new else told.withdrawn_by),
            column=column,
            old=before,
            new=after,
            because=because,
            document=new.document if new else None,
            change_set=None,
        )
    ]


def _shown(column: Column, writer: Facts | Dated, fact: Record | None) -> str:
    if fact is None:
        return ""
    path = writer.columns[column.code]
    if isinstance(writer, Dated):
        path = writer.value_of.get(column.code, path)
    value: Any = fact
    for name in path.split("__"):
        value = getattr(value, name, None)
    return column.show(value)
