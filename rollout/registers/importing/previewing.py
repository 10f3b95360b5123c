"""What a kept file would change, written down for its sender to look at."""

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.core.files import File
from django.utils import timezone

from facilities.exchange import headers
from facilities.exchange.outcomes import Compared, Outcome, Problem
from facilities.exchange.tables import BadTable, column_letter
from facilities.registers.writers import RowEntry
from rollout.models import ImportFile
from rollout.registers.importing.how_far import note
from rollout.registers.importing.receiving import rejects_place
from rollout.registers.importing.validation import Fingerprint, Validated, judged

SHOWN = 200  # rows of each outcome that the preview shows
SHOWN_PROBLEMS = 500

Told = dict[str, Any]  # a row or a problem, as it is kept in JSON


def preview(import_file: ImportFile, *, moved: str = "") -> None:
    """Compare every row with the register and keep what came out; nothing of the register changes.

    Repeating it makes it anew. `moved`: why an earlier preview no longer held. A file that cannot
    be read to its end is refused, with the reason kept.
    """
    waiting = ImportFile.objects.filter(
        pk=import_file.pk, confirmed_at__isnull=True, dropped_at__isnull=True
    )
    try:
        with TemporaryFile() as wrong, judged(import_file) as found:
            kept = _Preview(found, wrong, import_file.headings)
            for chunk in found.chunks:
                kept.add(chunk)
                note(import_file, done=kept.count, of=import_file.rows_expected)
            _keep_rejects(import_file, found, wrong)
            waiting.update(
                preview=kept.document() | {"moved": moved},
                previewed_at=timezone.now(),
                rows_read=kept.count,
                rows_expected=kept.count or import_file.rows_expected,
                refusal="",
            )
    except BadTable as error:
        waiting.update(refusal=" ".join(error.messages), preview=None, previewed_at=None)
    import_file.refresh_from_db()


class _Preview:
    """Counts everything; shows the first rows of each outcome."""

    def __init__(self, found: Validated, wrong: BinaryIO, remembered: Mapping[str, str]):
        self.found, self.wrong, self.remembered = found, wrong, remembered
        self.columns = found.comparison.columns
        self.register = found.comparison.register
        self.count = self.problem_count = 0
        self.outcomes: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
        self.outcomes["odd"] = 0
        self.rows: dict[str, list[Told]] = {outcome.value: [] for outcome in Outcome}
        self.odd: list[Told] = []
        self.problems: list[Told] = []
        self.fingerprint = Fingerprint(self.columns)

    def add(self, chunk: list[Compared]) -> None:
        for compared in chunk:
            outcome, entry = compared.outcome, compared.entry
            self.count += 1
            self.outcomes[outcome.value] += 1
            self.fingerprint.add(compared)
            if outcome == Outcome.WRONG or entry is None:
                self._add_wrong(compared)
                continue
            if compared.warnings:
                self.outcomes["odd"] += 1
                self.odd += self._told(compared, compared.warnings, self.odd)
            shown = self.rows[outcome.value]
            if len(shown) < SHOWN:
                shown.append(self._row(compared.number, entry))

    def _add_wrong(self, compared: Compared) -> None:
        self.problem_count += len(compared.problems)
        self.problems += self._told(compared, compared.problems, self.problems)
        texts = [self._sentence(problem) for problem in compared.problems]
        pickle.dump(((compared.number, compared.cells), texts), self.wrong)

    def _told(self, compared: Compared, problems: list[Problem], already: list[Told]) -> list[Told]:
        return [
            {
                "row": compared.number,
                "column": self._heading(problem),
                "cell": _cell_name(problem, compared.number),
                "value": problem.value,
                "text": problem.text,
            }
            for problem in problems[: max(0, SHOWN_PROBLEMS - len(already))]
        ]

    def _heading(self, problem: Problem) -> str:
        column = self.columns.get(problem.column)
        return column.heading() if column else ""

    def _sentence(self, problem: Problem) -> str:
        heading = self._heading(problem)
        return f"{heading}: {problem.text}" if heading else problem.text

    def _row(self, number: int, entry: RowEntry) -> Told:
        """Cells in their one written form; whoever shows them puts them into words."""
        cells = [
            [code, self.columns[code].text(entry.old.get(code)), self.columns[code].text(value)]
            for code, value in entry.new.items()
            if code in self.columns and self._differs(entry, code)
        ]
        return {
            "row": number,
            "title": self.register.named(entry.new, self.columns.values(), with_names=False),
            "cells": cells,
        }

    def _differs(self, entry: RowEntry, code: str) -> bool:
        return (entry.new[code] or "") != (entry.old.get(code) or "")

    def _asked(self) -> list[dict[str, str]]:
        """Headings that nobody knows by themselves, each with the column that its sender chose."""
        heading = self.found.heading
        found: dict[str, dict[str, str]] = {}
        for place, text in enumerate(heading.texts):
            key = headers.key(text)
            if place in heading.unknown or (text and key in self.remembered):
                found.setdefault(key, {"heading": text, "column": self.remembered.get(key, "")})
        return list(found.values())

    def document(self) -> dict[str, Any]:
        comparison, heading = self.found.comparison, self.found.heading
        return {
            "kind": self.found.source.kind,
            "sheet": self.found.source.sheet,
            "heading_row": heading.row_number,
            "columns": list(heading.columns.values()),
            "asked": self._asked(),
            "missing": [column.code for column in heading.missing],
            "keyless": "" if comparison.usable_keys else comparison.key_names(),
            "counts": dict(self.outcomes),
            "rows": self.rows,
            "odd": self.odd,
            "problems": self.problems,
            "problem_count": self.problem_count,
            "fingerprint": self.fingerprint.text(),
        }


def _cell_name(problem: Problem, number: int) -> str:
    return "" if problem.place is None else f"{column_letter(problem.place)}{number}"


def _keep_rejects(import_file: ImportFile, found: Validated, wrong: BinaryIO) -> None:
    """The rows that were refused, as an Excel file beside the one they came from."""
    storage, place = import_file.file.storage, rejects_place(import_file)
    storage.delete(place)
    if not wrong.tell():
        return

    from facilities.exchange.writing import write_rejects

    with TemporaryFile() as stream:
        write_rejects(found.heading.texts, spooled(wrong), stream)
        stream.seek(0)
        storage.save(place, File(stream))


def spooled(stream: BinaryIO) -> Iterator[Any]:
    """Everything that was pickled into a temporary file, from its start."""
    stream.seek(0)
    while True:
        try:
            # Nobody but this process has ever held the file.
            yield pickle.load(stream)  # noqa: S301 - written by this very process, never by a visitor
        except EOFError:
            return
