"""What is foreseen of the sample province, what is not, and that a what-if stores nothing."""

from datetime import date, timedelta

import pytest

from equipment.models import Procurement
from facilities.as_of import AsOf
from facilities.models import Facility, Ledger
from rollout.forecasting import Shift, forecast_of, keep
from rollout.forecasting.services import scores
from rollout.models import Forecast
from rollout.programme.services import record_milestone
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def test_the_session_of_21_may(bac_giang):
    forecast = forecast_of(AsOf(ON))
    assert forecast.law == date(2025, 9, 30)
    assert (forecast.official, len(forecast.facilities), forecast.unforeseen) == (5, 17, 0)
    low, middle, high = forecast.by_law
    assert 7 <= low <= middle <= high <= 17
    by_code = {one.facility.code: one for one in forecast.facilities}
    assert by_code["bg-ttyt-lucnam"].chance == 1
    assert by_code["bg-ttyt-yenthe"].chance < by_code["bg-tamthan"].chance < 1
    for one in forecast.facilities:
        if one.is_foreseen:
            assert ON < one.likely_on <= one.safe_on <= forecast.province.safe_on
            assert one.sample >= 5


def test_the_fan_opens_at_what_is_done_and_agrees_with_the_day_of_the_law(bac_giang):
    forecast = forecast_of(AsOf(ON))
    days = [day for day, *_counts in forecast.fan]
    assert days == sorted(set(days))
    assert days[0] == ON
    assert len(days) <= 42
    by_day = {day: tuple(counts) for day, *counts in forecast.fan}
    assert by_day[ON] == (5, 5, 5)
    assert by_day[forecast.law] == forecast.by_law
    assert by_day[days[-1]][1:] == (17, 17)
    for counts in zip(*by_day.values(), strict=True):
        assert list(counts) == sorted(counts)
    assert all(low <= middle <= high for low, middle, high in by_day.values())
    assert forecast_of(AsOf(date(2025, 3, 1))).fan == ()


def test_below_the_minimum_nothing_is_foreseen(bac_giang):
    forecast = forecast_of(AsOf(date(2025, 3, 1)))
    assert not forecast.province.is_foreseen
    assert forecast.by_law is None
    assert any(one.lacking == "too_few" and one.lacking_step for one in forecast.facilities)


def test_the_facts_of_later_days_change_nothing(bac_giang):
    before = forecast_of(AsOf(ON)).facilities
    place = Facility.objects.get(code="bg-bvdk")
    record_milestone(
        facility=place,
        milestone="launch",
        happened_on=ON + timedelta(days=3),
        by=factories.recorder(),
    )
    assert forecast_of(AsOf(ON)).facilities == before
    assert forecast_of(AsOf(ON + timedelta(days=3))).facilities != before


def test_what_if_moves_one_facility_and_stores_nothing(bac_giang):
    file = Procurement.objects.get(code="BG-2025-03")
    version = Ledger.current()
    plain = forecast_of(AsOf(ON))
    shifted = forecast_of(AsOf(ON), Shift("file", file.pk, date(2025, 8, 29)))
    moved = [
        one.facility.id
        for one, other in zip(plain.facilities, shifted.facilities, strict=True)
        if one != other
    ]
    assert moved == [file.facility_id]
    assert shifted.by_law <= plain.by_law
    assert (Ledger.current(), Forecast.objects.count()) == (version, 0)


def test_kept_once_a_day_and_scored_when_it_has_happened(bac_giang):
    rows = keep(ON)
    assert rows == 13  # the province and twelve facilities
    assert keep(ON) == rows
    stored = Forecast.objects.get(on=ON, facility__code="bg-ttyt-lucnam")
    for milestone, later in (("decision", 12), ("official", 30)):
        record_milestone(
            facility=stored.facility,
            milestone=milestone,
            happened_on=ON + timedelta(days=later),
            by=factories.recorder(),
        )
    [score, *_] = scores(AsOf(ON + timedelta(days=40)))
    error = abs((ON + timedelta(days=30) - stored.likely_on).days)
    assert (score.ahead, score.count, score.error_days) == (30, 1, error)
