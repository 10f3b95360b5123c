"""Backward from the acceptance: by when a file must move on, and when it is too late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.bidding import SMALL_PACKAGE, Selection, earliest_closing, minimum
from equipment.durations import ASSUMED, ENOUGH, usual
from equipment.files import File, Step
from equipment.must_start import ASSUMPTION, LAW, SEEN, must_start
from equipment.stages import ROUTES, Path, Stage
from facilities.working_days import WEEKENDS_ONLY, WorkingDays

TARGET = date(2025, 9, 30)


def a_file(reached=None, *, target=TARGET, price=9_000_000_000, path=Path.PURCHASE, selection=None):
    stages = ROUTES[path].stages
    last = stages.index(reached) if reached else -1
    steps = [
        Step(
            stage=stage.value,
            baseline=None,
            target=target if stage == Stage.ACCEPTANCE else None,
            because="",
            reached_on=date(2025, 1, 1) + timedelta(days=i) if i <= last else None,
            passed_on=date(2025, 1, 1) + timedelta(days=i) if i <= last else None,
            amount=price if stage == Stage.ESTIMATE_APPROVED else None,
            rung=None,
            assumed="",
        )
        for i, stage in enumerate(stages)
    ]
    selection = selection or Selection.OPEN_DOMESTIC
    return File(1, "T-1", "", path, selection, 1, tuple(steps))


def days_of(start, stage):
    return next(leg.days for leg in start.legs if leg.stage == stage)


def leg(start, stage):
    return next(leg for leg in start.legs if leg.stage == stage)


@pytest.mark.parametrize(
    ("price", "selection", "least"),
    [
        (SMALL_PACKAGE, Selection.OPEN_DOMESTIC, 9),
        (SMALL_PACKAGE + 1, Selection.OPEN_DOMESTIC, 18),
        (None, Selection.OPEN_DOMESTIC, 18),
        (900_000_000, Selection.QUOTATION, 7),  # five working days over a weekend
    ],
)
def test_bidders_get_what_the_law_gives_them(price, selection, least):
    start = must_start(
        a_file(Stage.BIDDING_DOCUMENTS, price=price, selection=selection), {}, WEEKENDS_ONLY
    )
    opening = leg(start, Stage.OPENING)
    assert (opening.basis, opening.days) == (LAW, least)
    assert start.posting.by <= opening.by - timedelta(days=least)


def test_a_stage_takes_what_it_took_here_once_enough_have_shown_it():
    key = (Path.PURCHASE, Stage.DELIVERY.value)
    few = must_start(a_file(), {key: [40] * (ENOUGH - 1)}, WEEKENDS_ONLY)
    assert leg(few, Stage.DELIVERY).basis == ASSUMPTION
    assert days_of(few, Stage.DELIVERY) >= ASSUMED[Stage.DELIVERY]
    enough = must_start(a_file(), {key: [10, 20, 40, 50, 90]}, WEEKENDS_ONLY)
    assert leg(enough, Stage.DELIVERY).basis == SEEN
    assert leg(enough, Stage.DELIVERY).sample == ENOUGH
    assert 40 <= days_of(enough, Stage.DELIVERY) <= 42  # a weekend moves the day before it


def test_too_late_is_said_from_the_working_day_after_the_latest_one():
    start = must_start(a_file(Stage.BIDDING_DOCUMENTS), {}, WEEKENDS_ONLY)
    assert start.next == start.posting
    by = start.posting.by
    assert not start.is_too_late(by - timedelta(days=1))
    assert not start.is_too_late(by)
    assert start.is_too_late(WEEKENDS_ONLY.add(by, 1))


def test_a_day_off_moves_the_latest_day_back():
    usually = must_start(a_file(Stage.BIDDING_DOCUMENTS), {}, WEEKENDS_ONLY).posting.by
    holiday = WorkingDays(off=frozenset({usually}))
    moved = must_start(a_file(Stage.BIDDING_DOCUMENTS), {}, holiday).posting.by
    assert moved < usually
    assert holiday.is_working(moved)


def test_nothing_to_start_once_posted_or_without_a_day():
    assert must_start(a_file(Stage.INVITATION), {}, WEEKENDS_ONLY) is None
    assert must_start(a_file(target=None), {}, WEEKENDS_ONLY) is None
    from_law = must_start(a_file(target=None), {}, WEEKENDS_ONLY, fallback=TARGET)
    assert not from_law.is_planned
    assert from_law.target == TARGET


def test_a_rental_gives_bidders_their_time_before_the_award():
    start = must_start(a_file(path=Path.RENTAL, price=None), {}, WEEKENDS_ONLY)
    assert leg(start, Stage.AWARD).basis == LAW
    assert days_of(start, Stage.AWARD) == 18


def test_the_middle_of_what_was_seen():
    assert usual([1, 2, 3, 4], 30) == (30, 0)
    assert usual([1, 2, 3, 4, 100], 30) == (3, 5)


@given(
    target=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    reached=st.sampled_from([None, Stage.POLICY, Stage.ESTIMATE_APPROVED, Stage.BIDDING_DOCUMENTS]),
    price=st.none() | st.integers(0, 2 * SMALL_PACKAGE),
    selection=st.sampled_from(Selection),
)
def test_every_latest_day_is_worked_and_the_law_holds(target, reached, price, selection):
    file = a_file(reached, target=target, price=price, selection=selection)
    start = must_start(file, {}, WEEKENDS_ONLY)
    days = [one.by for one in start.legs]
    assert days == sorted(days)
    assert days[-1] <= target
    assert all(WEEKENDS_ONLY.is_working(day) for day in days)
    if minimum(selection, price):
        first = earliest_closing(start.posting.by, amount=price, selection=selection)
        assert first <= leg(start, Stage.OPENING).by
