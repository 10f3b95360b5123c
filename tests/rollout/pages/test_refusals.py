"""What cannot have happened is refused, with the field named, and nothing is stored."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from equipment.models import DeviceMovement
from equipment.services import record_movement
from facilities.evidence import Rung
from facilities.models import Document
from facilities.services import correct, record, withdraw
from rollout.figures.progress import progress
from rollout.models import MilestoneEvent, MilestoneTarget, Obstacle, ObstacleHold
from rollout.programme.services import record_milestone, record_ruling, schedule_council
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories

DAY = date(2025, 5, 21)
ONE_DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_what_is_still_to_come_has_not_happened():
    place, by = factories.facility(), factories.recorder()
    today = timezone.localdate()
    with pytest.raises(ValidationError) as refused:
        record_milestone(facility=place, milestone="launch", happened_on=today + ONE_DAY, by=by)
    assert "happened_on" in refused.value.message_dict
    assert not MilestoneEvent.objects.exists()
    assert record_milestone(facility=place, milestone="launch", happened_on=today, by=by).pk


def test_no_more_devices_leave_than_there_are_on_that_day():
    place, tablet = factories.facility(), factories.DeviceTypeFactory()
    common = {"facility": place, "device_type": tablet, "by": factories.recorder()}
    record_movement(quantity=5, reason="accepted", happened_on=DAY, **common)
    for quantity, day in ((-6, DAY), (-1, DAY - ONE_DAY)):
        with pytest.raises(ValidationError) as refused:
            record_movement(quantity=quantity, reason="retired", happened_on=day, **common)
        assert "quantity" in refused.value.message_dict
    record_movement(quantity=-5, reason="retired", happened_on=DAY, **common)
    assert DeviceMovement.objects.count() == 2


def test_a_withdrawn_paper_proves_nothing():
    paper = factories.DocumentFactory(issued_on=DAY)
    event = record_milestone(
        facility=factories.facility(),
        milestone="launch",
        happened_on=DAY,
        by=factories.recorder(),
        document=paper,
    )
    known_at = timezone.now()
    withdraw(fact=paper, because="another facility's paper", by=factories.recorder())
    event.refresh_from_db()
    now, then = (
        MilestoneEvent.objects.with_rung(moment, DAY).get(pk=event.pk).rung
        for moment in (None, known_at)
    )
    assert (now, then) == (Rung.REPORTED, Rung.DOCUMENTED)
    assert event.evidence(DAY) == Rung.REPORTED


def test_a_paper_proves_itself():
    assert factories.DocumentFactory().evidence(DAY) == Rung.DOCUMENTED
    assert Document.objects.get().document_id


def test_a_row_that_others_hang_on_is_not_replaced_beneath_them():
    obstacle, by = factories.ObstacleFactory(), factories.recorder()
    hold = record(
        ObstacleHold(
            obstacle=obstacle,
            facility=factories.facility(),
            milestone="launch",
            happened_on=obstacle.raised_on,
        ),
        by=by,
    )
    with pytest.raises(ValidationError):
        correct(fact=obstacle, because="spelling", by=by, name_vi="Chậm phê duyệt")
    assert Obstacle.objects.known().get() == obstacle
    assert hold.obstacle == obstacle


def test_a_council_rules_no_earlier_than_its_meeting_was_fixed():
    meeting, by = factories.CouncilMeetingFactory(), factories.recorder()
    schedule_council(meeting=meeting, scheduled_on=DAY + ONE_DAY, set_on=DAY, by=by)
    with pytest.raises(ValidationError):
        record_ruling(meeting=meeting, conclusion="pass", held_on=DAY - ONE_DAY, by=by)
    assert record_ruling(meeting=meeting, conclusion="pass", held_on=DAY, by=by).pk


def test_a_council_has_its_own_date_and_no_other_target():
    with pytest.raises(ValidationError):
        record(
            MilestoneTarget(
                facility=factories.facility(),
                milestone="council",
                due_on=DAY,
                effective_from=DAY,
            ),
            by=factories.recorder(),
        )


def test_no_step_of_a_signature_lowers_the_weighted_progress():
    factories.programme()
    place, by = factories.facility(), factories.recorder()
    record(SignatureNeed(facility=place, quantity=2, effective_from=DAY), by=by)
    for code in ("signatures_registered", "signatures_issued", "signatures_authenticated"):
        factories.weigh(code, 10)
    seen = [progress(DAY).facilities[0].progress]
    for _ in range(3):  # one more than needed
        certificate = factories.CertificateFactory(facility=place)
        for kind in ("requested", "issued", "authenticated"):
            until = DAY + timedelta(days=300) if kind == "issued" else None
            record_event(
                certificate=certificate, kind=kind, happened_on=DAY, valid_until=until, by=by
            )
            seen.append(progress(DAY).facilities[0].progress)
    assert seen == sorted(seen)
    assert (seen[0], seen[3], seen[-1]) == (0, pytest.approx(0.5), 1)
