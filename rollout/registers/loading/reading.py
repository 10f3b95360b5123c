"""CSV files in, rows of text out, and what to say when a file is wrong."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError

MOST_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in which file, on which line (0: the whole file), in which column (or none)."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self):
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (self.file, line, self.column) if part)
        return f"{place}: {self.message}"


class BadFolder(Exception):
    """The folder cannot be loaded; nothing of it was stored."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        shown = [str(problem) for problem in problems[:MOST_PROBLEMS_SHOWN]]
        if len(problems) > MOST_PROBLEMS_SHOWN:
            shown.append(f"... and {len(problems) - MOST_PROBLEMS_SHOWN} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: the cells by column, without surrounding blanks."""

    file: str
    line: int
    cells: dict[str, str]

    def problem(self, column: str, message: str) -> Problem:
        return Problem(self.file, self.line, column, message)

    def problems(self, error: ValidationError, columns: Mapping[str, str] | None = None):
        """What a model complains about, by column; `columns` says where a field has another name."""
        return [
            self.problem((columns or {}).get(name, name), " ".join(messages))
            for name, messages in error.message_dict.items()
        ]


def read(path: Path, allowed: set[str], needed: set[str]) -> list[Row]:
    """The rows of a file; an absent file has none. Raises BadFolder on columns nobody knows or misses.

    Spreadsheets put a byte order mark in front of UTF-8, and leave empty lines behind.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="")
        columns = set(reader.fieldnames or ())
        problems = [
            Problem(path.name, 1, column, message)
            for wrong, message in (
                (columns - allowed, "no such column is known"),
                (needed - columns, "the column is missing"),
            )
            for column in sorted(wrong)
        ]
        if problems:
            raise BadFolder(problems)
        rows = []
        for cells in reader:
            row = Row(
                path.name,
                reader.line_num,
                {column: (text or "").strip() for column, text in cells.items() if column},
            )
            if "" in cells:
                problems.append(row.problem("", "more cells than columns"))
            elif None in cells.values():
                problems.append(row.problem("", "fewer cells than columns"))
            elif any(row.cells.values()):
                rows.append(row)
    if problems:
        raise BadFolder(problems)
    return rows
