"""The curve of a measure: the same figures as those of each day."""

from datetime import date, timedelta

import pytest

from equipment.models import DeviceNorm
from equipment.services import record_movement
from facilities.models import FacilityScope, Scope
from facilities.services import record, withdraw
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import progress
from rollout.figures.trend import trend
from rollout.models import Milestone
from rollout.programme.services import record_milestone
from signatures.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2025, 5, 1), date(2025, 5, 31)


def on(shift: int) -> date:
    return FIRST + timedelta(days=shift)


def curve(code, first=FIRST, last=LAST, **options) -> list[tuple]:
    return [(p.on, p.done, p.total) for p in trend(BY_CODE[code], first, last, **options)]


def day_by_day(code, first=FIRST, last=LAST) -> list[tuple]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    results = [(day, progress(day).measure(code)) for day in days]
    return [(day, result.done, result.total) for day, result in results]


def launch(place, day):
    return record_milestone(
        facility=place, milestone=Milestone.LAUNCH, happened_on=day, by=factories.recorder()
    )


def write(row):
    return record(row, by=factories.recorder())


def test_it_rises_on_the_day_and_begins_with_what_was_before():
    first, second = factories.facility(), factories.facility()
    launch(first, on(-30))
    launch(second, on(2))
    assert curve("launched", last=on(3)) == [
        (on(0), 1, 2),
        (on(1), 1, 2),
        (on(2), 2, 2),
        (on(3), 2, 2),
    ]


def test_a_facility_that_joins_or_leaves_changes_the_total_on_that_day():
    stays, leaves = factories.facility(), factories.facility()
    launch(leaves, on(0))
    factories.facility(since=on(2))
    write(FacilityScope(facility=leaves, scope=Scope.NONE, effective_from=on(4)))
    assert [point[1:] for point in curve("launched", last=on(5))] == [
        (1, 2),
        (1, 2),
        (1, 3),
        (1, 3),
        (0, 2),
        (0, 2),
    ]
    launch(stays, on(5))
    assert curve("launched", last=on(5))[-1] == (on(5), 1, 2)


def test_a_norm_raised_today_does_not_rewrite_the_curve_before():
    place = factories.facility()
    tablet = factories.DeviceTypeFactory()
    for quantity, since in ((10, on(0)), (25, on(20))):
        write(DeviceNorm(device_type=tablet, quantity=quantity, effective_from=since))
    record_movement(
        facility=place,
        device_type=tablet,
        quantity=10,
        reason="accepted",
        happened_on=on(5),
        by=factories.recorder(),
    )
    done = {day: count for day, count, _total in curve("devices")}
    assert [done[on(s)] for s in (4, 5, 19, 20, 30)] == [0, 1, 1, 0, 0]
    assert curve("devices") == day_by_day("devices")


def test_the_curve_of_certificates_falls_when_they_end():
    certificate = factories.CertificateFactory()
    for kind, day, until in (
        ("requested", on(1), None),
        ("issued", on(3), on(10)),
        ("renewed", on(9), on(20)),
        ("authenticated", on(25), None),
    ):
        record_event(
            certificate=certificate,
            kind=kind,
            happened_on=day,
            valid_until=until,
            by=factories.recorder(),
        )
    issued = {day: (done, total) for day, done, total in curve("signatures_issued")}
    assert [issued[on(s)] for s in (0, 1, 3, 19, 20)] == [(0, 0), (0, 1), (1, 1), (1, 1), (0, 0)]
    for code in ("signatures_registered", "signatures_issued", "signatures_authenticated"):
        assert curve(code) == day_by_day(code)


def test_it_is_the_curve_as_it_was_known_then():
    place = factories.facility()
    wrong = launch(place, on(2))
    withdraw(fact=wrong, because="another facility", by=factories.recorder())
    assert curve("launched", last=on(2))[-1] == (on(2), 0, 1)
    assert curve("launched", last=on(2), known_at=wrong.recorded_at)[-1] == (on(2), 1, 1)


@pytest.mark.parametrize(("days", "points"), [(-1, 0), (0, 1), (1, 2)])
def test_there_is_one_point_for_each_day(days, points):
    factories.facility()
    assert len(curve("launched", first=on(0), last=on(days))) == points


def test_a_province_without_facilities_has_a_flat_curve():
    assert curve("launched", last=on(1)) == [(on(0), 0, 0), (on(1), 0, 0)]
    assert curve("signatures_registered", last=on(0)) == [(on(0), 0, None)]
    assert trend(BY_CODE["launched"], on(0), on(0))[0].share is None


def test_a_longer_period_takes_no_more_queries(django_assert_max_num_queries):
    launch(factories.facility(), on(2))
    with django_assert_max_num_queries(100) as one_day:
        assert len(curve("launched", last=on(0))) == 1
    with django_assert_max_num_queries(100) as two_years:
        assert len(curve("launched", last=on(729))) == 730
    assert len(two_years) == len(one_day)
