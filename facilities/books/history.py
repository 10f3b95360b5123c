"""What became of a row: field, old and new value, who, when, why. Newest first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from facilities.books.book import Book
from facilities.books.writers import Dated, Facts, Writer
from facilities.exchange.columns import Column
from facilities.models import Edit, Record


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `column` None: the row itself was made or withdrawn."""

    at: datetime
    by: str
    column: Column | None
    old: str
    new: str
    because: str
    document: object
    act: object


def history(book: Book, row: Model) -> list[Line]:
    """Facts tell their own history, however they were recorded; attributes have a log."""
    columns = {column.code: column for column in book.bound()}
    told = [*_logged(book, row, columns)]
    for writer in book.writers:
        if isinstance(writer, Facts | Dated):
            told += _of_facts(writer, row, columns)
    return sorted(told, key=lambda line: line.at, reverse=True)


def _logged(book: Book, row: Model, columns: dict[str, Column]):
    edits = Edit.objects.filter(book=book.code, row=row.pk).select_related("act__by", "document")
    for edit in edits:
        column = columns.get(edit.column)
        writer = book.writer_of(edit.column)
        if (column is None and edit.column) or isinstance(writer, Facts | Dated):
            continue
        show = column.show if column else str
        read = column.value if column else str
        yield Line(
            at=edit.act.at,
            by=str(edit.act.by),
            column=column,
            old=show(read(edit.old)),
            new=show(read(edit.new)),
            because=edit.because or edit.act.because,
            document=edit.document,
            act=edit.act,
        )


def _of_facts(writer: Writer, row: Model, columns: dict[str, Column]) -> list[Line]:
    """A fact that was withdrawn and recorded anew at one moment is one change."""
    facts = list(
        writer.model.objects.filter(**{writer.link: row.pk}, **writer.kind)
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
            for code in writer.columns:
                if code in columns:
                    lines += _line(moment, columns[code], writer, old, new)
    return lines


def _line(moment, column: Column, writer, old: Record | None, new: Record | None) -> list[Line]:
    before, after = (_shown(column, writer, fact) for fact in (old, new))
    if before == after:
        return []
    because = old.withdrawn_because if old else (getattr(new, "because", "") or new.source)
    return [
        Line(
            at=moment,
            by=str(new.recorded_by if new else old.withdrawn_by),
            column=column,
            old=before,
            new=after,
            because=because,
            document=new.document if new else None,
            act=None,
        )
    ]


def _shown(column: Column, writer, fact: Record | None) -> str:
    if fact is None:
        return ""
    path = getattr(writer, "value_of", {}).get(column.code, writer.columns[column.code])
    value = fact
    for name in path.split("__"):
        value = getattr(value, name)
    return column.show(value)
