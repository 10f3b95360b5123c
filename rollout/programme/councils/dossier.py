"""All that is known of one council on a day: a fixed number of queries."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from facilities.timeline import slip
from facilities.working_days import WorkingDays, working_days
from rollout.models import (
    Conclusion,
    ConditionMet,
    CouncilCondition,
    CouncilDate,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CouncilRuling,
    CouncilScore,
    CriteriaGroup,
    Criterion,
    GroupResult,
    Mark,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class CriterionOnSheet:
    criterion: Criterion
    marks: dict[int, str]  # by member

    @property
    def counts(self) -> "list[tuple[StrOrPromise, int]]":
        """How many members found it met, basically met, not met."""
        found = Counter(self.marks.values())
        return [(Mark(mark).label, found[mark]) for mark in Mark.values if found[mark]]


@dataclass(frozen=True, slots=True)
class GroupOnSheet:
    group: CriteriaGroup
    criteria: tuple[CriterionOnSheet, ...]
    result: GroupResult | None


@dataclass(frozen=True, slots=True)
class ConditionOnDay:
    condition: CouncilCondition
    met: ConditionMet | None
    working: WorkingDays

    def days_late(self, on: date) -> int:
        """Working days; 0 once it is met."""
        return self.working.days_late(
            self.condition.due_on, on, self.met.met_on if self.met else None
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    dates: tuple[CouncilDate, ...]
    members: tuple[CouncilMember, ...]
    examined: tuple[CouncilExamined, ...]
    sheet: tuple[GroupOnSheet, ...]
    rulings: tuple[CouncilRuling, ...]  # postponements and the ruling, in the order of their days
    conditions: tuple[ConditionOnDay, ...]

    @property
    def ruling(self) -> CouncilRuling | None:
        return next((r for r in self.rulings if r.conclusion != Conclusion.POSTPONED), None)

    @property
    def slip_days(self) -> int | None:
        """Days between the day first fixed and the day that holds, or on which it ruled."""
        if not self.dates:
            return None
        end = self.ruling.happened_on if self.ruling else self.dates[-1].scheduled_on
        return slip(self.dates[0].scheduled_on, end)


def dossier(meeting: CouncilMeeting, on: date, known_at: datetime | None = None) -> Dossier:
    """What was written by the moment about days up to `on`. Ten queries."""
    of_meeting = {"meeting": meeting}
    members = tuple(CouncilMember.objects.known(known_at).filter(**of_meeting).order_by("pk"))
    met = {
        row.condition_id: row
        for row in ConditionMet.objects.known(known_at).filter(
            condition__meeting=meeting, met_on__lte=on
        )
    }
    working = working_days(known_at)
    return Dossier(
        dates=tuple(
            CouncilDate.objects.in_force(on, known_at)
            .filter(**of_meeting)
            .select_related("recorded_by")
        ),
        members=members,
        examined=tuple(CouncilExamined.objects.known(known_at).filter(**of_meeting).order_by("pk")),
        sheet=_sheet(meeting, known_at),
        rulings=tuple(
            CouncilRuling.objects.as_of(on, known_at)
            .filter(**of_meeting)
            .select_related("document")
            .order_by("happened_on", "pk")
        ),
        conditions=tuple(
            ConditionOnDay(condition, met.get(condition.pk), working)
            for condition in CouncilCondition.objects.known(known_at).filter(**of_meeting)
        ),
    )


def _sheet(meeting: CouncilMeeting, known_at: datetime | None) -> tuple[GroupOnSheet, ...]:
    if meeting.criteria_set_id is None:
        return ()
    marks: dict[int, dict[int, str]] = defaultdict(dict)
    scores = CouncilScore.objects.known(known_at).filter(member__meeting=meeting)
    for criterion_id, member_id, mark in scores.values_list("criterion_id", "member_id", "mark"):
        marks[criterion_id][member_id] = mark
    results = {
        row.group_id: row for row in GroupResult.objects.known(known_at).filter(meeting=meeting)
    }
    criteria = defaultdict(list)
    rows = Criterion.objects.filter(group__criteria_set=meeting.criteria_set_id)
    for row in rows.select_related("group").order_by("group__place", "place"):
        criteria[row.group_id].append(CriterionOnSheet(row, marks[row.pk]))
    groups = CriteriaGroup.objects.filter(criteria_set=meeting.criteria_set_id).order_by("place")
    return tuple(
        GroupOnSheet(group, tuple(criteria[group.pk]), results.get(group.pk)) for group in groups
    )
