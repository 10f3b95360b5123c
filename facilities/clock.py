"""What day it is: the only place that knows.

Normally the day in Viet Nam. A product with sample data may stand on the day of its sample
(`EMR_TODAY`): pages, deadlines, alerts and reminders then speak of that day, while the moments that
are written down (when something was recorded, a job ran, a session began) stay those of the clock.
"""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

MOST_APART = timedelta(minutes=5)


def today() -> date:
    """The day the product is on. Below the edges a day is an argument, so only edges ask."""
    return settings.TODAY or real_day()


def real_day() -> date:
    """The day by the clock, whatever day the product is on: until when a key is accepted."""
    return timezone.localdate()


def day_of(moment: datetime) -> date:
    """The product's day at a moment: what is recorded while it stands on a day happens on that day."""
    return timezone.localdate(as_if_today(moment))


def as_if_today(moment: datetime) -> datetime:
    """A moment after the day the product stands on, at the same hour of that day; others as they are."""
    local = timezone.localtime(moment)
    if settings.TODAY is None or local.date() <= settings.TODAY:
        return moment
    return timezone.make_aware(datetime.combine(settings.TODAY, local.time()))


def ends_at(day: date) -> datetime | None:
    """The moment with which a day is over; None for the day the product stands on: it does not end."""
    if day == settings.TODAY:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def off_by() -> timedelta:
    """How far the clock of this machine is from that of the database, which all machines share."""
    if connection.vendor != "postgresql":
        return timedelta()  # it is in this machine
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return timezone.now() - there


def is_off() -> bool:
    """Whether this machine must not say what day it is."""
    return abs(off_by()) > MOST_APART
