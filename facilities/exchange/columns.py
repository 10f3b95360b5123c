"""A column of a register: what a list shows, an export holds, a form asks and an import reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import override

from facilities.grouping import grouped

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kind(StrEnum):
    TEXT = "text"
    DAY = "day"
    COUNT = "count"  # a whole number
    MONEY = "money"  # a whole number of dong
    CHOICE = "choice"  # the code of one of `choices`
    CODE = "code"  # the code of another row, such as a facility


Value = str | int | date | None
"""What a cell holds. Empty is None for days and numbers, "" for everything else."""


@dataclass(frozen=True)
class Column:
    """One column.

    `label` is lazy and speaks both languages; `aliases` are further headings people use for it.
    `choices` gives the codes with their lazy labels, asked each time since some are rows.
    `writable` False: computed; shown and exported, and ignored when a file brings it back.
    `personal`: a name of a person; left out wherever the reader may not see names.
    """

    code: str
    label: "StrOrPromise"
    kind: Kind = Kind.TEXT
    choices: "Callable[[], Mapping[str, StrOrPromise]] | None" = None
    aliases: tuple[str, ...] = ()
    required: bool = False
    writable: bool = True
    shown: bool = True  # in a list, unless the reader chooses otherwise
    filtered: bool = True  # whether a list can be filtered by it
    personal: bool = False
    lines: bool = False  # several lines of text, each on its own
    suggests: str = ""  # whose names a page's script offers where the choices are too many to list
    is_code: bool = False  # a number or code: any dash is the same one
    digits: int = 0  # of a code: a number from Excel gets its leading zeros back up to so many
    max_length: int = 300
    help: "StrOrPromise" = ""

    @property
    def empty(self) -> Value:
        return None if self.kind in (Kind.DAY, Kind.COUNT, Kind.MONEY) else ""

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.COUNT, Kind.MONEY)

    def headings(self) -> tuple[str, ...]:
        """Every heading that means this column: its label in both languages, its code, aliases."""
        found = []
        for language in ("vi", "en"):
            with override(language):
                found.append(capfirst(str(self.label)))
        return (*dict.fromkeys([*found, self.code, *self.aliases]),)

    def heading(self) -> str:
        """The heading in the reader's language."""
        return capfirst(str(self.label))

    def text(self, value: Value) -> str:
        """The one written form of a value, for logs and comparisons: ISO days, plain digits, codes."""
        if value is None or value == "":
            return ""
        return value.isoformat() if isinstance(value, date) else str(value)

    def value(self, text: str) -> Value:
        """The value whose `text` this is."""
        if text == "":
            return self.empty
        if self.kind == Kind.DAY:
            return date.fromisoformat(text)
        return int(text) if self.is_number else text

    def show(self, value: Value) -> str:
        """A value as the reader writes it: 21/05/2025, 4.187, the label of a choice."""
        if value is None or value == "":
            return ""
        if self.kind == Kind.DAY and not isinstance(value, int):
            return date_format(value, "SHORT_DATE_FORMAT")
        if self.is_number and not isinstance(value, str | date):
            return grouped(value)
        if self.choices is not None:
            return str(self.choices().get(str(value), value))
        return str(value)
