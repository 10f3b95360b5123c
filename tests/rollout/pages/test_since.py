"""What became of each facility between two days."""

from datetime import date, timedelta

import pytest

from facilities.models import Facility, Role
from facilities.services import record
from rollout.figures.cached import cached_progress
from rollout.models import Milestone, MilestoneTarget
from rollout.pages.summary.since import since
from tests import factories
from tests.factories import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

BEFORE, ON = date(2025, 2, 18), date(2025, 5, 21)


def test_between_the_sessions_everybody_is_told_once_or_as_moved_and_slipped():
    found = since(cached_progress(BEFORE), cached_progress(ON))
    named = {row.facility.id for row in (*found.moved, *found.slipped, *found.silent)}
    assert len(named) + found.unchanged == 17
    by_code = {row.facility.code: row for row in found.moved}
    luc_ngan = by_code["bg-ttyt-lucngan"]
    assert luc_ngan.was != luc_ngan.facility.stage_label
    assert Milestone.OFFICIAL in {one.code for one in luc_ngan.reached}
    assert all(BEFORE < one.actual <= ON for one in luc_ngan.reached)
    loud = {row.facility.id for row in (*found.moved, *found.slipped)}
    assert loud.isdisjoint(row.facility.id for row in found.silent)


def test_a_day_held_against_itself_says_nothing_and_a_plan_put_off_has_slipped():
    now = cached_progress(ON)
    same = since(now, now)
    assert (same.moved, same.slipped) == ((), ())
    place = Facility.objects.get(code="bg-ttyt-yenthe")
    planned = next(
        one.target for one in now.facility(place.code).milestones if one.code == Milestone.OFFICIAL
    )
    record(
        MilestoneTarget(
            facility=place,
            milestone=Milestone.OFFICIAL,
            due_on=planned + timedelta(days=30),
            because="x",
            effective_from=ON + timedelta(days=1),
        ),
        by=factories.recorder(),
    )
    [slipped] = since(now, cached_progress(ON + timedelta(days=1))).slipped
    assert slipped.facility.code == place.code
    assert [(before, after) for _label, before, after in slipped.slipped] == [
        (planned, planned + timedelta(days=30))
    ]


def test_it_stands_on_the_timeline_where_a_day_is_compared(client):
    client.force_login(user_with(Role.LEADER))
    asked = {"on": ON.isoformat(), "compare": BEFORE.isoformat()}
    assert 'id="since"' in client.get("/timeline/", asked).text
    for compare in ("", ON.isoformat(), (ON + timedelta(days=9)).isoformat()):
        assert 'id="since"' not in client.get("/timeline/", asked | {"compare": compare}).text
