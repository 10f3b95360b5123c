"""Forecasts that were kept are held against what happened."""

from datetime import date, timedelta

import pytest

from facilities.as_of import AsOf
from facilities.models import Scope
from rollout.forecasting.services import Score, chance_scores, first_score_on, scores
from rollout.models import Forecast
from tests import factories
from tests.writing import milestone

pytestmark = pytest.mark.django_db

BEGAN = date(2025, 6, 20)
LAW = date(2025, 9, 30)


def kept(facility, on, *, likely=BEGAN, safe=BEGAN, law=None, chance=None) -> None:
    """A forecast of day `on`."""
    Forecast.objects.create(
        on=on,
        facility=facility,
        likely_on=likely,
        safe_on=safe,
        law_on=law,
        chance=chance,
        sample=5,
    )


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_a_forecast_is_scored_thirty_sixty_and_ninety_days_before_official_use():
    place = factories.facility()
    milestone(place, "official", BEGAN)
    for ahead in (0, 29, 30, 31, 60, 61, 89, 90, 120):
        kept(place, BEGAN - days(ahead), likely=BEGAN + days(ahead))
    found = scores(AsOf(BEGAN))
    assert [(one.ahead, one.count, one.error_days) for one in found] == [
        (30, 1, 30),
        (60, 1, 60),
        (90, 1, 90),
    ]
    assert all(one.count == 0 for one in scores(AsOf(BEGAN - days(1))))


@pytest.mark.parametrize(("shift", "within"), [(-1, 0), (0, 1), (1, 1)])
def test_the_safe_day_itself_is_still_kept(shift, within):
    place = factories.facility()
    milestone(place, "official", BEGAN)
    kept(place, BEGAN - days(30), likely=BEGAN - days(4), safe=BEGAN + days(shift))
    assert scores(AsOf(BEGAN))[0] == Score(30, 1, 4, within)


def test_the_middle_error_counts_whether_early_or_late():
    for likely, safe in ((-9, -1), (2, 3), (4, 5)):
        place = factories.facility()
        milestone(place, "official", BEGAN)
        kept(place, BEGAN - days(30), likely=BEGAN + days(likely), safe=BEGAN + days(safe))
    assert scores(AsOf(BEGAN))[0] == Score(30, 3, 4, 2)


def test_only_who_has_begun_official_use_is_scored_and_by_its_own_day():
    early, late, launched = (factories.facility() for _ in range(3))
    milestone(early, "official", BEGAN)
    milestone(late, "official", BEGAN + days(10))
    milestone(launched, "launch", BEGAN)
    for place in (early, late, launched, None):
        kept(place, BEGAN - days(30), likely=BEGAN + days(1))
    assert scores(AsOf(BEGAN + days(20))) == [
        Score(30, 1, 1, 1),
        Score(60, 0, None, 0),
        Score(90, 0, None, 0),
    ]


def test_a_chance_is_held_against_whether_the_day_of_the_law_was_made():
    made, missed, never = (factories.facility() for _ in range(3))
    milestone(made, "official", LAW)
    milestone(missed, "official", LAW + days(1))
    milestone(never, "launch", LAW)
    for place, chance in ((made, 0.8), (missed, 0.4), (never, 0.1)):
        kept(place, LAW - days(30), law=LAW, chance=chance)
        kept(place, LAW - days(31), law=LAW, chance=chance)  # not one of the days asked for
    assert chance_scores(AsOf(LAW)) == []  # that day is not over
    [score] = chance_scores(AsOf(LAW + days(1)))
    assert (score.ahead, score.count) == (30, 3)
    assert score.brier == pytest.approx((0.2**2 + 0.4**2 + 0.1**2) / 3)


def test_chances_of_sixty_and_ninety_days_before_stand_apart():
    place = factories.facility()
    for ahead, chance in ((30, 0.1), (60, 0.2), (90, 0.3), (120, 0.4)):
        kept(place, LAW - days(ahead), law=LAW, chance=chance)
    found = chance_scores(AsOf(LAW + days(1)))
    assert [(one.ahead, one.count) for one in found] == [(30, 1), (60, 1), (90, 1)]
    assert [one.brier for one in found] == pytest.approx([0.01, 0.04, 0.09])


def test_each_chance_is_held_against_the_day_of_its_own_law():
    place, other = factories.facility(), factories.facility()
    kept(place, LAW - days(60), law=LAW, chance=0.1)
    kept(other, LAW - days(60), law=LAW - days(30), chance=0.2)
    # Of one law thirty days before it, of the other thirty days too late to be asked for.
    kept(place, LAW - days(30), law=LAW - days(30), chance=0.9)
    found = chance_scores(AsOf(LAW + days(1)))
    assert [(one.ahead, one.count) for one in found] == [(30, 1), (60, 1)]
    assert [one.brier for one in found] == pytest.approx([0.04, 0.01])


def test_who_is_not_in_the_rollout_and_the_province_have_no_chance_to_score():
    inside, outside = factories.facility(), factories.facility(scope=Scope.CONNECTIVITY)
    for place in (inside, outside, None):
        kept(place, LAW - days(30), law=LAW, chance=0.5)
    kept(factories.facility(), LAW - days(30))  # where the law set no day
    assert [one.count for one in chance_scores(AsOf(LAW + days(1)))] == [1]


def test_the_first_score_comes_thirty_days_after_the_first_forecast():
    assert first_score_on() is None
    for ahead in (3, 5):
        kept(None, LAW - days(ahead))
    assert first_score_on() == LAW + days(25)
