"""Counting in working days: weekends, days off, days worked instead."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.models import CalendarDay
from facilities.registers.relative_days import silent_since
from facilities.services import record, withdraw
from facilities.working_days import WEEKENDS_ONLY, WorkingDays, working_days
from tests import factories

SPRING = WorkingDays.of(
    [
        (date(2025, 4, 7), "off"),
        (date(2025, 4, 26), "working"),
        (date(2025, 4, 30), "off"),
        (date(2025, 5, 1), "off"),
        (date(2025, 5, 2), "off"),
        (date(2025, 5, 3), "off"),  # a Saturday anyway
    ]
)
days = st.dates(date(2024, 6, 1), date(2026, 6, 1))
calendars = st.lists(st.tuples(days, st.sampled_from(["off", "working"])), max_size=40).map(
    WorkingDays.of
)


@given(calendars, days, st.integers(1, 30))
def test_so_many_working_days_ago_is_the_last_day_with_so_many_since(calendar, on, number):
    last = silent_since(on, number, calendar)
    assert calendar.between(last, on) >= number > calendar.between(last + timedelta(days=1), on)


@pytest.mark.parametrize(
    ("due", "on", "late"),
    [
        # In time on the day, late from the next one.
        (date(2025, 5, 21), date(2025, 5, 20), 0),
        (date(2025, 5, 21), date(2025, 5, 21), 0),
        (date(2025, 5, 21), date(2025, 5, 22), 1),
        # Due on a Friday: nobody becomes late at the weekend.
        (date(2025, 5, 23), date(2025, 5, 25), 0),
        (date(2025, 5, 23), date(2025, 5, 26), 1),
        # Due on a Saturday: due on the Monday.
        (date(2025, 5, 24), date(2025, 5, 26), 0),
        (date(2025, 5, 24), date(2025, 5, 27), 1),
        # Over the long weekend, of which the Saturday before was worked.
        (date(2025, 4, 25), date(2025, 4, 26), 1),
        (date(2025, 4, 29), date(2025, 5, 4), 0),
        (date(2025, 4, 29), date(2025, 5, 5), 1),
        (date(2025, 5, 1), date(2025, 5, 5), 0),
        (date(2025, 5, 1), date(2025, 5, 6), 1),
    ],
)
def test_late_in_working_days(due, on, late):
    assert SPRING.late(due, on) == late


def test_what_is_done_or_has_no_day_is_never_late():
    due, on = date(2025, 5, 21), date(2025, 5, 23)
    assert SPRING.days_late(due, on) == SPRING.late(due, on) == 2
    assert SPRING.days_late(due, on, done_on=on) == 0
    assert SPRING.days_late(None, on) == 0


def test_so_many_working_days_on_and_back():
    assert SPRING.add(date(2025, 4, 25), 1) == date(2025, 4, 26)
    assert SPRING.add(date(2025, 4, 29), 1) == date(2025, 5, 5)
    assert SPRING.add(date(2025, 5, 5), -1) == date(2025, 4, 29)
    assert SPRING.add(date(2025, 5, 3), 0) == date(2025, 5, 5)
    assert WEEKENDS_ONLY.add(date(2025, 4, 29), 1) == date(2025, 4, 30)


def test_the_nearest_working_day_before_and_after():
    long_weekend = [date(2025, 4, 30), date(2025, 5, 2), date(2025, 5, 4)]
    assert {SPRING.last_working(day) for day in long_weekend} == {date(2025, 4, 29)}
    assert {SPRING.next_working(day) for day in long_weekend} == {date(2025, 5, 5)}
    worked = date(2025, 4, 26)
    assert SPRING.last_working(worked) == SPRING.next_working(worked) == worked


@given(calendars, days, days)
def test_counting_agrees_with_looking_at_each_day(calendar, first, last):
    first, last = sorted((first, last))
    one_by_one = sum(
        calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1)
    )
    assert calendar.between(first, last) == one_by_one
    assert calendar.between(last, first) == -one_by_one


@given(calendars, days, st.integers(1, 60))
def test_going_on_and_counting_back_meet(calendar, day, number):
    assert calendar.between(day, calendar.add(day, number)) == number
    before = calendar.add(day, -number)
    assert calendar.is_working(before)
    assert before < day


@given(calendars, days, days)
def test_lateness_grows_by_at_most_one_a_day_and_never_on_a_day_off(calendar, due, on):
    step = calendar.late(due, on + timedelta(days=1)) - calendar.late(due, on)
    assert step in (0, 1)
    if not calendar.is_working(on + timedelta(days=1)):
        assert step == 0


@pytest.mark.django_db
def test_a_withdrawn_day_is_worked_again_and_the_past_knows_it_still():
    by = factories.recorder()
    day = date(2025, 9, 2)
    row = record(CalendarDay(day=day, kind="off", name_vi="Quốc khánh", source="x"), by=by)
    assert not working_days().is_working(day)
    withdraw(fact=row, because="wrong", by=by)
    assert working_days().is_working(day)
    assert not working_days(row.recorded_at).is_working(day)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("year", "count"),
    # Weekdays of the year, less the weekdays off, plus the days worked instead.
    [(2024, 262 - 12 + 1), (2025, 261 - 12 + 1), (2026, 261 - 14 + 2)],
)
def test_the_years_that_are_loaded(bac_giang, year, count):
    calendar = working_days()
    assert calendar.between(date(year - 1, 12, 31), date(year, 12, 31)) == count
    assert {2024, 2025, 2026, 2027} == calendar.years
    assert not calendar.is_working(date(2025, 1, 29))  # the first day of the Lunar New Year
    assert calendar.is_working(date(2025, 4, 26))
