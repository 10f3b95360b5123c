"""Deadlines of the law as they stood on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from facilities.models.places import in_language
from rollout.models import LegalDeadline

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class LegalDeadlineOnDay:
    code: str
    name_vi: str
    name_en: str
    basis: str
    due_on: date  # the last day in time
    days_left: int  # negative once it has passed
    applies_to: str

    @property
    def days_off(self) -> int:
        """Days until it, or since."""
        return abs(self.days_left)

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def days_past(self) -> int:
        """Days since the last day in time, weekends included, as the law counts them; 0 before it."""
        return max(0, -self.days_left)

    @property
    def applies_to_label(self) -> "StrOrPromise":
        return LegalDeadline.AppliesTo(self.applies_to).label


def legal_deadlines(on: date, known_at: datetime | None = None) -> list[LegalDeadlineOnDay]:
    """Deadlines known to the law on that day, nearest first; repealed ones are gone. One query."""
    standing: dict[str, LegalDeadline] = {}
    for row in LegalDeadline.objects.in_force(on, known_at):
        standing[row.code] = row
    return sorted(
        (
            LegalDeadlineOnDay(
                code=row.code,
                name_vi=row.name_vi,
                name_en=row.name_en,
                basis=row.basis,
                due_on=row.due_on,
                days_left=(row.due_on - on).days,
                applies_to=row.applies_to,
            )
            for row in standing.values()
            if row.due_on is not None
        ),
        key=lambda deadline: (deadline.due_on, deadline.code),
    )
