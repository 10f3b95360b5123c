"""Where a facility stands and what it must do next: a table, without database or clock."""

from datetime import date, timedelta

import pytest

from rollout.models import Conclusion, Milestone
from rollout.programme.stages import FacilityStage, NextStep, next_step_of, stage_of

DAY = date(2025, 5, 21)
SCHEDULED = date(2025, 5, 23)
ONE_DAY = timedelta(days=1)

WAY = ["preparing", "pilot", "launch", "self_assessment"]
ALL = [*WAY, "decision", "official", "portal"]


def reached(*milestones) -> dict[str, date | None]:
    return {m.value: DAY - ONE_DAY if m.value in milestones else None for m in Milestone}


@pytest.mark.parametrize(
    ("milestones", "conclusion", "council_on", "stage"),
    [
        ([], None, None, "not_started"),
        (WAY[:1], None, None, "preparing"),
        (WAY[:2], None, None, "piloting"),
        (WAY[:3], None, None, "launched"),
        (["launch"], None, None, "launched"),  # launched without a pilot
        (WAY, None, None, "self_assessed"),
        (WAY, None, SCHEDULED, "council_scheduled"),
        (["launch"], None, SCHEDULED, "council_scheduled"),
        (WAY, "fail", None, "council_failed"),
        (WAY, "fail", SCHEDULED, "council_scheduled"),  # to be evaluated again
        (WAY, "pass", None, "council_passed"),
        (WAY, "conditions", None, "council_conditions"),
        (WAY, "pass", SCHEDULED, "council_passed"),  # an evaluation to come takes nothing away
        (WAY, "conditions", SCHEDULED, "council_conditions"),
        ([*WAY, "decision"], "pass", None, "decision_signed"),
        ([*WAY, "decision"], "conditions", None, "decision_signed"),
        ([*WAY, "decision", "official"], "pass", None, "official"),
        ([*WAY, "official"], "conditions", None, "official"),  # the decision was not recorded
        (ALL, "pass", None, "announced"),
        # Only a ruling makes a facility evaluated, whatever else is recorded.
        ([*WAY, "decision", "official", "portal"], None, None, "self_assessed"),
        ([*WAY, "decision", "official"], "fail", None, "council_failed"),
        ([*WAY, "portal"], "pass", None, "council_passed"),  # announced before official use
    ],
)
def test_stage(milestones, conclusion, council_on, stage):
    found = stage_of(reached(*milestones), conclusion=conclusion, council_on=council_on)
    assert found == FacilityStage(stage)


@pytest.mark.parametrize("conclusion", [None, *Conclusion.values])
def test_only_a_passing_ruling_opens_the_stages_behind_it(conclusion):
    stage = stage_of(reached(*ALL), conclusion=conclusion, council_on=None)
    assert (stage == FacilityStage.ANNOUNCED) == (conclusion in ("pass", "conditions"))


def step(milestones, *, conclusion=None, council_on=None, servers=True, devices=True, on=DAY):
    days = reached(*milestones)
    return next_step_of(
        stage_of(days, conclusion=conclusion, council_on=council_on),
        days,
        has_servers=servers,
        has_devices=devices,
        council_on=council_on,
        on=on,
    )


@pytest.mark.parametrize(
    ("milestones", "has", "expected"),
    [
        ([], {"servers": False, "devices": False}, "servers"),
        ([], {"devices": False}, "devices"),
        ([], {}, "pilot"),
        (["preparing"], {}, "pilot"),
        (["pilot"], {}, "launch"),
        (["launch"], {}, "self_assessment"),  # nobody pilots what is launched
        (WAY[:3], {}, "self_assessment"),
        (WAY, {}, "fix_council"),
        (WAY, {"servers": False}, "servers"),
        (WAY, {"devices": False}, "devices"),
        (WAY, {"conclusion": "fail"}, "evaluate_again"),
        (WAY, {"conclusion": "pass"}, "decision"),
        (WAY, {"conclusion": "conditions"}, "decision"),
        ([*WAY, "decision"], {"conclusion": "pass"}, "official"),
        ([*WAY, "decision", "official"], {"conclusion": "pass"}, "portal"),
        (ALL, {"conclusion": "pass"}, "nothing"),
        (ALL, {"conclusion": "pass", "servers": False, "devices": False}, "nothing"),
    ],
)
def test_next_step(milestones, has, expected):
    assert step(milestones, **has) == NextStep(expected)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (SCHEDULED - ONE_DAY, "hold_council"),
        (SCHEDULED, "hold_council"),
        (SCHEDULED + ONE_DAY, "record_ruling"),
    ],
)
@pytest.mark.parametrize("conclusion", [None, "fail"])
def test_after_the_councils_day_its_ruling_is_missing(on, expected, conclusion):
    found = step(WAY, council_on=SCHEDULED, conclusion=conclusion, on=on)
    assert found == NextStep(expected)


def test_every_stage_and_every_step_has_its_own_words():
    for choices in (FacilityStage, NextStep):
        labels = [str(label) for label in choices.labels]
        assert len(set(labels)) == len(labels)
        assert all(labels)


def test_official_use_without_any_ruling_is_no_more_than_launched():
    reached = {Milestone.OFFICIAL: date(2025, 5, 1)}
    assert stage_of(reached, conclusion=None, council_on=None) == FacilityStage.LAUNCHED
