"""The provinces side by side: each by its own denominators, from one reading. Together they are the whole."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from facilities.areas import OWN, Areas
from rollout.figures.awaited import late_facilities
from rollout.figures.cached import cached_reading
from rollout.figures.results import FacilityResult, MeasureResult, Progress
from rollout.models import Milestone
from rollout.programme.legal import LegalDeadlineOnDay, nearest
from rollout.programme.provinces import Province, Provinces, provinces_on

PACE_DAYS = 90
ELSEWHERE = ""  # no area has this code
# One for each tile of a summary.
HEADLINE = (
    "servers",
    "devices",
    "signatures_registered",
    "launched",
    "official",
    "connected_public",
)


@dataclass(frozen=True, slots=True)
class ProvinceFigures:
    """One province on a day. `province` None: what lies in none of them, or nowhere on record.

    `pace`: facilities that began official use in the last PACE_DAYS. `late`: facilities behind with
    something. `deadline`: the nearest to come that binds one of its facilities.
    """

    province: Province | None
    progress: Progress
    area: str  # code under which its facilities are looked at; empty: there is no such code
    pace: int
    late: int
    deadline: LegalDeadlineOnDay | None

    @property
    def facilities(self) -> int:
        return len(self.progress.facilities)

    @property
    def measures(self) -> list[MeasureResult]:
        return [self.progress.measure(code) for code in HEADLINE]


def nation(
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
) -> list[ProvinceFigures]:
    """A row per province of the day, by name, and one of what lies in none, if anything does.

    From what is kept of all facilities, with five queries more, however many provinces there are.
    """
    provinces = provinces_on(map_on or on, known_at)
    places = _Places(provinces, Areas(map_on or max(on, compare or on), known_at), map_on)
    reading = cached_reading(on, known_at=known_at, compare=compare, map_on=map_on)
    found = reading.by_area(places, also=[one.code for one in provinces])
    rows = [_row(one, found[one.code], one.code) for one in provinces]
    left = found.get(ELSEWHERE)
    if left and left.facilities:
        nowhere = all(one.facility.area_id is None for one in left.facilities)
        rows.append(_row(None, left, OWN if nowhere else ""))
    return rows


def _row(province: Province | None, progress: Progress, area: str) -> ProvinceFigures:
    results = progress.facilities
    since = progress.on - timedelta(days=PACE_DAYS)
    begun = [day for one in results if (day := _official_on(one))]
    return ProvinceFigures(
        province=province,
        progress=progress,
        area=area,
        pace=sum(since < day <= progress.on for day in begun),
        late=len(late_facilities(results)),
        deadline=nearest(progress.deadlines, [one.facility for one in results], progress.on),
    )


def _official_on(result: FacilityResult) -> date | None:
    return next((one.actual for one in result.milestones if one.code == Milestone.OFFICIAL), None)


class _Places:
    """In which province a facility lies on a day: the code of its area, or ELSEWHERE."""

    def __init__(self, provinces: Provinces, areas: Areas, map_on: date | None) -> None:
        self._provinces, self._areas, self._map_on = provinces, areas, map_on
        self._of_day: dict[date, dict[int | None, str]] = {}

    def __call__(self, area_id: int | None, day: date) -> str:
        if day not in self._of_day:
            self._of_day[day] = self._read(self._map_on or day)
        return self._of_day[day].get(area_id, ELSEWHERE)

    def _read(self, day: date) -> dict[int | None, str]:
        tree = self._areas.on(day)
        roots = [
            (area, one.code)
            for one in self._provinces
            for pk in (*one.begun_in, one.area_id)
            if (area := tree.areas.get(pk))
        ]
        # Where one lies in another, which nobody should record, the inner one has what is its own.
        roots.sort(key=lambda root: len(tree.path(root[0])))
        return {pk: code for area, code in roots for pk in tree.within(area)}
