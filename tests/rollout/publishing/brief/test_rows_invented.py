"""The numbers of a brief open their rows also in a province where nothing goes by plan.

Not beside those of Bac Giang: in their file its thousands of rows would stand below this province.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

import rollout.programme.services
from equipment.services import record_stage, set_stage_target
from facilities.models import Facility, Ownership, Role, Scope
from facilities.services import record
from rollout.models import (
    Directive,
    LegalDeadline,
    MilestoneEvent,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    WorkingSession,
)
from rollout.publishing.brief.document import brief
from tests import factories
from tests.rollout.publishing.brief.reader import Reader, values_of

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


@pytest.fixture
def reader(client):
    client.force_login(factories.user_with(Role.LEADER))
    return Reader(client)


@pytest.fixture
def invented():
    """A province where nothing goes by plan: late councils, cleared obstacles, undated launches."""
    factories.programme()
    by = factories.recorder()
    places = [
        factories.facility(f"f{n}", ownership=Ownership.PRIVATE if n > 4 else Ownership.PUBLIC)
        for n in range(7)
    ]
    factories.facility("clinic", ownership=Ownership.PRIVATE, scope=Scope.CONNECTIVITY)
    for n, day in enumerate((ON - timedelta(days=3), ON + timedelta(days=9))):
        rollout.programme.services.schedule_council(
            meeting=factories.CouncilMeetingFactory(facility=places[n], code=f"HD-{n}"),
            scheduled_on=day,
            set_on=ON - timedelta(days=20),
            by=by,
        )
    # Launches: one late, one today, two to come, the others without a day.
    for n, shift in enumerate((-8, 0, 20, 80)):
        rollout.programme.services.set_milestone_target(
            facility=places[n],
            milestone="launch",
            due_on=ON + timedelta(days=shift),
            set_on=ON - timedelta(days=30),
            by=by,
        )
    # Files: bidding to come, late, ended; one without a plan; the others have none.
    for n, shift in enumerate((30, -10, None, None)):
        file = factories.ProcurementFactory(code=f"GT-{n}", facility=places[n], path="rental")
        record_stage(
            procurement=file,
            stage="award" if n == 2 else "need",
            happened_on=ON - timedelta(days=40),
            by=by,
        )
        if shift is not None:
            set_stage_target(
                procurement=file,
                stage="award",
                due_on=ON + timedelta(days=shift),
                set_on=ON - timedelta(days=40),
                by=by,
            )
    rollout.programme.services.record_milestone(
        facility=places[4], milestone="pilot", happened_on=ON - timedelta(days=40), by=by
    )
    session = record(WorkingSession(name_vi="Làm việc", held_on=ON, chair="Chủ tịch"), by=by)
    _obstacles(session, places, by)
    agency = factories.AgencyFactory()
    for code, given, due in (
        ("d-late", session, ON),
        ("d-open", session, None),
        ("d-other", None, ON - timedelta(days=1)),
        ("d-undated", None, None),
    ):
        Directive.objects.create(
            code=code,
            name_vi=code,
            issued_on=ON if given else ON - timedelta(days=30),
            issued_by="Chủ tịch",
            lead=agency,
            due_on=due,
            session=given,
            document_number="" if given else "12/UBND",
            recorded_by=by,
            recorded_at=session.recorded_at,
        )
    for code, due in (("law-past", ON - timedelta(days=4)), ("law-far", ON + timedelta(days=400))):
        record(
            LegalDeadline(
                code=code,
                name_vi=code,
                basis="Luật",
                due_on=due,
                applies_to=LegalDeadline.AppliesTo.ALL,
                effective_from=date(2025, 1, 1),
            ),
            by=by,
        )
    return session


def _obstacles(session, places, by) -> None:
    """Raised at the session: one that holds two facilities, of one two milestones; one cleared.
    Raised before: one that stands open."""
    for code, at, cleared in (("o-1", session, None), ("o-2", session, ON), ("o-3", None, None)):
        obstacle = record(
            Obstacle(
                code=code,
                kind=Obstacle.Kind.BUDGET,
                name_vi=code,
                raised_on=ON if at else ON - timedelta(days=60),
                raised_by="Cơ sở",
                session=at,
            ),
            by=by,
        )
        for n, milestone in ((0, "launch"), (0, "official"), (1, "launch")):
            record(
                ObstacleHold(
                    obstacle=obstacle,
                    facility=places[n],
                    milestone=milestone,
                    happened_on=ON - timedelta(days=14),
                    assumed="all" if n else "",
                ),
                by=by,
            )
        if cleared:
            record(ObstacleCleared(obstacle=obstacle, cleared_on=cleared), by=by)


@pytest.mark.parametrize("shift", [0, 12])
def test_every_number_of_a_province_where_nothing_goes_by_plan(invented, reader, shift):
    made = brief(invented, on=ON + timedelta(days=shift), compare=ON - timedelta(days=30))
    codes = {sentence.code for sentence, _name, _value in values_of(made)}
    assert {"scope_both", "bidding_of_some", "bidding_late", "bidding_ended"} <= codes
    assert {"bidding_undated", "councils_unruled", "launch_late", "launch_undated"} <= codes
    assert {"obstacles_raised", "obstacle_holding", "obstacle_cleared", "obstacles_open"} <= codes
    assert {"orders", "broken_open", "undated", "law_ahead", "law_passed", "late"} <= codes
    assert not reader.wrong(made)


def test_rows_as_they_were_known(invented, reader):
    """The earlier day as it was reported, before anything was on record, and the day as known now."""
    made = brief(
        invented,
        on=ON,
        known_at=timezone.now(),
        compare=ON - timedelta(days=30),
        compare_known_at=datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert "restated" in {sentence.code for sentence, _name, _value in values_of(made)}
    launched = MilestoneEvent.objects.filter(milestone="launch").values("facility")
    for place in Facility.objects.filter(facilityscope__scope=Scope.ROLLOUT).exclude(
        pk__in=launched
    ):
        rollout.programme.services.record_milestone(
            facility=place, milestone="launch", happened_on=ON, by=factories.recorder()
        )
    assert not reader.wrong(made)


def test_a_link_to_a_wider_list_is_noticed(invented, reader):
    made = brief(invented, on=ON)
    late = next(v for s, n, v in values_of(made) if (s.code, n) == ("bidding_late", "number"))
    assert reader.number(late.href, late.number) == ""
    wider = late.href.replace("bidding-late", "open")
    assert reader.number(wider, late.number)
    assert reader.number(late.href.partition("#")[0], late.number)
