"""What stands in a person's inbox: what is open once each, the worst first, and what was solved lately."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from facilities.models import User
from facilities.working_days import WorkingDays
from rollout.models import Alert, Notice
from rollout.programme.late import days_late, thing_of, trouble

MOST = 2000  # rows looked at; nobody reads more
LATELY = 50  # solved ones shown

LOUDEST_FIRST = (Alert.Severity.LATE, Alert.Severity.WARNING, Alert.Severity.NOTICE)


@dataclass(frozen=True, slots=True)
class Standing:
    """An open alert that the person was told of. `notice`: the latest of what they were told."""

    notice: Notice
    unread: bool
    more: int  # further alerts of the same thing that they were told of
    late: int  # working days past its day; 0 while it is in time, and for a latest day
    left: int  # working days to its day

    @property
    def alert(self) -> Alert:
        return self.notice.alert


def standing(person: User, on: date, calendar: WorkingDays) -> list[Standing]:
    """However often they were told of a thing, it stands once, by the worst of its alerts: one query."""
    rows = (
        Notice.objects.filter(person=person, kind=Notice.Kind.DUE, alert__cleared_on__isnull=True)
        .select_related("alert")
        .order_by("alert__due_on", "-pk")[:MOST]
    )
    latest: dict[int, Notice] = {}
    unread = set()
    for notice in rows:
        latest.setdefault(notice.alert_id, notice)
        if notice.read_at is None:
            unread.add(notice.alert_id)
    things: dict[str, list[Standing]] = defaultdict(list)
    for pk, notice in latest.items():
        one = Standing(
            notice,
            pk in unread,
            0,
            days_late(notice.alert.rule, notice.alert.due_on, on, calendar),
            max(0, calendar.between(on, notice.alert.due_on)),
        )
        things[thing_of(notice.alert.subject)].append(one)
    worst = (in_order(some) for some in things.values())
    return in_order(
        replace(first, unread=any(one.unread for one in (first, *others)), more=len(others))
        for first, *others in worst
    )


def in_order(found: Iterable[Standing]) -> list[Standing]:
    """As every list of what is to be done: longest late first, then by day, and the louder first."""
    return sorted(
        found,
        key=lambda one: (
            *trouble(one.late, one.alert.due_on, LOUDEST_FIRST.index(one.alert.severity)),
            one.alert.pk,
        ),
    )


def of_the_same_thing(alert: Alert, person: User) -> list[Alert]:
    """The open alerts of its thing that the person was told of, itself among them."""
    told = Alert.objects.filter(
        notices__person=person, cleared_on__isnull=True, facility=alert.facility_id
    )
    thing = thing_of(alert.subject)
    return [alert, *(a for a in told.distinct() if a != alert and thing_of(a.subject) == thing)]


def by_rule(found: list[Standing]) -> list[tuple[str, int]]:
    """How many stand of each rule, the most first."""
    return Counter(one.alert.rule for one in found).most_common()


def solved(person: User) -> list[Notice]:
    """What is over, whether its all-clear was told yet or not, newest first: one query."""
    rows = Notice.objects.filter(
        Q(kind=Notice.Kind.CLEAR) | Q(alert__cleared_on__isnull=False), person=person
    )
    latest: dict[tuple[str, str, date], Notice] = {}
    for notice in rows.select_related("alert").order_by("-pk")[: 4 * LATELY]:
        alert = notice.alert
        latest.setdefault((alert.rule, alert.subject, alert.due_on), notice)
    return list(latest.values())[:LATELY]
