"""Holding a kept file against its register, and knowing again what came out."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from facilities.exchange.columns import Column
from facilities.exchange.comparing import Comparison
from facilities.exchange.headers import Heading
from facilities.exchange.outcomes import Compared
from facilities.exchange.tables import Source
from rollout.models import ImportFile
from rollout.registers.catalogue import TAKING_FILES
from rollout.registers.importing.receiving import opened


@dataclass(frozen=True)
class Validated:
    """A file held against its register; `chunks` can be walked once."""

    source: Source
    heading: Heading
    comparison: Comparison
    chunks: Iterator[list[Compared]]


def written_places(import_file: ImportFile) -> list[int] | None:
    """The facilities whose rows a file may write; None: all."""
    if import_file.facility_id is not None:
        return [import_file.facility_id]
    places: list[int] | None = import_file.places
    return places


@contextmanager
def judged(import_file: ImportFile) -> Iterator[Validated]:
    """Two walks through the file: one finds rows that come twice, one compares. Raises BadTable."""
    with opened(import_file) as (_source, heading, rows):
        comparison = Comparison(
            TAKING_FILES[import_file.register],
            heading,
            on=import_file.on,
            facility_ids=written_places(import_file),
            of_department=import_file.facility_id is None,
        )
        repeated = comparison.repeated(rows)
    with opened(import_file) as (source, heading, rows):
        chunks = comparison.compare(rows, repeated) if comparison.usable_keys else iter(())
        yield Validated(source, heading, comparison, chunks)


class Fingerprint:
    """What became of every row, as one number: the same only if every cell would change alike."""

    def __init__(self, columns: Mapping[str, Column]):
        self._columns = columns
        self._sum = hashlib.sha256()

    def add(self, compared: Compared) -> None:
        told = [str(compared.number), compared.outcome.value]
        if compared.entry is not None and not compared.problems:
            row, old, new = compared.entry.row, compared.entry.old, compared.entry.new
            told.append(str(row.pk) if row else "")
            for code in compared.entry.changed:
                column = self._columns.get(code)
                if column is not None:
                    told += [code, column.text(old.get(code)), column.text(new[code])]
            told += sorted({problem.column for problem in compared.warnings})
        self._sum.update("\x1f".join(told).encode() + b"\x1e")

    def text(self) -> str:
        return self._sum.hexdigest()
