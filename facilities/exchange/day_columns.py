"""Columns of days in which a spreadsheet program understood some and left others as text.

A program set to American days takes 04/05/2025 for the 5th of April and leaves 21/05/2025 as text: then the
days it understood have day and month the wrong way round, and nothing in them shows it.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.exchange.tables import Cell
from facilities.grouping import grouped

NAMED = 3


@dataclass
class DayCells:
    """Counts the cells of one column: real days, texts, and real days that may be turned round."""

    days: int = 0
    texts: int = 0
    late: int = 0  # real days that cannot be turned round, being after the 12th
    first: list[tuple[int, date]] = field(default_factory=list)

    def add(self, number: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self.texts += 1
        elif isinstance(cell, date):
            self.days += 1
            self.late += cell.day > 12
            if len(self.first) < NAMED:
                self.first.append((number, cell))

    def told(self, heading: str) -> str:
        """A sentence if the column is of both kinds, "" otherwise."""
        if not self.days or not self.texts:
            return ""
        told = _(
            "“%(heading)s”: cells that are days to the spreadsheet: %(days)s; cells of text: %(texts)s."
        ) % {"heading": heading, "days": grouped(self.days), "texts": grouped(self.texts)}
        if self.late:
            return told
        places = ", ".join(
            _("row %(row)s: %(day)s")
            % {"row": grouped(number), "day": date_format(day, "SHORT_DATE_FORMAT")}
            for number, day in self.first
        )
        return f"{told} " + _(
            "Day and month of the days may be the wrong way round; look at %(places)s."
        ) % {"places": places}
