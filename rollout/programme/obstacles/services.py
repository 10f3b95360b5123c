"""Verbs about obstacles: whom they hold, urging, clearing. Whoever calls has settled the permission.

The obstacle itself is a row of a register (`rollout.registers.steering`): raised, described, withdrawn there.
"""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from facilities import clock
from facilities.models import Agency, Document, Facility, User
from facilities.services import AlreadyWithdrawn, correct, record
from rollout.models import Obstacle, ObstacleCleared, ObstacleHold, Urging
from rollout.programme.obstacles import rules
from rollout.templatetags.figures import day as written


@transaction.atomic
def hold(
    *,
    obstacle: Obstacle,
    facilities: Iterable[Facility],
    milestone: str,
    since: date,
    by: User,
    document: Document | None = None,
    source: str = "",
) -> list[ObstacleHold]:
    """It holds a milestone of these facilities from a day on: all of them or none.

    The day may lie before the one on which somebody raised the obstacle; not on or after its
    clearing. What was free of it may be held anew, from the day it became free at the earliest.
    """
    row, facilities = _standing(obstacle), list(facilities)
    cleared = _clearing(row)
    if cleared and since >= cleared.cleared_on:
        raise ValidationError(
            {"since": _("The obstacle had been resolved by this day. It blocks nobody any more.")},
            code="cleared",
        )
    if held := (
        ObstacleHold.objects.known()
        .filter(obstacle=row, facility__in=facilities, milestone=milestone)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=since) | Q(happened_on__gte=since))
        .select_related("facility")
        .first()
    ):
        raise ValidationError(
            {
                "facilities": _(
                    "%(facility)s is blocked from %(since)s already. End that first, or give a "
                    "date from which it is unblocked."
                )
                % {"facility": held.facility, "since": written(held.happened_on)}
            },
            code="held",
        )
    try:
        return [
            record(
                ObstacleHold(
                    obstacle=row,
                    facility=facility,
                    milestone=milestone,
                    happened_on=since,
                    document=document,
                    source=source,
                ),
                by=by,
            )
            for facility in facilities
        ]
    except ValidationError as error:
        raise _renamed(error, happened_on="since") from None


@transaction.atomic
def end_hold(*, held: ObstacleHold, ends_on: date, because: str, by: User) -> ObstacleHold:
    """One facility is free from a day on, though the obstacle stands. Returns the corrected hold."""
    if ends_on < held.happened_on:
        raise ValidationError(
            {"ends_on": _("It cannot be unblocked before it was blocked.")}, code="before"
        )
    ended = correct(fact=held, because=because, by=by, ends_on=ends_on)
    if ends_on > clock.day_of(ended.recorded_at):
        raise ValidationError(
            {"ends_on": _("This day is still to come. Record it once it has happened.")},
            code="future",
        )
    return ended


@transaction.atomic
def clear(
    *,
    obstacle: Obstacle,
    cleared_on: date,
    by: User,
    document: Document | None = None,
    source: str = "",
) -> ObstacleCleared:
    """It is out of the way: from this day on it holds nobody."""
    row = _standing(obstacle)
    if fault := rules.cleared_too_early(row.raised_on, cleared_on):
        raise ValidationError({"cleared_on": fault}, code="before")
    return record(
        ObstacleCleared(obstacle=row, cleared_on=cleared_on, document=document, source=source),
        by=by,
    )


@transaction.atomic
def urge(
    *,
    obstacle: Obstacle,
    happened_on: date,
    by: User,
    agency: Agency | None = None,
    whom: str = "",
    letter_number: str = "",
    note: str = "",
    document: Document | None = None,
) -> Urging:
    """Somebody was chased about it: an agency, or whoever `whom` names."""
    row = _standing(obstacle)
    if agency is None and not whom.strip():
        raise ValidationError({"whom": _("Say who was asked.")}, code="required")
    if happened_on < row.raised_on:
        raise ValidationError(
            {"happened_on": _("On this day it had not been raised yet.")}, code="before"
        )
    return record(
        Urging(
            obstacle=row,
            agency=agency,
            whom=whom.strip(),
            happened_on=happened_on,
            letter_number=letter_number,
            note=note,
            document=document,
        ),
        by=by,
    )


def _standing(obstacle: Obstacle) -> Obstacle:
    row = Obstacle.objects.select_for_update(no_key=True).get(pk=obstacle.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


def _clearing(obstacle: Obstacle) -> ObstacleCleared | None:
    return ObstacleCleared.objects.known().filter(obstacle=obstacle).first()


def _renamed(error: ValidationError, **names: str) -> ValidationError:
    """The same refusal, under the names that the caller's arguments have."""
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError(
        {names.get(name, name): problems for name, problems in error.error_dict.items()}
    )
