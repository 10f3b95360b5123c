"""The one fold: pure, so tested without a database."""

from datetime import date, timedelta

import pytest

from facilities.evidence import Rung
from facilities.timeline import Change, Deadline, Tally, fold, series, slip

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def change(shift, amount, *, facility=1, component="servers", rung=Rung.REPORTED) -> Change:
    return Change(facility, on(shift), component, amount, rung)


CHANGES = [change(0, 2), change(3, -1), change(1, 5, facility=2), change(3, 1, component="beds")]


@pytest.mark.parametrize(("shift", "amount"), [(-1, 0), (0, 2), (2, 2), (3, 1), (4, 1)])
def test_a_change_counts_from_the_end_of_its_day(shift, amount):
    assert fold(CHANGES, on(shift))[1]["servers"].amount == amount


def test_order_does_not_matter():
    forwards, backwards = fold(CHANGES, on(9)), fold(reversed(CHANGES), on(9))
    for facility, component in ((1, "servers"), (1, "beds"), (2, "servers")):
        one, other = forwards[facility][component], backwards[facility][component]
        assert (one.by_rung, one.newest_on) == (other.by_rung, other.newest_on)


def test_the_newest_day_counts_also_when_it_took_something_back():
    assert fold(CHANGES, on(9))[1]["servers"].newest_on == on(3)
    assert fold(CHANGES, on(2))[1]["servers"].newest_on == on(0)


def test_what_follows_by_the_calendar_makes_nothing_newer():
    expiry = change(9, -1)._replace(is_fact=False)
    taken_over = change(12, 3)._replace(is_fact=False, newest_on=on(1))
    assert fold([change(0, 2), expiry], on(20))[1]["servers"].newest_on == on(0)
    assert fold([change(0, 2), taken_over], on(20))[1]["servers"].newest_on == on(1)
    assert fold([change(5, 2), taken_over], on(20))[1]["servers"].newest_on == on(5)


def test_the_curve_is_the_figure_of_each_day():
    for day, state, _moved in series(CHANGES, on(-1), on(5)):
        expected = fold(CHANGES, day)
        for facility, component in ((1, "servers"), (1, "beds"), (2, "servers")):
            assert state[facility][component].amount == expected[facility][component].amount


def test_the_curve_names_the_facilities_that_moved():
    moved = {day: set(facilities) for day, _state, facilities in series(CHANGES, on(-1), on(3))}
    assert moved == {on(-1): set(), on(0): {1}, on(1): {2}, on(2): set(), on(3): {1}}


def test_the_curve_begins_with_all_that_happened_before():
    [(day, state, moved)] = series(CHANGES, on(2), on(2))
    assert (day, state[1]["servers"].amount, state[2]["servers"].amount) == (on(2), 2, 5)
    assert moved == {1, 2}


def test_a_period_that_ends_before_it_begins_has_no_days():
    assert list(series(CHANGES, on(1), on(0))) == []


def tally(**amounts) -> Tally:
    made = Tally()
    for name, amount in amounts.items():
        made.add(change(0, amount, rung=Rung[name.upper()]))
    return made


@pytest.mark.parametrize(
    ("amounts", "threshold", "rung"),
    [
        ({}, 1, None),
        ({"reported": 1}, 1, Rung.REPORTED),
        ({"reported": 1}, 2, None),
        ({"reported": 1, "checked": 1}, 1, Rung.CHECKED),
        ({"reported": 1, "checked": 1}, 2, Rung.REPORTED),
        ({"assumed": 1, "documented": 2, "decided": 1}, 3, Rung.DOCUMENTED),
        ({"assumed": 1, "documented": 2, "decided": 1}, 4, Rung.ASSUMED),
        ({"checked": 1, "documented": -1}, 1, Rung.CHECKED),
    ],
)
def test_a_threshold_stands_on_the_highest_rung_that_alone_would_meet_it(amounts, threshold, rung):
    assert tally(**amounts).rung_reaching(threshold) == rung


@pytest.mark.parametrize(
    ("amounts", "evidence"),
    [
        ({}, (0, 0, 0, 0, 0)),
        ({"reported": 2, "checked": 3}, (0, 2, 0, 3, 0)),
        ({"reported": -1, "documented": 3}, (0, 0, 2, 0, 0)),  # a retirement without a paper
        ({"documented": -1, "reported": 3}, (0, 2, 0, 0, 0)),
        ({"assumed": 4, "reported": -3, "checked": 1}, (1, 0, 0, 1, 0)),
        ({"checked": 2, "documented": -2, "reported": 1}, (0, 0, 0, 1, 0)),
        ({"documented": -2, "reported": 1}, (0, 0, 0, 0, 0)),
    ],
)
def test_evidence_adds_up_to_the_amount_and_is_nowhere_negative(amounts, evidence):
    made = tally(**amounts)
    assert made.evidence == evidence
    assert sum(made.evidence) == max(0, made.amount)


@pytest.mark.parametrize(
    ("done_on", "days"),
    [(None, [0, 0, 1, 22]), (on(-1), [0, 0, 0, 0]), (on(2), [0, 0, 0, 0])],
)
def test_a_deadline_is_late_from_the_day_after_its_last(done_on, days):
    deadline = Deadline("milestone", "m:1", 1, DAY, done_on, "Launch")
    assert [deadline.days_late(on(shift)) for shift in (-1, 0, 1, 30)] == days
    assert not deadline.assumed


def test_a_slip_is_the_days_after_the_first_plan():
    assert slip(DAY, DAY + timedelta(days=5)) == 5
    assert slip(DAY, DAY - timedelta(days=2)) == -2
    assert slip(DAY, DAY) == 0
    assert slip(None, DAY) is None
    assert slip(DAY, None) is None
