"""What was freed of an obstacle may be held by it anew, but never twice at once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from facilities.as_of import AsOf
from rollout.programme.obstacles import obstacles, services
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def hold(obstacle, facility, since: date):
    (held,) = services.hold(
        obstacle=obstacle,
        facilities=[facility],
        milestone="official",
        since=since,
        by=factories.recorder(),
    )
    return held


def free(held, ends_on: date):
    return services.end_hold(held=held, ends_on=ends_on, because="solved", by=factories.recorder())


@pytest.mark.parametrize(("shift", "allowed"), [(-1, False), (0, True), (1, True)])
def test_it_is_held_anew_from_the_day_it_became_free(shift, allowed):
    obstacle, place = factories.ObstacleFactory(raised_on=DAY), factories.facility()
    free(hold(obstacle, place, DAY), DAY + timedelta(days=3))
    since = DAY + timedelta(days=3 + shift)
    if not allowed:
        with pytest.raises(ValidationError) as refused:
            hold(obstacle, place, since)
        assert refused.value.message_dict.keys() == {"facilities"}
        return
    hold(obstacle, place, since)
    (found,) = obstacles(AsOf(DAY + timedelta(days=9)))
    assert found.facility_days == 9 - shift


def test_a_hold_that_stands_is_not_doubled():
    obstacle, place = factories.ObstacleFactory(raised_on=DAY), factories.facility()
    hold(obstacle, place, DAY)
    for since in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)):
        with pytest.raises(ValidationError):
            hold(obstacle, place, since)
