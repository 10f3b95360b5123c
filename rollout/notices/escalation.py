"""The ladder: for each rule, so many working days before or after the due day, who is told how loudly.

What the Department has set for a rule holds instead of all that stands here for it.
"""

from collections import defaultdict
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import User
from facilities.services import record, withdraw
from rollout.models import Alert, Audience, EscalationStep
from rollout.notices import alerts, watching
from rollout.programme import must_start
from signatures import campaigns

NOTICE, WARNING, LATE = Alert.Severity.NOTICE, Alert.Severity.WARNING, Alert.Severity.LATE
OFFICER, HEAD, AGENCY = Audience.OFFICER, Audience.HEAD, Audience.AGENCY
DEPARTMENT, LEADER = Audience.DEPARTMENT, Audience.LEADER

RULES = {code: rule.label for code, rule in alerts.RULES.items()} | watching.RULES


class Step(NamedTuple):
    """`offset`: working days from the due day; minus is before it. LATE goes out at once."""

    offset: int
    audience: str
    severity: str


UPWARD = (
    Step(-5, OFFICER, NOTICE),
    Step(-1, OFFICER, WARNING),
    Step(0, OFFICER, WARNING),
    Step(1, OFFICER, WARNING),
    Step(3, HEAD, WARNING),
    Step(5, DEPARTMENT, WARNING),
    Step(10, LEADER, LATE),
)
EARLY = (Step(-10, OFFICER, NOTICE), *UPWARD[1:])
USUAL: dict[str, tuple[Step, ...]] = {
    must_start.FILE: EARLY,
    must_start.MILESTONE: EARLY,
    must_start.REQUEST: EARLY,
    "procurement_stage": UPWARD,
    "milestone": EARLY,
    "council": (Step(-5, DEPARTMENT, NOTICE), *UPWARD),
    "condition": UPWARD,
    "directive": (
        Step(-5, AGENCY, NOTICE),
        Step(-1, AGENCY, WARNING),
        Step(0, AGENCY, WARNING),
        Step(1, AGENCY, WARNING),
        Step(3, DEPARTMENT, WARNING),
        Step(10, LEADER, LATE),
    ),
    "certificate_expiry": (
        Step(-60, OFFICER, NOTICE),
        Step(-20, OFFICER, WARNING),
        Step(-10, OFFICER, WARNING),
        Step(-10, DEPARTMENT, NOTICE),
        Step(-5, HEAD, WARNING),
        Step(-1, OFFICER, WARNING),
        Step(1, DEPARTMENT, WARNING),
    ),
    campaigns.RULE: (Step(-20, OFFICER, NOTICE), *UPWARD),
    "status_report": (
        Step(-1, OFFICER, NOTICE),
        Step(0, OFFICER, WARNING),
        Step(1, OFFICER, WARNING),
        Step(3, HEAD, WARNING),
    ),
    "legal": (
        Step(-60, DEPARTMENT, NOTICE),
        Step(-20, DEPARTMENT, WARNING),
        Step(-5, LEADER, WARNING),
        Step(1, LEADER, LATE),
    ),
    watching.GATEWAY: (Step(1, OFFICER, WARNING), Step(2, DEPARTMENT, WARNING)),
    watching.JOB: (Step(1, DEPARTMENT, LATE),),
}


def escalation_steps() -> dict[str, tuple[Step, ...]]:
    """The steps of every rule, in the order of their days: one query."""
    found: dict[str, list[Step]] = defaultdict(list)
    rows = EscalationStep.objects.known().order_by("rule", "offset", "pk")
    for rule, offset, audience, severity in rows.values_list(
        "rule", "offset", "audience", "severity"
    ):
        found[rule].append(Step(offset, audience, severity))
    return USUAL | {rule: tuple(steps) for rule, steps in found.items()}


@transaction.atomic
def set_steps(*, rule: str, steps: list[Step], because: str, by: User) -> None:
    """From now on these steps hold for the rule. Raises ValidationError naming the field."""
    if rule not in RULES:
        raise ValidationError({"rule": _("There is no such rule.")}, code="unknown")
    if len({(step.offset, step.audience) for step in steps}) < len(steps):
        raise ValidationError(
            {"steps": _("The same recipients appear twice on one day. Remove one.")}, code="twice"
        )
    at = timezone.now()
    for row in EscalationStep.objects.known().select_for_update().filter(rule=rule):
        withdraw(fact=row, because=because, by=by, at=at)
    for step in steps:
        record(
            EscalationStep(
                rule=rule,
                offset=step.offset,
                audience=step.audience,
                severity=step.severity,
                source=because,
            ),
            by=by,
            at=at,
        )
