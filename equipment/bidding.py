"""How long bidders must be given: article 45 of the Bidding Law 22/2023/QH15, for goods and services.

All days are counted from the day after the invitation was posted: posted on 2 June with nine days,
bids close on 11 June at the earliest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Selection(models.TextChoices):
    """How the supplier is selected."""

    OPEN_DOMESTIC = "open_domestic", _("Open bidding, domestic")
    OPEN_INTERNATIONAL = "open_international", _("Open bidding, international")
    QUOTATION = "quotation", _("Competitive quotation")
    DIRECT = "direct", _("Direct appointment")
    OTHER = "other", _("Another way")


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least time that bidders must have."""

    days: int
    working: bool = False  # whether only working days count

    @property
    def words(self) -> str:
        told = {"days": self.days}
        if self.working:
            return ngettext("%(days)s working day", "%(days)s working days", self.days) % told
        return ngettext("%(days)s day", "%(days)s days", self.days) % told


SMALL_PACKAGE = 10_000_000_000  # dong; goods and non-consulting services up to here need less time

# (way of selection) -> minimum of a small package, minimum of a larger one.
MINIMA = {
    Selection.OPEN_DOMESTIC: (Minimum(9), Minimum(18)),
    Selection.OPEN_INTERNATIONAL: (Minimum(18), Minimum(35)),
    Selection.QUOTATION: (Minimum(5, working=True), Minimum(5, working=True)),
}


def on_weekdays(day: date) -> bool:
    """Monday to Friday. Public holidays are not known here."""
    return day.isoweekday() <= 5


def minimum(selection: str, amount: int | None) -> Minimum | None:
    """The least time for a package of `amount` dong, the longer one if unknown; None: the law sets none."""
    minima = MINIMA.get(Selection(selection))
    if minima is None:
        return None
    small, large = minima
    return small if amount is not None and amount <= SMALL_PACKAGE else large


def earliest_closing(
    posted_on: date,
    *,
    amount: int | None,
    selection: str = Selection.OPEN_DOMESTIC,
    is_working_day: Callable[[date], bool] = on_weekdays,
) -> date | None:
    """The first day on which bids may close; None where the law sets no minimum."""
    least = minimum(selection, amount)
    return None if least is None else _shifted(posted_on, least, is_working_day)


def _shifted(day: date, least: Minimum, is_working_day: Callable[[date], bool]) -> date:
    if not least.working:
        return day + timedelta(days=least.days)
    left = least.days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day
