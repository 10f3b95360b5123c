"""What a kept file would change, written down for its sender to look at."""

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.core.files import File
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from facilities.exchange import headers
from facilities.exchange.headers import Heading
from facilities.exchange.old_fonts import Undecoded
from facilities.exchange.outcomes import Compared, Outcome, Problem
from facilities.exchange.tables import BadTable, Formula, column_letter, excerpt
from facilities.grouping import grouped
from facilities.registers.writers import RowEntry
from rollout.models import ImportFile
from rollout.registers.importing.how_far import note
from rollout.registers.importing.mending import FONTS, FORMULAS, typed
from rollout.registers.importing.receiving import rejects_place
from rollout.registers.importing.states import unanswered
from rollout.registers.importing.validation import Fingerprint, Validated, judged

SHOWN = 200  # rows of each outcome that the preview shows
SHOWN_PROBLEMS = 500
MENDABLE = 100  # wrong rows that are offered for mending at once
NAMED = 5  # rows named in a sentence

Told = dict[str, Any]  # a row or a problem, as it is kept in JSON


def preview(import_file: ImportFile, *, moved: str = "") -> None:
    """Compare every row with the register and keep what came out; nothing of the register changes.

    Repeating it makes it anew. `moved`: why an earlier preview no longer held. A file that cannot
    be read to its end is refused, with the reason kept. Of one that is dropped meanwhile nothing is
    kept.
    """
    waiting = unanswered(import_file)
    kept_anew = 0
    try:
        with TemporaryFile() as wrong, judged(import_file) as found:
            kept = _Preview(found, wrong, import_file.headings)
            for chunk in found.chunks:
                kept.add(chunk)
                note(import_file, done=kept.count, of=found.comparison.rows_seen)
            _keep_rejects(import_file, found, wrong)
            kept_anew = waiting.update(
                preview=kept.document() | {"moved": moved},
                previewed_at=timezone.now(),
                rows_read=kept.count,
                rows_expected=kept.count or import_file.rows_expected,
                refusal="",
            )
    except BadTable as error:
        waiting.update(refusal=" ".join(error.messages), preview=None, previewed_at=None)
    except FileNotFoundError:
        if waiting.exists():
            raise
    import_file.refresh_from_db()
    if import_file.dropped_at and not kept_anew:
        import_file.file.storage.delete(rejects_place(import_file))


def left_out(heading: Heading) -> list[str]:
    """Rows that are no records, in sentences."""
    texts = {
        "totals": ngettext_lazy(
            "%(count)s row that sums up others was left out: %(rows)s.",
            "%(count)s rows that sum up others were left out: %(rows)s.",
            "count",
        ),
        "headings": ngettext_lazy(
            "%(count)s row that repeats the headings was left out: %(rows)s.",
            "%(count)s rows that repeat the headings were left out: %(rows)s.",
            "count",
        ),
    }
    found = []
    for kind, numbers in heading.left_out.items():
        named = ", ".join(grouped(number) for number in numbers[:NAMED])
        named += ", …" if len(numbers) > NAMED else ""
        found.append(texts[kind] % {"count": len(numbers), "rows": named})
    return found


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
        self.wrong_rows: list[Told] = []
        self.proposed: Counter[str] = Counter()
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
        for cell in compared.cells:
            if isinstance(cell, Formula) and cell.shown:
                self.proposed[FORMULAS] += 1
            elif isinstance(cell, Undecoded) and cell.meant:
                self.proposed[FONTS] += 1
        if len(self.wrong_rows) < MENDABLE:
            self.wrong_rows.append(self._to_mend(compared))

    def _to_mend(self, compared: Compared) -> Told:
        """A wrong row with the cells that may mend it: the wrong ones, else those of its keys."""
        cells: dict[int, Told] = {}
        whole = []
        places = self.found.heading.columns
        for problem in compared.problems:
            if problem.place is None or problem.place not in places:
                whole.append(self._sentence(problem))
                continue
            cell = cells.setdefault(
                problem.place, self._cell(compared, problem.place, problem.column)
            )
            cell["texts"].append(problem.text)
            cell["offer"] = cell["offer"] or problem.offer
        if not cells:
            keys = {code for key in self.found.comparison.usable_keys for code in key}
            for place, code in places.items():
                if code in keys:
                    cells[place] = self._cell(compared, place, code)
        return {
            "row": compared.number,
            "title": self._name_of(compared, set(cells)),
            "texts": whole,
            "cells": [cells[place] for place in sorted(cells)],
        }

    def _cell(self, compared: Compared, place: int, code: str) -> Told:
        cell = compared.cells[place] if place < len(compared.cells) else None
        return {
            "place": place,
            "column": code,
            "name": f"{column_letter(place)}{compared.number}",
            "value": typed(cell),
            "texts": [],
            "offer": "",
        }

    def _name_of(self, compared: Compared, shown: set[int]) -> str:
        """A few words of the row by which its sender knows it."""
        words = [
            excerpt(typed(cell))
            for place, cell in enumerate(compared.cells)
            if isinstance(cell, str) and place not in shown and place in self.found.heading.columns
        ]
        return " · ".join(words[:2])

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
        comparison, heading, source = self.found.comparison, self.found.heading, self.found.source
        return {
            "notices": [*source.notices(), *left_out(heading), *comparison.notices()],
            "others": list(source.others),
            "readable": list(source.readable),
            "wrong": self.wrong_rows,
            "proposed": dict(self.proposed),
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
