"""The register of milestones: plans and days reached, one row a facility."""

from datetime import date, timedelta

import pytest

from facilities.models import ChangeSet
from facilities.registers.entering import begin, enter, undo
from rollout.models import LegalDeadline, MilestoneEvent, MilestoneTarget
from rollout.programme.services import record_ruling, schedule_council
from rollout.registers.catalogue import REGISTERS
from tests import factories, writing
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["milestones"]
LAW = date(2025, 9, 30)


def test_one_row_for_each_facility_of_the_rollout():
    counted = factories.facility()
    factories.facility(scope="connectivity")
    assert list(REGISTER.base(TODAY)) == [counted]


def test_a_day_reached_is_a_fact_and_mending_it_keeps_the_old_one():
    place = factories.facility()
    entered(REGISTER, {"reached-launch": date(2025, 5, 2)}, row=place)
    entered(REGISTER, {"reached-launch": date(2025, 5, 5)}, row=place)
    assert values_of(REGISTER, place)["reached-launch"] == date(2025, 5, 5)
    assert MilestoneEvent.objects.count() == 2
    assert MilestoneEvent.objects.known().count() == 1


def test_a_day_to_come_is_no_day_reached():
    place = factories.facility()
    ahead = TODAY + timedelta(days=1)
    assert refusals(REGISTER, {"reached-launch": ahead}, row=place) == ({"reached-launch"}, set())


def test_a_plan_moved_leaves_the_baseline():
    place = factories.facility()
    entered(REGISTER, {"target-launch": date(2025, 6, 1)}, row=place, on=date(2025, 4, 1))
    entered(REGISTER, {"target-launch": date(2025, 7, 1)}, row=place)
    days = MilestoneTarget.objects.known().order_by("effective_from")
    assert [row.due_on for row in days] == [date(2025, 6, 1), date(2025, 7, 1)]
    assert values_of(REGISTER, place)["target-launch"] == date(2025, 7, 1)


def test_a_plan_is_moved_and_not_removed():
    place = factories.facility()
    entered(REGISTER, {"target-launch": date(2025, 6, 1)}, row=place)
    assert refusals(REGISTER, {"target-launch": None}, row=place) == ({"target-launch"}, set())


def test_an_act_that_set_the_first_plan_can_be_taken_back():
    place = factories.facility()
    change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder())
    values = {"target-launch": date(2025, 6, 1)}
    enter(register=REGISTER, row=place, values=values, change_set=change_set, on=TODAY)
    undo(
        change_set=change_set,
        registers=REGISTERS,
        by=factories.recorder(),
        because="Nhầm",
        on=TODAY,
    )
    assert values_of(REGISTER, place)["target-launch"] is None
    assert not MilestoneTarget.objects.known().exists()


def test_days_in_an_odd_order_ask_for_a_reason():
    place = factories.facility()
    days = {"reached-pilot": date(2025, 5, 2), "reached-launch": date(2025, 4, 2)}
    assert refusals(REGISTER, days, row=place) == ({"reached-launch"}, {"reached-launch"})
    days["reached-launch"] = days["reached-pilot"]
    assert refusals(REGISTER, days, row=place) == (set(), set())


def test_a_plan_later_than_the_law_asks_for_a_reason():
    writing.write(
        LegalDeadline(
            code="hospitals",
            name_vi="Bệnh viện",
            basis="07/CT-TTg",
            due_on=LAW,
            applies_to=LegalDeadline.AppliesTo.HOSPITALS,
            effective_from=date(2025, 3, 14),
        )
    )
    place = factories.facility()
    late = {"target-official": LAW + timedelta(days=1)}
    assert refusals(REGISTER, {"target-official": LAW}, row=place) == (set(), set())
    assert refusals(REGISTER, late, row=place) == ({"target-official"}, {"target-official"})


def test_the_council_is_shown_and_not_written():
    place = factories.facility()
    meeting = factories.CouncilMeetingFactory(facility=place)
    by = factories.recorder()
    schedule_council(
        meeting=meeting, scheduled_on=date(2025, 5, 10), set_on=date(2025, 4, 1), by=by
    )
    record_ruling(meeting=meeting, conclusion="pass", held_on=date(2025, 5, 12), by=by)
    found = values_of(REGISTER, place)
    assert (found["target-council"], found["reached-council"]) == (
        date(2025, 5, 10),
        date(2025, 5, 12),
    )
    assert not REGISTER.column("reached-council").writable
