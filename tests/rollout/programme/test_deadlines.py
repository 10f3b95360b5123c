"""Everything due, from all modules together: what each deadline is called and whom it concerns."""

from datetime import date, timedelta

import pytest

from equipment.services import set_stage_target
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.services import record
from rollout.models import LegalDeadline, Milestone
from rollout.programme.deadlines import deadlines
from rollout.programme.services import (
    record_milestone,
    record_ruling,
    schedule_council,
    set_milestone_target,
)
from signatures.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
DUE = date(2025, 5, 31)


def one_of_each(place):
    """Six things that are due, one by each rule."""
    by = factories.recorder()
    set_stage_target(
        procurement=factories.ProcurementFactory(facility=place),
        stage=Stage.AWARD,
        due_on=DUE,
        set_on=DAY,
        by=by,
    )
    certificate = factories.CertificateFactory(facility=place)
    record_event(certificate=certificate, kind="requested", happened_on=DAY, by=by)
    record_event(
        certificate=certificate,
        kind="issued",
        happened_on=DAY,
        valid_until=DUE + timedelta(days=1),
        by=by,
    )
    set_milestone_target(facility=place, milestone=Milestone.LAUNCH, due_on=DUE, set_on=DAY, by=by)
    schedule_council(
        meeting=factories.CouncilMeetingFactory(facility=place),
        scheduled_on=DUE,
        set_on=DAY,
        by=by,
    )
    factories.DirectiveFactory(issued_on=DAY, due_on=DUE)
    record(
        LegalDeadline(
            code="hospitals",
            name_vi="Bệnh viện",
            basis="TT 13/2025",
            due_on=DUE,
            applies_to=LegalDeadline.AppliesTo.HOSPITALS,
            effective_from=DAY,
        ),
        by=by,
    )


OF_A_FACILITY = {"procurement_stage", "certificate_expiry", "milestone", "council"}
OF_THE_PROVINCE = {"directive", "legal"}


def seen(day, **options):
    return list(deadlines(AsOf(day, **options)))


def test_each_module_says_what_is_due():
    place = factories.facility()
    one_of_each(place)
    found = seen(DAY)
    assert len(found) == 6
    assert {d.rule for d in found if d.facility_id == place.pk} == OF_A_FACILITY
    assert {d.rule for d in found if d.facility_id is None} == OF_THE_PROVINCE
    assert {(d.due_on, d.done_on) for d in found} == {(DUE, None)}
    assert all(str(d.what) for d in found)


@pytest.mark.parametrize(("shift", "late"), [(-1, 0), (0, 0), (2, 0), (3, 1), (9, 5)])
def test_all_of_them_are_late_from_the_day_after(shift, late):
    one_of_each(factories.facility())
    day = DUE + timedelta(days=shift)
    assert {d.days_late(day) for d in seen(day)} == {late}


def test_nothing_was_due_before_anybody_said_so():
    one_of_each(factories.facility())
    assert seen(DAY - timedelta(days=1)) == []


def test_a_subject_stays_the_same_from_day_to_day_and_is_nobody_elses():
    one_of_each(factories.facility())
    subjects = [d.subject for d in seen(DAY)]
    assert subjects == [d.subject for d in seen(DUE + timedelta(days=5))]
    assert len(set(subjects)) == len(subjects)


def test_for_some_facilities_only_theirs_are_told():
    place, other = factories.facility(), factories.facility()
    one_of_each(place)
    chosen = seen(DAY, facility_ids=frozenset({place.pk}))
    assert {d.rule for d in chosen} == OF_A_FACILITY
    assert seen(DAY, facility_ids=frozenset({other.pk})) == []


@pytest.mark.parametrize(
    ("milestone", "done"),
    [
        (Milestone.PILOT, False),
        (Milestone.LAUNCH, True),
        (Milestone.SELF_ASSESSMENT, True),
        (Milestone.OFFICIAL, True),
    ],
)
def test_a_milestone_is_done_by_itself_or_a_later_one(milestone, done):
    place = factories.facility()
    one_of_each(place)
    record_milestone(facility=place, milestone=milestone, happened_on=DUE, by=factories.recorder())
    [launch] = [d for d in seen(DUE + timedelta(days=9)) if d.rule == "milestone"]
    assert launch.done_on == (DUE if done else None)
    [before] = [d for d in seen(DUE - timedelta(days=1)) if d.rule == "milestone"]
    assert before.done_on is None


def test_done_on_the_earliest_of_several():
    place = factories.facility()
    one_of_each(place)
    for milestone, shift in ((Milestone.LAUNCH, 5), (Milestone.OFFICIAL, 2)):
        record_milestone(
            facility=place,
            milestone=milestone,
            happened_on=DUE + timedelta(days=shift),
            by=factories.recorder(),
        )
    [launch] = [d for d in seen(DUE + timedelta(days=9)) if d.rule == "milestone"]
    assert launch.done_on == DUE + timedelta(days=2)


def legal_deadline(on: date):
    return next(d for d in deadlines(AsOf(on)) if d.rule == "legal")


def make_official(place, passed_on: date, used_on: date) -> None:
    by = factories.recorder()
    meeting = factories.CouncilMeetingFactory(facility=place)
    record_ruling(meeting=meeting, conclusion="pass", held_on=passed_on, by=by)
    record_milestone(facility=place, milestone=Milestone.OFFICIAL, happened_on=used_on, by=by)


def test_the_law_is_met_when_the_last_facility_is_both_passed_and_in_official_use():
    factories.programme()
    first, last = factories.facility(), factories.facility()
    factories.facility(scope="connectivity")  # the law's count is the rollout's
    record(
        LegalDeadline(
            code="law",
            name_vi="Hạn",
            basis="07/CT-TTg",
            due_on=DUE,
            applies_to="all",
            effective_from=factories.START,
        ),
        by=factories.recorder(),
    )
    make_official(first, DAY, DAY)
    # Used before its council passed it: the ruling is what was missing.
    make_official(last, passed_on=DUE + timedelta(days=4), used_on=DAY)
    day_before = legal_deadline(DUE + timedelta(days=3))
    assert (day_before.done_on, day_before.days_late(DUE + timedelta(days=3))) == (None, 1)
    on_the_day = legal_deadline(DUE + timedelta(days=4))
    assert on_the_day.done_on == DUE + timedelta(days=4)
    assert on_the_day.days_late(DUE + timedelta(days=9)) == 0
