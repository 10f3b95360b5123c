"""Deadlines of the law as they stood on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from facilities.areas import areas_within
from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
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
    set_by: str = LegalDeadline.SetBy.LAW.value
    within: frozenset[int] | None = (
        None  # the areas whose facilities it binds; None: wherever they lie
    )

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

    def binds(self, facility: FacilityOnDay) -> bool:
        """Whether it is asked of the facility: of all that have to, or of those in its group.

        What was set for an area binds those that lie in it on the day.
        """
        return (
            facility.is_obliged
            and self.reaches([facility])
            and self.applies_to in (LegalDeadline.AppliesTo.ALL, facility.deadline_group)
        )

    def reaches(self, facilities: Iterable[FacilityOnDay]) -> bool:
        """Whether it was set for where one of them lies."""
        return self.within is None or any(one.area_id in self.within for one in facilities)

    @property
    def set_by_label(self) -> "StrOrPromise":
        return LegalDeadline.SetBy(self.set_by).label

    @property
    def applies_to_label(self) -> "StrOrPromise":
        return LegalDeadline.AppliesTo(self.applies_to).label


def legal_deadlines(
    on: date, known_at: datetime | None = None, map_on: date | None = None
) -> list[LegalDeadlineOnDay]:
    """Deadlines known to the law on that day, nearest first; repealed ones are gone. One query.

    A second one where some are set for an area: what lies in it on the day, or by the map.
    """
    standing: dict[str, LegalDeadline] = {}
    for row in LegalDeadline.objects.in_force(on, known_at):
        standing[row.code] = row
    areas = {row.area_id for row in standing.values() if row.area_id is not None}
    within = areas_within(areas, map_on or on, known_at)
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
                set_by=row.set_by,
                within=None if row.area_id is None else within[row.area_id],
            )
            for row in standing.values()
            if row.due_on is not None
        ),
        key=lambda deadline: (deadline.due_on, deadline.code),
    )


@once_per_as_of
def standing(as_of: AsOf) -> list[LegalDeadlineOnDay]:
    """The deadlines of the day that as_of was read for, nearest first."""
    return legal_deadlines(as_of.until, as_of.known_at, as_of.map_on)


def nearest(
    deadlines: Iterable[LegalDeadlineOnDay],
    facilities: Iterable[FacilityOnDay],
    since: date | None = None,
) -> LegalDeadlineOnDay | None:
    """The nearest of the deadlines that binds one of these facilities.

    `deadlines`: nearest first. `since`: leave out those that ended before that day. Who set it does
    not matter: a province that wants it sooner than the law is kept to its own word.
    """
    asked = list(facilities)
    for deadline in deadlines:
        if (since is None or deadline.due_on >= since) and any(map(deadline.binds, asked)):
            return deadline
    return None
