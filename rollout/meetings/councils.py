"""Fixing the day of a council: the one verb of councils that asks the figures."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from facilities.as_of import AsOf
from facilities.models import User
from facilities.services import day_of_writing
from rollout.meetings.readiness import readiness
from rollout.models import CouncilDate, CouncilMeeting
from rollout.programme.councils.criteria import basis_needed
from rollout.programme.councils.services import ruling_of
from rollout.programme.services import schedule_council


@transaction.atomic
def fix(
    *,
    meeting: CouncilMeeting,
    scheduled_on: date,
    set_on: date,
    by: User,
    because: str = "",
    override: str = "",
) -> CouncilDate:
    """Fix the day of a meeting, or move it. Raises ValidationError naming the field.

    Moving needs a reason; a day on which the criteria are not in force needs the basis written; a
    facility that is not ready needs an `override`, for which whoever fixes the day answers by name.
    """
    row = CouncilMeeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if set_on > day_of_writing():
        raise ValidationError(
            {"set_on": _("This day is still to come. Record it once it has happened.")},
            code="future",
        )
    if scheduled_on < set_on:
        raise ValidationError(
            {"scheduled_on": _("The day lies before the one on which it is fixed.")}, code="before"
        )
    dates = CouncilDate.objects.known().filter(meeting=row)
    if dates.filter(effective_from=set_on).exists():
        raise ValidationError(
            {"set_on": _("A day was fixed on this day already. Withdraw that one first.")},
            code="taken",
        )
    if dates.exists() and not because.strip():
        raise ValidationError({"because": _("Say why the day is moved.")}, code="required")
    if ruling_of(row):
        raise ValidationError(
            _("The council has ruled. Another evaluation is a council of its own."), code="ruled"
        )
    if row.criteria_set and basis_needed(row.criteria_set, scheduled_on) and not row.basis:
        raise ValidationError(
            {
                "scheduled_on": _(
                    "On this day %(set)s is not in force. Write the legal basis of the council first."
                )
                % {"set": row.criteria_set.name}
            },
            code="no_basis",
        )
    checks = readiness(row.facility_id, AsOf(set_on))
    if not all(check.met for check in checks) and not override.strip():
        missing = "; ".join(str(check.label) for check in checks if not check.met)
        raise ValidationError(
            {
                "override": _("Not ready: %(missing)s. Say why the day is fixed all the same.")
                % {"missing": missing}
            },
            code="not_ready",
        )
    fixed = schedule_council(
        meeting=row, scheduled_on=scheduled_on, set_on=set_on, by=by, because=because.strip()
    )
    if override.strip():
        fixed.override = override.strip()
        fixed.full_clean()
        fixed.save(update_fields=["override"])
    return fixed
