"""What is kept answers as if nothing were: after any writes, in any order, for whatever was asked."""

from datetime import timedelta

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

import rollout.programme.obstacles.services
from equipment.models import ProcurementLot, StageTarget
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.models import Area, AreaName, ChangeSet, Document, FacilityArea, Ownership, Scope
from facilities.reorganising import merge, open_facility
from facilities.services import check, record, withdraw
from rollout.figures.cached import cached_progress
from rollout.figures.due import Due, due
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.figures.trend import cached_trend, trend
from rollout.forecasting import cached_forecast, forecast_of
from rollout.models import (
    Absence,
    Milestone,
    MilestoneEvent,
    ReportingCalendar,
    StatusReport,
    Tracking,
)
from tests import factories
from tests.examples import few
from tests.rollout.figures.test_area_properties import figures
from tests.rollout.worlds import FIRST, LAST, World, days, standing_facts

AREAS = ("north", "south")

OWN = ["certificate", "council", "device", "level", "milestone", "need", "norm", "stage", "target"]
OF_ALL = ["scope", "weight", "move", "merge", "track", "open"]
ACROSS = [
    "lot",
    "hold",
    "hold",
    "report",
    "plan",
    "absence",
    "withdraw",
    "withdraw",
    "check",
    "paper",
]

steps = st.lists(
    st.tuples(
        st.sampled_from([*OWN, *OWN, *ACROSS, *ACROSS, *OF_ALL, "clear"]),
        st.integers(0, 2),
        days,
        st.integers(0, 11),
    ),
    min_size=4,
    max_size=16,
)
asked = st.lists(
    st.fixed_dictionaries(
        {
            "on": days,
            "compare": st.none() | days,
            "map_on": st.sampled_from([None, None, LAST]),
            "area": st.sampled_from(["", "", *AREAS, "~"]),
            "is_past": st.sampled_from([False, False, True]),
        }
    ),
    min_size=1,
    max_size=3,
)


class Province(World):
    """A world to whose facilities also happens what reaches beyond one of them."""

    def __post_init__(self):
        super().__post_init__()
        self.areas = [Area.objects.create(code=code, level=Area.Level.DISTRICT) for code in AREAS]
        for area in self.areas:
            AreaName.objects.create(
                area=area, name_vi=area.code, effective_from=FIRST, recorded_by=self.by
            )
        record(ReportingCalendar(weekday=3, hour=10, effective_from=FIRST), by=self.by)
        self.obstacles = [
            factories.ObstacleFactory(code=f"o{n}", name_vi=f"Vướng {n}", raised_on=FIRST)
            for n in range(2)
        ]

    def _move(self, n, day, pick):
        area = self.areas[pick % 2]
        record(FacilityArea(facility=self.facilities[n], area=area, effective_from=day), by=self.by)

    def _merge(self, n, day, pick):
        decision = {"on": day, "because": "hợp nhất", "by": self.by}
        theirs = [place for place in self.facilities[:3] if place != self.facilities[n]]
        merge(predecessors=theirs[: 1 + pick % 2], successor=self.facilities[n], **decision)

    def _open(self, n, day, pick):
        open_facility(
            code=f"new{len(self.facilities)}",
            name_vi="Mới",
            kind="medical_centre",
            ownership=Ownership.PUBLIC,
            scope=Scope.ROLLOUT,
            area=self.areas[pick % 2],
            on=day,
            because="mở",
            by=self.by,
        )

    def _track(self, n, day, pick):
        measure = ("servers", "devices", "launched")[n]
        record(Tracking(measure=measure, is_tracked=bool(pick % 2), effective_from=day), by=self.by)

    def _lot(self, n, day, pick):
        """A file that brings servers to another facility than its buyer."""
        record(
            ProcurementLot(
                procurement=self.files[pick % 3],
                facility=self.facilities[n],
                device_type=self.server,
                quantity=1,
            ),
            by=self.by,
        )

    def _plan(self, n, day, pick):
        record(
            StageTarget(
                procurement=self.files[n],
                stage=(Stage.AWARD, Stage.ACCEPTANCE)[pick % 2],
                due_on=day + timedelta(days=pick),
                effective_from=day,
            ),
            by=self.by,
        )

    def _hold(self, n, day, pick):
        rollout.programme.obstacles.services.hold(
            obstacle=self.obstacles[pick % 2],
            facilities=[self.facilities[n]],
            milestone=(Milestone.LAUNCH, Milestone.PILOT)[pick // 2 % 2],
            since=day,
            by=self.by,
        )

    def _clear(self, n, day, pick):
        rollout.programme.obstacles.services.clear(
            obstacle=self.obstacles[pick % 2], cleared_on=day, by=self.by
        )

    def _report(self, n, day, pick):
        """Somebody is heard from, whether or not anything is written with it."""
        place = self.facilities[n]
        ChangeSet.objects.create(kind=ChangeSet.Kind.REPORT, by=self.by, facility=place)
        if pick % 2:
            due_on = day + timedelta(days=(2 - day.weekday()) % 7)
            record(StatusReport(facility=place, due_on=due_on, happened_on=day), by=self.by)

    def _absence(self, n, day, pick):
        measure = ("servers", "devices", "launched")[pick % 3]
        record(Absence(facility=self.facilities[n], measure=measure, happened_on=day), by=self.by)

    def _withdraw(self, n, day, pick):
        if facts := standing_facts():
            withdraw(fact=facts[(n * 12 + pick) % len(facts)], because="sai", by=self.by)

    def _check(self, n, day, pick):
        proven = [fact for fact in standing_facts() if fact.document_id]
        if proven:
            check(fact=proven[pick % len(proven)], by=factories.UserFactory())

    def _paper(self, n, day, pick):
        """A milestone with a paper; now and then the paper turns out to be worth nothing."""
        papers = list(Document.objects.known())
        if pick % 3 == 0 and papers:
            withdraw(fact=papers[pick % len(papers)], because="giả", by=self.by)
            return
        record(
            MilestoneEvent(
                facility=self.facilities[n],
                milestone=Milestone.values[pick % 8],
                happened_on=day,
                document=factories.DocumentFactory(issued_on=day),
            ),
            by=self.by,
        )


def lived(province: Province, step) -> None:
    try:
        province.live(step)
    except ValidationError:
        return


def told(owed: Due) -> tuple:
    deadlines = [
        (one._replace(what=str(one.what), working=None), facility) for one, facility in owed
    ]
    return deadlines, owed.awaited_meetings()


class KeptAnswers(TestCase):
    @few(8)
    @given(steps, asked, st.integers(1, 4))
    def test_are_those_of_a_fresh_computation(self, happened, questions, at_a_time):
        cache.clear()
        province = Province()
        for place in range(0, len(happened), at_a_time):
            for step in happened[place : place + at_a_time]:
                lived(province, step)
            for question in questions:
                if question.pop("is_past", False):
                    question["known_at"] = timezone.now()  # from the first batch on
                kept = cached_progress(**question)
                assert figures(kept) == figures(progress(**question)), question
                owed = due(
                    **{name: question.get(name) for name in ("on", "known_at", "map_on", "area")}
                )
                fresh = Due.begin(owed.asked)
                assert told(owed) == told(fresh)
                whole = AsOf(question["on"], question.get("known_at"), map_on=question["map_on"])
                assert cached_forecast(whole) == forecast_of(whole)
                curve = {name: question.get(name) for name in ("known_at", "map_on")}
                curve |= {"area": question["area"], "first": FIRST, "last": question["on"]}
                measure = MEASURES[len(happened) % len(MEASURES)]
                assert cached_trend(measure, **curve) == trend(measure, **curve), curve
