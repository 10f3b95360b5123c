"""What `rollout.figures.progress` answers with. Plain values and codes; words are looked up when they are read,
so that one result serves readers of every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.models.places import in_language
from rollout.figures.measures import BY_CODE, Cell, Measure
from rollout.programme.legal import LegalDeadlineOnDay
from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.reporting import NOTHING_ASKED, STALE_AFTER, Freshness, nothing_since
from rollout.programme.stages import FacilityStage, NextStep

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from rollout.figures.awaited import Awaited


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One measure of the province."""

    code: str
    done: int
    counted: int  # of `done`, what is at facilities whose total is known
    total: int | None  # of the facilities where it is known; None: nothing is known of any
    known: int  # facilities
    unknown: int  # facilities of which it is not known
    evidence: tuple[int, ...]  # how many of `done` stand on each rung
    newest_on: date | None
    begun: int  # facilities under way
    weight: Decimal
    beyond: int = 0  # of `done`, what is done without having to: not part of the total
    not_obliged: int = 0  # facilities that take part without having to
    missing: int | None = None  # still to be done by those who must; None: not known
    expected_by: date | None = None  # for those under way: the latest day they are expected
    before_done: int | None = None  # on the compared day
    before_total: int | None = None
    nothing_since: date | None = None  # the day of its newest fact, where that is too long ago

    @property
    def measure(self) -> Measure:
        return BY_CODE[self.code]

    @property
    def label(self) -> "StrOrPromise":
        return self.measure.label

    @property
    def rule(self) -> "StrOrPromise":
        return self.measure.rule

    @property
    def rule_version(self) -> int:
        return self.measure.version

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def facilities(self) -> int:
        """Whom the measure is about, known or not."""
        return self.known + self.unknown

    @property
    def told(self) -> int | None:
        """How many are said to be done; None where nothing is known, for that is no zero."""
        return self.done if self.total is not None or self.done else None

    @property
    def share(self) -> float | None:
        """Of what is known."""
        return self.counted / self.total if self.total else None

    @property
    def is_tracked(self) -> bool:
        """Whether anything is known of anybody; a measure about nobody has nothing to be known."""
        return bool(self.known or not self.unknown)

    @property
    def change(self) -> int | None:
        if self.before_done is None or self.told is None:
            return None
        return self.done - self.before_done

    @property
    def state(self) -> str:
        if self.total is None:
            return "unknown"
        if self.total and not self.missing and not self.unknown:
            return "done"
        return "under_way" if self.done or self.begun else "not_begun"


@dataclass(frozen=True, slots=True)
class Figure:
    """A count without a denominator: devices of a type, facilities on a HIS level, hosting."""

    group: str  # "device", "his_level" or "hosting"
    key: str
    value: int
    facilities: int
    evidence: tuple[int, ...]
    newest_on: date | None

    @property
    def code(self) -> str:
        return f"{self.group}:{self.key}"


class Cells(dict[str, Cell]):
    """The measures of one facility, by code. Many readers share them, so nobody may change them."""

    __slots__ = ()

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("These cells are kept for others as well.")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type["Cells"], tuple[dict[str, Cell]]]:
        return Cells, (dict(self),)


@dataclass(frozen=True, slots=True)
class FacilityResult:
    """One facility on the day."""

    facility: FacilityOnDay
    stage: str
    next_step: str
    measures: Cells
    milestones: tuple[MilestoneOnDay, ...]
    progress: float | None  # weighted, 0 to 1; None when no measure with a weight is known
    days_late: int  # working days of its longest overdue deadline
    late_for: object = None  # what that deadline is, in words
    late_assumed: bool = False  # no source gives that deadline's day
    council_on: date | None = None  # the date of the meeting that has not ruled yet
    freshness: Freshness = NOTHING_ASKED

    @property
    def id(self) -> int:
        return self.facility.id

    @property
    def code(self) -> str:
        return self.facility.code

    @property
    def name(self) -> str:
        return self.facility.name

    @property
    def is_known(self) -> bool:
        """Whether anything is known of how far it is."""
        return self.stage != FacilityStage.UNKNOWN

    @property
    def stage_label(self) -> "StrOrPromise":
        """In words; a council whose day has passed is not said to be to come."""
        if self.next_step == NextStep.RECORD_RULING:
            return _("Council day passed, no conclusion on record")
        return FacilityStage(self.stage).label

    @property
    def next_step_label(self) -> "StrOrPromise":
        return NextStep(self.next_step).label


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the province, or an area of it, stands on day `on`.

    As it was known at `known_at` (None: as known now).
    """

    on: date
    known_at: datetime | None
    compare: date | None
    map_on: date | None  # by whose map; None: each day by its own
    name_vi: str
    name_en: str
    public: int
    private: int
    measures: tuple[MeasureResult, ...]
    figures: tuple[Figure, ...]
    facilities: tuple[FacilityResult, ...]  # trouble first
    deadlines: tuple[LegalDeadlineOnDay, ...]
    overall: float | None
    newest_on: date | None  # the day of the newest fact counted
    fresh_since: date | None = None  # see `rollout.programme.reporting.fresh_since`
    area: str = ""  # code of the area whose facilities these are; empty: all
    # Who is still awaited by a measure, nearest first: see `rollout.figures.awaited`.
    awaited: Mapping[str, "tuple[Awaited, ...]"] = field(default_factory=dict)
    generated_at: datetime = field(default_factory=timezone.now)

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def measured(self) -> int:
        """Facilities of which some measure with a weight is known: `overall` is their mean."""
        return sum(result.progress is not None for result in self.facilities)

    @property
    def is_stale(self) -> bool:
        """Nothing newer was recorded for so long that later events may be missing."""
        return nothing_since(self.newest_on, self.fresh_since or self.on - STALE_AFTER) is not None

    def measure(self, code: str) -> MeasureResult:
        return next(result for result in self.measures if result.code == code)

    def facility(self, code: str) -> FacilityResult | None:
        return next((result for result in self.facilities if result.code == code), None)

    def figures_of(self, group: str) -> list[Figure]:
        return [figure for figure in self.figures if figure.group == group]
