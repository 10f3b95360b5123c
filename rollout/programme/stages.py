"""How far one facility has come, and what it must do next. Pure: no database, no clock."""

from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rollout.models.councils import PASSING, Conclusion
from rollout.models.milestones import WHOLE_WAY, Milestone, Way


class FacilityStage(models.TextChoices):
    UNKNOWN = "unknown", pgettext_lazy("stage", "Not known")
    NOT_STARTED = "not_started", _("Not started")
    PREPARING = "preparing", pgettext_lazy("stage", "Preparing")
    PILOTING = "piloting", _("Piloting")
    LAUNCHED = "launched", _("Launched")
    SELF_ASSESSED = "self_assessed", _("Self-assessed")
    COUNCIL_SCHEDULED = "council_scheduled", _("Council scheduled")
    COUNCIL_FAILED = "council_failed", _("Failed by the council")
    COUNCIL_PASSED = "council_passed", _("Passed by the council")
    COUNCIL_CONDITIONS = "council_conditions", _("Passed with conditions")
    DECISION_SIGNED = "decision_signed", pgettext_lazy("stage", "Decision signed")
    OFFICIAL = "official", _("In official use")
    ANNOUNCED = "announced", pgettext_lazy("stage", "Announced on the portal")


class NextStep(models.TextChoices):
    RECORD = "record", _("Say how far it is")
    SERVERS = "servers", _("Get the EMR server accepted")
    DEVICES = "devices", _("Complete the devices")
    PILOT = "pilot", _("Begin the pilot")
    LAUNCH = "launch", _("Launch")
    SELF_ASSESSMENT = "self_assessment", _("Assess itself")
    FIX_COUNCIL = "fix_council", _("Fix the council's date")
    HOLD_COUNCIL = "hold_council", _("Hold the council")
    RECORD_RULING = "record_ruling", _("Record what the council ruled")
    EVALUATE_AGAIN = "evaluate_again", _("Correct and be evaluated again")
    DECISION = "decision", _("Sign the decision")
    OFFICIAL = "official", _("Begin official use")
    PORTAL = "portal", _("Announce on the portal")
    NOTHING = "nothing", _("Nothing: all done")


def stage_of(
    milestones: Mapping[str, date | None],
    *,
    conclusion: str | None,
    council_on: date | None,
    is_known: bool = True,
    way: Way = WHOLE_WAY,
) -> FacilityStage:
    """The stage from the milestones reached by the day, the standing ruling, and the council's date.

    `conclusion`: of the latest ruling up to the day, None without one. `council_on`: the date of
    the meeting that has not ruled yet, None without one. `is_known`: whether silence about all of it
    means that nothing has begun. `way`: the milestones that lie on its way; where no council does,
    official use needs no ruling.
    """
    reached = {code for code, day in milestones.items() if day is not None}
    if Milestone.COUNCIL not in way:
        if Milestone.OFFICIAL in reached:
            announced = Milestone.PORTAL in reached
            return FacilityStage.ANNOUNCED if announced else FacilityStage.OFFICIAL
        if Milestone.DECISION in reached:
            return FacilityStage.DECISION_SIGNED
    passed = conclusion in PASSING
    if passed and Milestone.OFFICIAL in reached:
        announced = Milestone.PORTAL in reached
        return FacilityStage.ANNOUNCED if announced else FacilityStage.OFFICIAL
    if passed and Milestone.DECISION in reached:
        return FacilityStage.DECISION_SIGNED
    if passed:
        conditions = conclusion == Conclusion.CONDITIONS
        return FacilityStage.COUNCIL_CONDITIONS if conditions else FacilityStage.COUNCIL_PASSED
    if council_on is not None:
        return FacilityStage.COUNCIL_SCHEDULED
    if conclusion == Conclusion.FAIL:
        return FacilityStage.COUNCIL_FAILED
    for milestone, stage in (
        (Milestone.SELF_ASSESSMENT, FacilityStage.SELF_ASSESSED),
        (Milestone.LAUNCH, FacilityStage.LAUNCHED),
        # Used officially, but by no council's ruling: it runs, and no more can be said.
        (Milestone.OFFICIAL, FacilityStage.LAUNCHED),
        (Milestone.PILOT, FacilityStage.PILOTING),
        (Milestone.PREPARING, FacilityStage.PREPARING),
    ):
        if milestone in reached:
            return stage
    return FacilityStage.NOT_STARTED if is_known else FacilityStage.UNKNOWN


def next_step_of(
    stage: FacilityStage,
    milestones: Mapping[str, date | None],
    *,
    has_servers: bool,
    has_devices: bool,
    council_on: date | None,
    on: date,
    way: Way = WHOLE_WAY,
) -> NextStep:
    """The first thing that is missing on the way. What is not known of servers or devices holds nothing up."""
    if stage == FacilityStage.ANNOUNCED:
        return NextStep.NOTHING
    if stage == FacilityStage.OFFICIAL:
        return NextStep.PORTAL if Milestone.PORTAL in way else NextStep.NOTHING
    if stage == FacilityStage.DECISION_SIGNED:
        return NextStep.OFFICIAL
    if stage in (FacilityStage.COUNCIL_PASSED, FacilityStage.COUNCIL_CONDITIONS):
        return NextStep.DECISION
    if stage == FacilityStage.COUNCIL_FAILED:
        return NextStep.EVALUATE_AGAIN
    if stage == FacilityStage.COUNCIL_SCHEDULED:
        has_passed = council_on is not None and council_on < on
        return NextStep.RECORD_RULING if has_passed else NextStep.HOLD_COUNCIL
    for missing, step in (
        (not has_servers, NextStep.SERVERS),
        (not has_devices, NextStep.DEVICES),
        (stage == FacilityStage.UNKNOWN, NextStep.RECORD),
        (
            Milestone.PILOT in way
            and not milestones.get(Milestone.PILOT)
            and not milestones.get(Milestone.LAUNCH),
            NextStep.PILOT,
        ),
        (Milestone.LAUNCH in way and not milestones.get(Milestone.LAUNCH), NextStep.LAUNCH),
        (
            Milestone.SELF_ASSESSMENT in way and not milestones.get(Milestone.SELF_ASSESSMENT),
            NextStep.SELF_ASSESSMENT,
        ),
        (Milestone.COUNCIL in way, NextStep.FIX_COUNCIL),
        (Milestone.DECISION in way, NextStep.DECISION),
    ):
        if missing:
            return step
    return NextStep.OFFICIAL
