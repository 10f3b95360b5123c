"""What must hold for progress in any world, on any day."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from facilities.services import correct, record, withdraw
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.figures.results import Progress
from rollout.figures.trend import trend
from tests.examples import few
from tests.factories import recorder
from tests.rollout.worlds import FIRST, LAST, World, days, happenings, standing_facts


def figures(found: Progress) -> Progress:
    """Everything but the moment of computing and the words."""
    facilities = tuple(replace(f, late_for=str(f.late_for)) for f in found.facilities)
    return replace(found, generated_at=None, known_at=None, facilities=facilities)


class ProgressHolds(TestCase):
    @few(8)
    @given(st.data(), happenings, days)
    def test_facts_dated_later_change_nothing(self, data, happened, on):
        world = World()
        for happening in happened:
            world.live(happening)
        before = figures(progress(on))
        later = data.draw(happenings)
        for kind, number, day, pick in later:
            if day > on:
                world.live((kind, number, day, pick))
        assert figures(progress(on)) == before

    @few(8)
    @given(happenings, happenings, days)
    def test_with_known_at_nothing_recorded_later_counts(self, happened, recorded_later, on):
        world = World()
        for happening in happened:
            world.live(happening)
        known_at = timezone.now()
        before = figures(progress(on, known_at=known_at))
        assert before == figures(progress(on))
        for fact in standing_facts()[::2]:
            withdraw(fact=fact, because="entered twice", by=recorder())
        for happening in recorded_later:
            world.live(happening)
        assert figures(progress(on, known_at=known_at)) == before

    @few(8)
    @given(st.data(), happenings, days)
    def test_order_of_recording_does_not_matter(self, data, happened, on):
        world = World()
        for happening in happened:
            world.live(happening)
        before = figures(progress(on))
        facts = standing_facts()
        for fact in facts:
            withdraw(fact=fact, because="to be entered in another order", by=recorder())
        for fact in data.draw(st.permutations(facts)):
            record(fact.for_correction(), by=recorder())
        assert figures(progress(on)) == before

    @few(8)
    @given(happenings, days, st.integers(0, 29))
    def test_withdrawing_and_recording_again_gives_back_the_figures(self, happened, on, which):
        world = World()
        for happening in happened:
            world.live(happening)
        before = figures(progress(on))
        facts = standing_facts()
        if facts:
            correct(fact=facts[which % len(facts)], because="same again", by=recorder())
        assert figures(progress(on)) == before

    @few(8)
    @given(happenings, days, st.integers(0, 40))
    def test_curve_equals_progress_on_each_of_its_days(self, happened, first, length):
        world = World()
        for happening in happened:
            world.live(happening)
        last = min(first + timedelta(days=length), LAST + timedelta(days=60))
        curves = {m.code: trend(m, first, last) for m in MEASURES}
        ends = {first, last, first + (last - first) / 2, *(h[2] for h in happened)}
        for day in sorted(d for d in ends if first <= d <= last):
            found = progress(day)
            for code, points in curves.items():
                point = points[(day - first).days]
                assert point.on == day
                result = found.measure(code)
                assert (code, point.done, point.total) == (code, result.done, result.total)

    @few(8)
    @given(happenings)
    def test_no_measure_is_negative_and_evidence_adds_up(self, happened):
        world = World()
        for happening in happened:
            world.live(happening)
        for day in (FIRST, FIRST + timedelta(days=60), LAST):
            for result in progress(day).measures:
                assert result.done >= 0, result.code
                assert sum(result.evidence) == result.done, result.code
                assert min(result.evidence) >= 0, result.code
