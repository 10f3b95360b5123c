"""What the nightly computation writes down, and that writing it again gives the same rows."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from facilities.models import FacilityScope, Scope
from facilities.services import record, withdraw
from rollout.figures.cached import cached_progress
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.figures.snapshots import OVERALL, compute_progress
from rollout.models import MeasureWeight, ProgressSnapshot
from rollout.programme.services import record_milestone
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def rows(on: date = ON) -> list[tuple]:
    return list(
        ProgressSnapshot.objects.filter(on=on)
        .order_by("facility", "measure")
        .values_list("facility__code", "measure", "done", "total", "share")
    )


@pytest.fixture
def province():
    factories.programme()
    by = factories.recorder()
    places = [factories.facility(f"f{n}") for n in range(3)]
    record(MeasureWeight(measure="launched", weight=1, effective_from=factories.START), by=by)
    record_milestone(facility=places[0], milestone="launch", happened_on=ON, by=by)
    return places


def test_rows_are_the_progress_of_the_day(province):
    written = compute_progress(ON)
    found = progress(ON)
    stored = {(code, measure): tuple(figures) for code, measure, *figures in rows()}
    assert written == len(stored)
    for result in found.measures:
        assert stored[None, result.code] == (result.done, result.total, result.share)
    assert stored[None, OVERALL] == (None, None, found.overall)
    assert found.overall == pytest.approx(1 / 3)
    for facility in found.facilities:
        assert stored[facility.code, OVERALL] == (None, None, facility.progress)
        for code, cell in facility.measures.items():
            assert stored[facility.code, code] == (cell.done, cell.total, cell.share)
    assert {measure for _code, measure in stored} == {OVERALL, *(m.code for m in MEASURES)}


def test_writing_again_changes_nothing(province):
    compute_progress(ON)
    before = list(ProgressSnapshot.objects.order_by("pk").values())
    assert compute_progress(ON) == len(before)
    assert list(ProgressSnapshot.objects.order_by("pk").values()) == before


def test_a_rebuild_gives_the_same_rows(province):
    compute_progress(ON)
    before = rows()
    ProgressSnapshot.objects.all().delete()
    cache.clear()
    compute_progress(ON)
    assert rows() == before


def test_rows_follow_a_withdrawn_fact(province):
    place, by = province[1], factories.recorder()
    fact = record_milestone(facility=place, milestone="pilot", happened_on=ON, by=by)
    compute_progress(ON)
    assert ("f1", "launched", 1, 1, 1.0) in rows()
    withdraw(fact=fact, because="another facility", by=by)
    compute_progress(ON)
    assert ("f1", "launched", 0, 1, 0.0) in rows()


def test_each_day_has_its_own_rows(province):
    compute_progress(ON - timedelta(days=1))
    earlier = rows(ON - timedelta(days=1))
    compute_progress(ON)
    assert (None, "launched", 1, 3, pytest.approx(1 / 3)) in rows()
    assert rows(ON - timedelta(days=1)) == earlier
    assert (None, "launched", 0, 3, 0.0) in earlier


def test_a_facility_out_of_the_rollout_loses_its_rows(province):
    compute_progress(ON)
    record(
        FacilityScope(facility=province[2], scope=Scope.NONE, effective_from=ON),
        by=factories.recorder(),
    )
    compute_progress(ON)
    assert {code for code, *_figures in rows()} == {None, "f0", "f1"}


def test_what_is_unknown_is_stored_as_unknown(province):
    compute_progress(ON)
    assert ("f0", "devices", 0, None, None) in rows()


def test_leaves_the_result_where_the_pages_look(province, django_assert_num_queries):
    compute_progress(ON)
    with django_assert_num_queries(1):  # the ledger's version
        assert cached_progress(ON).measure("launched").done == 1


class TestCommand:
    def test_is_the_twin_of_the_job(self, province, capsys):
        call_command("compute_progress", on="2025-05-21")
        assert f"{len(rows())} rows" in capsys.readouterr().out

    def test_names_a_bad_day(self):
        with pytest.raises(CommandError, match=r"--on: .*2025-13-01"):
            call_command("compute_progress", on="2025-13-01")
