"""Facts of a register that are proven by a paper of which a file or a form tells the number."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from facilities.exchange.columns import Value
from facilities.models import DatedFact, Document
from facilities.registers.writers import Facts, RowEntry, Writing, refuse_moved

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass
class NumberedFacts(Facts):
    """Facts proven by a paper of which the number is told: with a new number comes a paper that bears it.

    `number`: the column of the number; `title`: what such a paper is called.
    """

    number: str = ""
    title: "StrOrPromise" = ""

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        self._attach(entries, writing)
        super().write(entries, writing)

    def _attach(self, entries: list[RowEntry], writing: Writing) -> None:
        """Papers of these numbers and days: those on record, else ones of which no more is known."""
        told = [
            entry
            for entry in entries
            if entry.text(self.number)
            and self.number in entry.changed
            and not entry.documents.keys() & self.columns.keys()
        ]
        numbers = {entry.text(self.number) for entry in told}
        if not numbers:
            return
        known = {
            (paper.number, paper.issued_on): paper
            for paper in Document.objects.known().filter(number__in=numbers)
        }
        new: dict[tuple[str, date | None], Document] = {}
        for entry in told:
            key = (entry.text(self.number), entry.day(self.day))
            if key not in known and key not in new:
                new[key] = Document(
                    number=key[0],
                    title=str(self.title)[:300],
                    issued_on=key[1],
                    recorded_by=writing.by,
                    recorded_at=writing.at,
                    source=writing.source_of(entry)[:300],
                    import_key=writing.import_key(entry, self.number),
                )
        Document.objects.bulk_create(new.values())
        for entry in told:
            key = (entry.text(self.number), entry.day(self.day))
            entry.documents[self.number] = known.get(key) or new[key]

    def known(self, entries: list[RowEntry]) -> dict[int, list[DatedFact]]:
        found = super().known(entries)
        prefetch_related_objects([fact for facts in found.values() for fact in facts], "document")
        return found

    def refuse_moved(self, entry: RowEntry, before: DatedFact | None) -> None:
        now: dict[str, Value] = {
            code: before.serializable_value(name) if before else None
            for code, name in self.columns.items()
            if code != self.number
        }
        refuse_moved(entry.old, now | {self.number: _number_of(before)})

    def made(
        self, entry: RowEntry, before: DatedFact | None, writing: Writing, **more: object
    ) -> DatedFact:
        fact = super().made(entry, before, writing, **more)
        if not entry.text(self.number) and _number_of(before):
            fact.document = entry.documents.get(self.day)
        return fact


def _number_of(fact: DatedFact | None) -> str:
    return fact.document.number if fact and fact.document else ""
