"""Fixing the day of a council: the one verb of councils that asks the figures."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from facilities.as_of import AsOf
from facilities.models import User
from facilities.services import day_of_writing
from rollout.figures.readiness import missing, readiness
from rollout.models import CouncilDate, CouncilMeeting
from rollout.programme.councils import rules
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
    if fault := rules.fixed_too_late(set_on, scheduled_on):
        raise ValidationError({"scheduled_on": fault}, code="before")
    dates = CouncilDate.objects.known().filter(meeting=row)
    if dates.filter(effective_from=set_on).exists():
        raise ValidationError(
            {"set_on": _("A day was fixed on this day already. Withdraw that one first.")},
            code="taken",
        )
    if dates.exists() and not because.strip():
        raise ValidationError({"because": rules.moved_without_reason()}, code="required")
    if ruling_of(row):
        raise ValidationError(rules.has_ruled(), code="ruled")
    if fault := rules.not_in_force(row.criteria_set, row.basis, scheduled_on):
        raise ValidationError({"scheduled_on": fault}, code="no_basis")
    checks = readiness(row.facility_id, AsOf(set_on))
    if (lacking := missing(checks)) and not override.strip():
        raise ValidationError(
            {
                "override": _("Not ready: %(missing)s. Say why the day is fixed all the same.")
                % {"missing": lacking}
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
