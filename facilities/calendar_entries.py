"""Verbs of the working calendar. Whoever calls has settled the permission."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from facilities.models import CalendarDay, User
from facilities.services import record


@transaction.atomic
def enter_days(
    *, days: Iterable[tuple[date, str, str]], source: str, by: User
) -> list[CalendarDay]:
    """Days off and days worked instead, each as day, kind and name: all of them or none."""
    days = list(days)
    standing = CalendarDay.objects.known().filter(day__in=[day for day, _kind, _name in days])
    if taken := standing.first():
        raise ValidationError(
            {
                "lines": _("%(day)s is already in the calendar. Withdraw it first.")
                % {"day": taken.day.strftime("%d/%m/%Y")}
            },
            code="taken",
        )
    return [
        record(CalendarDay(day=day, kind=kind, name_vi=name, source=source), by=by)
        for day, kind, name in days
    ]
