"""What people do about what they were told: see to it, put it off, have read it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.models import User
from facilities.services import day_of_writing
from facilities.working_days import working_days
from rollout.models import Alert, AlertResponse, Notice

LONGEST = 10  # working days for which a person may put an alert off, from the first time on


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, at: datetime | None = None) -> AlertResponse:
    """This person sees to it and is not told again; the ladder goes on for others."""
    read(alert=alert, by=by, at=at)
    return AlertResponse.objects.get_or_create(
        alert=alert, by=by, kind=AlertResponse.Kind.ACKNOWLEDGED, defaults={"on": day_of_writing()}
    )[0]


@transaction.atomic
def put_off(*, alert: Alert, until: date, because: str, by: User) -> AlertResponse:
    """This person is not told of it before that day. Bounded, never without a reason, once for all:
    putting it off again does not move the last day that is possible.
    """
    today = day_of_writing()
    earlier = AlertResponse.objects.filter(alert=alert, by=by, kind=AlertResponse.Kind.SNOOZED)
    first = earlier.aggregate(first=Min("on"))["first"] or today
    last = working_days().add(first, LONGEST)
    if last <= today:
        raise ValidationError(
            {
                "until": _(
                    "You postponed it on %(first)s already; it cannot be postponed any longer."
                )
                % {"first": date_format(first, "SHORT_DATE_FORMAT")}
            },
            code="bounds",
        )
    if not today < until <= last:
        raise ValidationError(
            {
                "until": _("Give a day after today, %(last)s at the latest.")
                % {"last": date_format(last, "SHORT_DATE_FORMAT")}
            },
            code="bounds",
        )
    if not because.strip():
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    read(alert=alert, by=by)
    return AlertResponse.objects.create(
        alert=alert,
        by=by,
        kind=AlertResponse.Kind.SNOOZED,
        until=until,
        because=because.strip(),
        on=today,
    )


def unread(person: User) -> int:
    """How many reminders they have not read: one query, every page asks it."""
    return Notice.objects.filter(person=person, read_at__isnull=True).count()


def read(*, by: User, alert: Alert | None = None, at: datetime | None = None) -> int:
    """They have read what was told about it, or everything."""
    waiting = Notice.objects.filter(person=by, read_at__isnull=True)
    if alert is not None:
        waiting = waiting.filter(alert=alert)
    return waiting.update(read_at=at or timezone.now())
