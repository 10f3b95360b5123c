"""The files of a folder, opened and read as every table handed in is; and what to say when one is wrong."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from facilities.exchange import headers
from facilities.exchange.cells import BadCell, parser
from facilities.exchange.columns import Column, Value
from facilities.exchange.reading import read_table
from facilities.exchange.tables import BadTable, Row

MOST_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in which file, on which line (0: the whole file), in which column (or none)."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        line = _("line %(line)s") % {"line": self.line} if self.line else ""
        place = ", ".join(part for part in (self.file, line, self.column) if part)
        return f"{place}: {self.message}"


class BadFolder(Exception):
    """The folder cannot be loaded; nothing of it was stored."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        shown = [str(problem) for problem in problems[:MOST_PROBLEMS_SHOWN]]
        if len(problems) > MOST_PROBLEMS_SHOWN:
            shown.append(
                _("... and %(count)s more") % {"count": len(problems) - MOST_PROBLEMS_SHOWN}
            )
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: the values of the cells that are filled in, and what is wrong with the others."""

    number: int
    values: dict[str, Value]
    problems: list[Problem]


@dataclass(frozen=True)
class Table:
    """A file of the folder: which column stands at which place, and the rows; an absent file has none."""

    file: str
    headings: Sequence[str] = ()
    columns: Mapping[int, str] | None = None
    rows: Sequence[Row] = ()

    def problem(self, line: int, column: str, message: str) -> Problem:
        """`column`: its code; named as the file names it."""
        places = {code: place for place, code in (self.columns or {}).items()}
        heading = self.headings[places[column]] if column in places else column
        return Problem(self.file, line, heading, message)

    def problems(self, line: int, by_column: Mapping[str, list[str]]) -> list[Problem]:
        return [self.problem(line, code, " ".join(texts)) for code, texts in by_column.items()]

    def lines(self, columns: Iterable[Column]) -> Iterator[Line]:
        """The rows, read by these columns; what belongs to others is passed over."""
        readers = {column.code: parser(column) for column in columns}
        for number, cells in self.rows:
            line = Line(number, {}, [])
            for place, cell in enumerate(cells):
                code = (self.columns or {}).get(place, "")
                if cell is None or code not in readers:
                    continue
                try:
                    line.values[code] = readers[code](cell)
                except BadCell as error:
                    line.problems.append(self.problem(number, code, str(error)))
            yield line


def read(path: Path, columns: Sequence[Column], needed: Collection[str]) -> Table:
    """Open a file. Raises BadFolder on one that cannot be read, and on columns nobody knows or misses."""
    if not path.exists():
        return Table(path.name)
    with path.open("rb") as stream:
        try:
            heading, below = headers.find(read_table(stream, path.name), columns, {})
            rows = list(below)
        except BadTable as error:
            raise BadFolder([Problem(path.name, 0, "", " ".join(error.messages))]) from error
    width, top = len(heading.texts), heading.row_number
    problems = [
        Problem(path.name, top, text, _("No such column is known. Delete it or rename it."))
        for text in heading.unknown.values()
    ]
    problems += [
        Problem(path.name, top, column.code, _("The column is missing."))
        for column in columns
        if column.code in needed and column.code not in heading.columns.values()
    ]
    problems += [
        Problem(
            path.name,
            number,
            "",
            _("There are more cells than headings. Put a cell with a comma in quotation marks."),
        )
        for number, cells in rows
        if len(cells) > width
    ]
    if problems:
        raise BadFolder(problems)
    return Table(path.name, heading.texts, heading.columns, rows)
