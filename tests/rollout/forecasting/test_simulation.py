"""Walking the rest of the way with durations drawn from those seen: pure, days as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout.forecasting.simulation import Leg, quantile, simulate

DAY = 1000

pools = st.lists(st.integers(1, 90), min_size=5, max_size=30).map(lambda days: tuple(sorted(days)))


@given(pool=pools, ago=st.integers(0, 200))
def test_what_has_not_happened_happens_later(pool, ago):
    ends = simulate([Leg("x", pool)], begun=DAY - ago, on=DAY, seed="a")
    assert len(ends) == 1000
    assert all(end > DAY for end in ends)
    if any(days > ago for days in pool):
        assert {end - DAY + ago for end in ends} <= {days for days in pool if days > ago}


@given(pool=pools, fixed=st.integers(0, 60))
def test_a_fixed_day_is_kept_unless_the_way_to_it_is_longer(pool, fixed):
    legs = [Leg("before", pool), Leg("council", pool, fixed=DAY + fixed)]
    before = simulate(legs[:1], begun=DAY, on=DAY, seed="a")
    both = simulate(legs, begun=DAY, on=DAY, seed="a")
    for day, end in zip(before, both, strict=True):
        assert end == DAY + fixed if day <= DAY + fixed else end > day


@given(pool=pools, gate=st.integers(0, 300))
def test_nothing_passes_a_gate_before_it_opens(pool, gate):
    opened = [DAY + gate] * 1000
    ends = simulate([Leg("x", pool)], begun=DAY, on=DAY, seed="a", gate=("x", opened))
    assert min(ends) >= DAY + gate


def test_bidders_keep_their_time():
    legs = [Leg("opening", (1, 1, 1, 1, 1), least=lambda posted: posted + 18)]
    assert set(simulate(legs, begun=DAY, on=DAY, seed="a")) == {DAY + 18}


def test_the_same_draws_each_time():
    leg = Leg("x", tuple(range(1, 40)))
    assert simulate([leg], begun=DAY, on=DAY, seed="a") == simulate(
        [leg], begun=DAY, on=DAY, seed="a"
    )


@pytest.mark.parametrize(("pool", "day"), [((0,), 101), ((1,), 101), ((7,), 107)])
def test_what_waits_longer_than_any_seen_begins_anew_tomorrow_at_the_earliest(pool, day):
    days = simulate([Leg("launch", pool)], begun=10, on=100, seed="f1")
    assert set(days) == {day}


@pytest.mark.parametrize(
    ("share", "day"), [(0.0, 1), (0.2, 1), (0.21, 2), (0.5, 3), (0.8, 4), (1.0, 5)]
)
def test_a_share_between_two_draws_is_reached_by_the_later(share, day):
    assert quantile([1, 2, 3, 4, 5], share) == day


def test_shares_of_the_draws():
    days = list(range(1, 11))
    assert [quantile(days, share) for share in (0.1, 0.5, 0.9, 1)] == [1, 5, 9, 10]


def ended(*legs: Leg, ago: int = 0, **options) -> set[int]:
    """How many days from now the draws end."""
    found = simulate(list(legs), begun=DAY - ago, on=DAY, seed="a", **options)
    return {end - DAY for end in found}


def test_a_gate_holds_its_own_step_and_not_those_before_it():
    legs = [Leg("one", (5,)), Leg("other", (5,)), Leg("last", (5,))]
    assert ended(*legs) == {15}
    assert ended(*legs, gate=("other", [DAY + 40] * 1000)) == {45}
    assert ended(*legs, gate=("another", [DAY + 40] * 1000)) == {15}


@pytest.mark.parametrize(("fixed", "end"), [(-1, 2), (0, 0), (1, 1)])
def test_a_fixed_day_that_has_passed_without_its_step_is_drawn_anew(fixed, end):
    assert ended(Leg("council", (7,), fixed=DAY + fixed), ago=5) == {end}


def test_a_step_may_be_done_on_the_very_day_of_the_one_before_it():
    assert ended(Leg("decision", (0,))) == {0}
    assert ended(Leg("council", (3,)), Leg("decision", (0,))) == {3}


def test_each_step_and_each_facility_draws_for_itself():
    pool = tuple(range(100))
    one, other = Leg("one", pool), Leg("other", pool)
    both = [simulate([leg], begun=DAY, on=DAY, seed="a") for leg in (one, other)]
    assert both[0] != both[1]
    assert simulate([one], begun=DAY, on=DAY, seed="b") != both[0]


def test_all_durations_seen_are_drawn_about_equally_often():
    found = simulate([Leg("x", (1, 2, 3, 4, 5))], begun=DAY, on=DAY, seed="a")
    assert all(150 < found.count(DAY + days) < 250 for days in range(1, 6))
