"""The same day as it was known at different moments, and held against another day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from equipment.models import ItLevel
from facilities.services import check, correct
from rollout.figures.progress import progress
from rollout.models import Milestone
from rollout.programme.services import record_milestone
from tests import factories
from tests.writing import devices, milestone, norm, write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
LAST_YEAR = date(2024, 5, 21)
MERGER = date(2025, 7, 1)
ONE_DAY = timedelta(days=1)


class TestTwoClocks:
    ENTERED = datetime(2025, 5, 22, 2, tzinfo=UTC)
    CHECKED = datetime(2025, 5, 25, 2, tzinfo=UTC)
    CORRECTED = datetime(2025, 7, 3, 2, tzinfo=UTC)
    TICK = timedelta(microseconds=1)

    @pytest.fixture
    def fact(self):
        with time_machine.travel(datetime(2025, 1, 1, tzinfo=UTC), tick=False):
            place = factories.facility("f")
        with time_machine.travel(self.ENTERED, tick=False):
            fact = record_milestone(
                facility=place,
                milestone=Milestone.LAUNCH,
                happened_on=DAY,
                document=factories.DocumentFactory(),
                by=factories.recorder(),
            )
        check(fact=fact, by=factories.UserFactory(), at=self.CHECKED)
        with time_machine.travel(self.CORRECTED, tick=False):
            correct(fact=fact, because="misread", by=factories.recorder(), happened_on=MERGER)
        return fact

    @pytest.mark.parametrize(
        ("known_at", "done", "evidence"),
        [
            (ENTERED - TICK, 0, None),
            (ENTERED, 1, "documented"),
            (CHECKED - TICK, 1, "documented"),
            (CHECKED, 1, "checked"),
            (CORRECTED - TICK, 1, "checked"),
            (CORRECTED, 0, None),
            (None, 0, None),
        ],
    )
    def test_the_figure_of_a_day_as_it_was_known(self, fact, known_at, done, evidence):
        found = progress(DAY, known_at=known_at).measure("launched")
        assert found.done == done
        rungs = ("assumed", "reported", "documented", "checked", "decided")
        assert [r for r, n in zip(rungs, found.evidence, strict=True) if n] == (
            [evidence] if evidence else []
        )

    def test_the_corrected_day_counts_since_the_correction(self, fact):
        assert progress(MERGER).measure("launched").done == 1
        assert progress(MERGER - ONE_DAY).measure("launched").done == 0


class TestCompare:
    @pytest.mark.parametrize(
        ("compare", "done", "total"),
        [(date(2025, 2, 18), 0, 1), (DAY, 1, 2), (date(2025, 6, 1), 2, 2)],
    )
    def test_another_day_is_held_against_it(self, compare, done, total):
        first = factories.facility()
        second = factories.facility(since=date(2025, 4, 1))
        milestone(first, Milestone.LAUNCH, DAY)
        milestone(second, Milestone.LAUNCH, date(2025, 6, 1))
        found = progress(DAY, compare=compare).measure("launched")
        assert (found.done, found.total) == (1, 2)
        assert (found.before_done, found.before_total) == (done, total)
        assert found.change == 1 - done
        alone = progress(compare).measure("launched")
        assert (alone.done, alone.total) == (done, total)

    def test_comparing_changes_nothing_else(self):
        place = factories.facility("f")
        write(ItLevel(facility=place, his_level=6, happened_on=MERGER))
        norm(5, MERGER)
        devices(place, 5, LAST_YEAR)
        plain, compared = progress(DAY), progress(DAY, compare=MERGER)
        assert compared.figures == plain.figures
        assert compared.facility("f") == plain.facility("f")
        assert plain.measure("launched").change is None
