"""What must hold when facilities merge, in any world and on any day of the merger."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from facilities.as_of import AsOf
from facilities.lineage import Passing, family
from facilities.models import Ownership, Scope
from facilities.reorganising import merge, open_facility
from facilities.timeline import fold
from rollout.figures.measures import MEASURES
from rollout.figures.progress import PASSES_ON, changes, progress
from rollout.figures.trend import trend
from tests.examples import few
from tests.rollout.worlds import FIRST, LAST, World, days, happenings

ONE_DAY = timedelta(days=1)


def merged(world: World, on: date, *, into_new: bool):
    """The first two facilities merge: into the first, or into a new one."""
    decision = {"on": on, "because": "hợp nhất", "by": world.by}
    successor = world.facilities[0]
    if into_new:
        successor = open_facility(
            code="new",
            name_vi="Mới",
            kind="medical_centre",
            ownership=Ownership.PUBLIC,
            scope=Scope.ROLLOUT,
            **decision,
        )
    merge(predecessors=world.facilities[:2], successor=successor, **decision)
    return successor


def lived(happened) -> World:
    world = World()
    for happening in happened:
        world.live(happening)
    return world


def totals(day: date, *rules: Passing, **as_of) -> Counter:
    """Over all facilities, of every component that passes on by one of the rules."""
    found: Counter = Counter()
    for components in fold(changes(AsOf(day, **as_of)), day).values():
        for component, tally in components.items():
            if PASSES_ON[family(component)] in rules:
                found[component] += tally.amount
    return +found


def figures(found):
    facilities = tuple(replace(f, late_for=str(f.late_for)) for f in found.facilities)
    return replace(found, generated_at=None, facilities=facilities)


class MergersHold(TestCase):
    @few(8)
    @given(happenings, days, st.booleans(), days)
    def test_no_figure_of_a_day_before_moves(self, happened, on, into_new, day):
        world = lived(happened)
        day = min(day, on - ONE_DAY)
        before = figures(progress(day))
        merged(world, on, into_new=into_new)
        assert figures(progress(day)) == before

    @few(8)
    @given(happenings, days, st.booleans())
    def test_what_adds_up_is_neither_lost_nor_doubled(self, happened, on, into_new):
        world = lived(happened)
        every = (on - ONE_DAY, on, on + ONE_DAY, LAST)
        before = {day: totals(day, Passing.ADDS) for day in every}
        eve = totals(on - ONE_DAY, Passing.STATED)
        merged(world, on, into_new=into_new)
        assert {day: totals(day, Passing.ADDS) for day in every} == before
        assert {day: totals(day, Passing.ADDS, map_on=LAST) for day in every} == before
        assert totals(on - ONE_DAY, Passing.STATED) == eve

    @few(8)
    @given(happenings, days, st.booleans())
    def test_curve_equals_progress_by_either_map(self, happened, on, into_new):
        merged(lived(happened), on, into_new=into_new)
        for map_on in (None, LAST):
            curves = {m.code: trend(m, FIRST, LAST, map_on=map_on) for m in MEASURES}
            for day in (max(FIRST, on - ONE_DAY), on, min(LAST, on + ONE_DAY), LAST):
                found = progress(day, map_on=map_on)
                for code, points in curves.items():
                    point, result = points[(day - FIRST).days], found.measure(code)
                    assert (code, point.done, point.total) == (code, result.done, result.total)

    @few(8)
    @given(happenings, days, st.booleans())
    def test_after_the_last_change_both_maps_agree(self, happened, on, into_new):
        merged(lived(happened), on, into_new=into_new)
        by_day, by_map = progress(LAST), progress(LAST, map_on=LAST)
        for one, other in zip(by_day.measures, by_map.measures, strict=True):
            assert (one.done, one.total, one.evidence) == (other.done, other.total, other.evidence)

    @few(8)
    @given(happenings, days, st.booleans())
    def test_nothing_is_negative_and_evidence_adds_up(self, happened, on, into_new):
        merged(lived(happened), on, into_new=into_new)
        for day in (on, LAST):
            for map_on in (None, LAST):
                for result in progress(day, map_on=map_on).measures:
                    assert result.done >= 0
                    assert sum(result.evidence) == result.done, result.code
                    assert min(result.evidence) >= 0
