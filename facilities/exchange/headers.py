"""Finding the row of headings in a table, and the column that each heading means."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from facilities.exchange.columns import Column
from facilities.exchange.tables import BadTable, Cell, Formula, Row, Source, column_letter
from facilities.folding import fold, tidy

HEAD_ROWS = 20
PROBLEMS_HEADING = gettext_lazy("What to correct")  # the last column of a file of bad rows

# Columns that number the rows: nothing to ask about.
_ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu", "no", "so", "#"})
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PUNCTUATION = re.compile(r"[^\w#]+|_+")


def key(text: str) -> str:
    """A heading as it is compared and remembered: accents, case, punctuation and line ends do not count."""
    return " ".join(_PUNCTUATION.sub(" ", fold(text)).split())


@dataclass(frozen=True)
class Heading:
    """Which column of the table means what.

    `columns`: place in the row (0 is the first) to column code. `unknown`: place to heading, of those
    that nobody knows. `missing`: required columns that the table does not have.
    """

    row_number: int
    texts: tuple[str, ...]
    columns: Mapping[int, str]
    unknown: Mapping[int, str]
    missing: tuple[Column, ...]
    # Rows below that are no records: "totals" and repeated "headings", by their numbers.
    left_out: dict[str, list[int]] = field(default_factory=dict)


def fitting(
    columns: Sequence[Column], remembered: Mapping[str, str]
) -> Callable[[Sequence[Row]], int]:
    """How well first rows look like this register's: the most known headings in one of them."""
    known = _Known(columns, remembered)

    def fit(head: Sequence[Row]) -> int:
        return max((len(known.places(_texts(cells))) for _number, cells in head), default=0)

    return fit


def find(
    source: Source, columns: Sequence[Column], remembered: Mapping[str, str]
) -> tuple[Heading, Iterator[Row]]:
    """The headings of a table and the rows below them, but for sums and repeated headings.

    What was left out is counted in the heading's `left_out` while the rows are walked. Raises BadTable.
    """
    head = list(islice(source.rows, HEAD_ROWS))
    heading = match(head, columns, remembered)
    below = [row for row in head if row[0] > heading.row_number]
    if below and _numbers_the_columns(below[0][1]):
        del below[0]
    return heading, _records(chain(below, source.rows), heading)


_TOTAL = re.compile(
    r"(?:[0-9ivx]+[.)] ?)?(?:(?:tong cong|tong so)(?: [a-z]{1,6}){0,4}|tong|cong(?: (?:don|trang))?"
    r"|(?:grand |sub ?)?total|sum)(?: ?\([^)]*\))?[ :.]*"
)


def _records(rows: Iterable[Row], heading: Heading) -> Iterator[Row]:
    headings = [fold(text) for text in heading.texts if text]
    for number, cells in rows:
        if _is_total(cells):
            heading.left_out.setdefault("totals", []).append(number)
        elif len(headings) > 2 and _repeats(headings, cells):
            heading.left_out.setdefault("headings", []).append(number)
        else:
            yield number, cells


def _repeats(headings: Sequence[str], cells: Sequence[Cell]) -> bool:
    """Whether a row says the headings again, and nothing else."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    return len(texts) == len(headings) == len(cells) - cells.count(None) and all(
        fold(text) == heading for text, heading in zip(texts, headings, strict=True)
    )


def _is_total(cells: Sequence[Cell]) -> bool:
    """Whether a row sums up others: "Tổng cộng" and beside it numbers alone."""
    texts = [cell for cell in cells if isinstance(cell, str) and not isinstance(cell, Formula)]
    words = [text for text in texts if not _FIGURES.fullmatch(text)]
    # What is merged across or downward says the same in several cells.
    if len(set(words)) != 1 or len(words[0]) > 60:
        return False
    return bool(_TOTAL.fullmatch(fold(words[0])))


_FIGURES = re.compile(r"[0-9.,%\s()/x×-]+")


def match(
    rows_head: Sequence[Row], columns: Sequence[Column], remembered: Mapping[str, str]
) -> Heading:
    """The row of headings among the first rows: the one with the most headings that are known.

    `remembered`: the code of a column, or "" for none, that somebody chose for a heading before, by
    its `key`. Raises BadTable if no heading is known, or if two mean the same column.
    """
    known = _Known(columns, remembered)
    best: tuple[int, tuple[str, ...]] | None = None
    best_places: dict[int, str] = {}
    above: Row | None = None
    for number, cells in rows_head[:HEAD_ROWS]:
        texts = _with_group_headings(number, cells, above, known)
        places = known.places(texts)
        if len(places) > len(best_places):
            best, best_places = (number, texts), places
        above = (number, cells)
    if best is None:
        raise _no_headings(columns)
    number, texts = best
    _refuse_twice(best_places, texts, known, columns)
    chosen = known.with_remembered(best_places, texts)
    unknown = {
        place: text
        for place, text in enumerate(texts)
        if text and place not in chosen and not known.is_left_out(text)
    }
    found = set(chosen.values())
    missing = tuple(c for c in columns if c.required and c.code not in found)
    return Heading(number, texts, chosen, unknown, missing)


class _Known:
    """The headings that mean something."""

    def __init__(self, columns: Sequence[Column], remembered: Mapping[str, str]):
        self._codes = {column.code for column in columns}
        self._remembered = remembered
        self._keys: dict[str, str] = {}
        shortened: dict[str, set[str]] = {}
        headings = [(column, column.headings()) for column in columns]
        for column, texts in headings:
            for text in texts:
                if text not in column.aliases:
                    self._keys.setdefault(_key_of_ours(text), column.code)
        for column, texts in headings:
            for text in texts:
                # What one column is called counts before what people also call another.
                self._keys.setdefault(_key_of_ours(text), column.code)
                shortened.setdefault(_short_key_of_ours(text), set()).add(column.code)
        # What two columns share without their brackets means neither.
        self._short = {short: codes.pop() for short, codes in shortened.items() if len(codes) == 1}
        self._left_out = _ORDINALS | {_key_of_ours(text) for text in _problems_headings()}

    def code(self, text: str) -> str | None:
        if not text:
            return None
        found = self._keys.get(key(text))
        return found or self._short.get(_without_unit(text))

    def places(self, texts: Sequence[str]) -> dict[int, str]:
        """The headings that mean a column by themselves; the remembered ones count as well."""
        found = {}
        for place, text in enumerate(texts):
            if code := self.code(text) or self._chosen(text):
                found[place] = code
        return found

    def _chosen(self, text: str) -> str:
        code = self._remembered.get(key(text), "") if text else ""
        return code if code in self._codes else ""

    def with_remembered(self, places: Mapping[int, str], texts: Sequence[str]) -> dict[int, str]:
        """Of a heading of its own and a remembered one for one column, the first kind counts; of
        several remembered ones, the first."""
        chosen = {place: code for place, code in places.items() if self.code(texts[place])}
        for place, code in places.items():
            if code not in chosen.values():
                chosen[place] = code
        return dict(sorted(chosen.items()))

    def is_left_out(self, text: str) -> bool:
        found = key(text)
        return found in self._left_out or not found or self._remembered.get(found) == ""


def _without_unit(text: str) -> str:
    return key(_BRACKETS.sub(" ", text))


# The product's own headings, the same for each table; of what a table holds nothing is kept.
_key_of_ours = lru_cache(maxsize=4096)(key)
_short_key_of_ours = lru_cache(maxsize=4096)(_without_unit)


def _problems_headings() -> list[str]:
    found = ["What to mend"]  # of files that were sent back before it was called otherwise
    for language in ("vi", "en"):
        with override(language):
            found.append(str(PROBLEMS_HEADING))
    return found


def _with_group_headings(
    number: int, cells: Sequence[Cell], above: Row | None, known: _Known
) -> tuple[str, ...]:
    """The texts of a row. Of headings in two rows, those merged downward stand in the upper one."""
    texts = _texts(cells)
    if above is None or above[0] != number - 1 or not known.places(texts):
        return texts
    merged = {place: text for place, text in enumerate(_texts(above[1])) if known.code(text)}
    if any(place < len(texts) and texts[place] for place in merged):
        return texts  # it is filled in below the headings: a row like any other
    width = max([len(texts), *(place + 1 for place in merged)])
    padded = [*texts, *[""] * (width - len(texts))]
    return tuple(merged.get(place, text) for place, text in enumerate(padded))


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(tidy(cell) if isinstance(cell, str) else "" for cell in cells)


def _numbers_the_columns(cells: Sequence[Cell]) -> bool:
    """The row (1) (2) (3) or A B 1 2 3 that official forms put below the headings."""
    marks = [str(cell).strip("()") for cell in cells if cell is not None]
    lettered = sum(mark.isalpha() for mark in marks)
    letters, numbers = marks[:lettered], marks[lettered:]
    return (
        len(marks) >= 3
        and letters == [column_letter(index) for index in range(len(letters))]
        and numbers == [str(number + 1) for number in range(len(numbers))]
    )


def _refuse_twice(
    places: Mapping[int, str], texts: Sequence[str], known: _Known, columns: Sequence[Column]
) -> None:
    labels = {column.code: column.heading() for column in columns}
    first: dict[str, int] = {}
    for place, code in places.items():
        if known.code(texts[place]) is None:
            continue
        if code in first:
            raise BadTable(
                _(
                    "Column %(first)s (“%(first_heading)s”) and column %(second)s "
                    "(“%(second_heading)s”) both mean “%(label)s”. Keep one of them."
                )
                % {
                    "first": column_letter(first[code]),
                    "first_heading": texts[first[code]],
                    "second": column_letter(place),
                    "second_heading": texts[place],
                    "label": labels[code],
                },
                code="heading_twice",
            )
        first[code] = place


def _no_headings(columns: Iterable[Column]) -> BadTable:
    expected = ", ".join(column.heading() for column in columns if column.writable)
    return BadTable(
        _(
            "No row of headings was found in the first %(rows)s rows. "
            "Put headings above the rows, such as: %(headings)s."
        )
        % {"rows": HEAD_ROWS, "headings": expected},
        code="no_headings",
    )
