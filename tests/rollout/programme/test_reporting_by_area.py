"""A calendar for each area: the nearest one holds, and what moves later moves no week that has passed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.as_of import AsOf
from facilities.models import (
    Area,
    AreaParent,
    FacilityArea,
    FacilityLineage,
    Lineage,
)
from rollout.figures.progress import progress, progress_by
from rollout.models import ReportingCalendar, ReportingException
from rollout.programme import reporting
from rollout.programme.deadlines import deadlines
from rollout.programme.reporting import freshness
from rollout.programme.services import report
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = date(2025, 6, 2)  # a Monday
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY, WEDNESDAY, FRIDAY = 1, 3, 5
LOOKED = date(2025, 6, 30)


def area(code: str, inside: Area | None = None, since: date = FIRST - 52 * WEEK) -> Area:
    made = Area.objects.create(code=code, level="district" if inside else "province")
    if inside:
        lies(made, inside, since)
    return made


def lies(one: Area, inside: Area, since: date) -> None:
    write(AreaParent(area=one, parent=inside, effective_from=since))


def by(weekday: int, of: Area | None = None, since: date = FIRST) -> ReportingCalendar:
    return write(ReportingCalendar(effective_from=since, weekday=weekday, hour=16, area=of))


def due(place, on: date = LOOKED) -> list[str]:
    """The last days of the weeks that have ended, as month and day."""
    weeks = reporting.calendars(AsOf(on)).of(place.pk).ended(on)
    return [week.due_on.isoformat()[5:] for week in weeks]


def reported(place, on: date):
    at = datetime(on.year, on.month, on.day, 9, tzinfo=HANOI)
    return report(facility=place, by=factories.recorder(), at=at, nothing_changed=True)


MONDAYS = ["06-02", "06-09", "06-16", "06-23"]
WEDNESDAYS = ["06-04", "06-11", "06-18", "06-25"]
FRIDAYS = ["06-06", "06-13", "06-20", "06-27"]


def test_the_nearest_area_above_a_facility_goes_before_everybody():
    north, south = area("north"), area("south")
    inner, outer = area("inner", north), area("outer", north)
    by(FRIDAY)
    by(WEDNESDAY, north)
    by(MONDAY, inner)
    found = {
        place: due(factories.facility(area=lies_in))
        for place, lies_in in (
            ("south", south),
            ("nowhere", None),
            ("north", north),
            ("outer", outer),
            ("inner", inner),
        )
    }
    assert found == {
        "south": FRIDAYS,
        "nowhere": FRIDAYS,
        "north": WEDNESDAYS,
        "outer": WEDNESDAYS,
        "inner": MONDAYS,
    }


@pytest.mark.parametrize("what_moves", ["the facility", "its area"])
def test_weeks_that_passed_before_a_move_stay(what_moves):
    north, south = area("north"), area("south")
    inner = area("inner", north)
    by(FRIDAY, north)
    by(MONDAY, south)
    place = factories.facility(area=inner)
    moved_on = date(2025, 6, 12)
    eve = due(place, moved_on - DAY)
    if what_moves == "the facility":
        write(FacilityArea(facility=place, area=south, effective_from=moved_on))
    else:
        lies(inner, south, moved_on)
    assert eve == due(place, moved_on - DAY) == ["06-06"]
    assert due(place) == ["06-06", "06-16", "06-23"]


def test_of_an_area_without_a_calendar_nothing_is_asked_and_it_is_never_called_silent():
    north, south = area("north"), area("south")
    by(FRIDAY, north)
    asked, free = factories.facility(area=north), factories.facility(area=south)
    found = freshness(AsOf(LOOKED))
    assert (found[asked.pk].word, found[free.pk]) == ("silent", reporting.NOTHING_ASKED)
    owed = {d.facility_id for d in deadlines(AsOf(LOOKED)) if d.rule == reporting.RULE}
    assert owed == {asked.pk}
    assert reported(free, LOOKED) is None
    assert reported(asked, LOOKED).due_on == date(2025, 6, 27)
    # Whoever moves away is asked for nothing from that day on, and after the way back anew.
    write(FacilityArea(facility=asked, area=south, effective_from=date(2025, 7, 2)))
    write(FacilityArea(facility=asked, area=north, effective_from=date(2025, 7, 16)))
    assert due(asked, date(2025, 7, 10)) == []
    assert due(asked, date(2025, 7, 26)) == [*FRIDAYS, "07-18", "07-25"]


def test_a_figure_goes_stale_by_the_calendar_of_its_own_facilities():
    north, south = area("north"), area("south")
    by(FRIDAY, north)
    by(MONDAY, south)
    factories.facility(area=north)
    factories.facility(area=south)
    on = date(2025, 6, 21)
    since = {"north": date(2025, 6, 6), "south": date(2025, 6, 2)}
    assert {code: progress(on, area=code).fresh_since for code in since} == since
    groups = progress_by(lambda facility, _state, _day: facility.area_id, on)
    assert [groups[one.pk].fresh_since for one in (north, south)] == [*since.values()]
    assert progress(on).fresh_since == since["south"]  # the one that asks for the least


def test_an_exception_of_an_area_is_for_those_that_lie_in_it_on_that_day():
    north, south = area("north"), area("south")
    by(FRIDAY)
    stays, comes, other = (factories.facility(area=one) for one in (north, south, south))
    write(FacilityArea(facility=comes, area=north, effective_from=date(2025, 6, 10)))
    for day in ("2025-06-06", "2025-06-13"):
        write(ReportingException(due_on=day, area=north, because="Bão"))
    found = freshness(AsOf(date(2025, 6, 21)))
    assert [found[one.pk].missed for one in (stays, comes, other)] == [1, 2, 3]


def test_a_day_that_everybody_is_excused_from_is_each_ones_own_week():
    north = area("north")
    by(FRIDAY)
    by(MONDAY, north)
    places = [factories.facility(area=north), factories.facility()]
    write(ReportingException(due_on=date(2025, 6, 11), because="Lễ"))  # a Wednesday
    as_of = AsOf(LOOKED)
    free = [
        [
            week.due_on.isoformat()[5:]
            for week in reporting.calendars(as_of).of(one.pk).weeks
            if reporting.calendars(as_of).of(one.pk).excepts(week, one.pk)
        ]
        for one in places
    ]
    assert free == [["06-16"], ["06-13"]]


def test_what_one_that_was_merged_had_reported_pays_for_no_later_week():
    north, south = area("north"), area("south")
    by(FRIDAY, north)
    by(MONDAY, south)
    before, after = factories.facility(area=north), factories.facility(area=south)
    reported(before, date(2025, 6, 5))
    write(
        FacilityLineage(
            predecessor=before,
            successor=after,
            kind=Lineage.MERGED,
            effective_from=date(2025, 6, 7),
        )
    )
    found = freshness(AsOf(date(2025, 6, 10)))[after.pk]
    assert (found.missed, found.last_report_on) == (1, date(2025, 6, 5))  # that of 9 June


def test_one_calendar_a_day_for_everybody_and_for_each_area():
    north = area("north")
    by(FRIDAY)
    by(FRIDAY, north)
    for of in (None, north):
        with pytest.raises(Exception, match=r"UNIQUE|unique"), transaction.atomic():
            ReportingCalendar.objects.create(
                effective_from=FIRST, weekday=1, hour=9, area=of, recorded_by=factories.recorder()
            )


@pytest.mark.parametrize("many", [2, 9])
def test_the_queries_do_not_grow_with_areas(many):
    for n in range(many):
        one = area(f"area-{n}")
        by(1 + n % 7, one)
        write(ReportingException(due_on=FIRST + n * DAY, area=one, because="Lễ"))
        reported(factories.facility(area=one), FIRST + DAY)
    as_of = AsOf(LOOKED)
    with CaptureQueriesContext(connection) as captured:
        freshness(as_of)
        list(reporting.reports(as_of, FIRST))
    # Calendars, exceptions, areas, days off; the last report, the last word, the reports.
    assert len(captured) == 7


moves = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("abc")), min_size=1, max_size=4, unique_by=lambda m: m[0]
)  # fmt: skip


@given(moves, moves, st.integers(1, 60), st.integers(0, 60))
@settings(max_examples=12)
def test_a_week_that_has_ended_is_the_same_from_any_later_day(places, rules, first, later):
    with transaction.atomic():
        areas = {code: area(code) for code in "abc"}
        by(FRIDAY)
        place = factories.facility(area=areas["a"])
        for n, code in places:
            write(FacilityArea(facility=place, area=areas[code], effective_from=FIRST + n * DAY))
        for n, code in rules:
            by(1 + n % 7, areas[code], FIRST + n * DAY)
        early, late = FIRST + first * DAY, FIRST + (first + later) * DAY
        assert due(place, late)[: len(due(place, early))] == due(place, early)
        transaction.set_rollback(True)
