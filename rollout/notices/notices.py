"""Who is to be told what on a day. One notice for a person, an alert and a step: it stands in the inbox.

Of the steps that have come, only the latest for each audience is told: a missed night is made up
for once, not with everything it would have said. Whoever puts it off or sees to it is not told
again; the ladder goes on for everybody else, or one person could keep it from all above. What is
solved is told to be clear, to those who had been told that it was due.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from facilities.areas import facilities_within
from facilities.models import Role, RoleAssignment
from facilities.permissions import Places, is_in
from facilities.working_days import WorkingDays, working_days
from rollout.models import Alert, AlertResponse, Audience, Directive, Notice
from rollout.notices import watching
from rollout.notices.escalation import Step, escalation_steps
from rollout.turns import one_at_a_time

LOOK_BACK = timedelta(days=30)  # an all-clear later than this tells nobody anything

Kind = Notice.Kind


def notify(on: date) -> int:
    """Write the notices of a day; returns how many. Told twice is told once."""
    with one_at_a_time():
        notices = [*due_notices(on), *_all_clear(on)]
        Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
    return len(notices)


def due_notices(on: date, steps: dict[str, tuple[Step, ...]] | None = None) -> list[Notice]:
    """The notices that a day calls for and nobody has had yet, unsaved; by `steps`, or the ladder."""
    steps = escalation_steps() if steps is None else steps
    alerts = list(Alert.objects.filter(cleared_on__isnull=True).order_by("due_on", "pk"))
    handled = _handled(on, alerts)
    people = _People.on(on, alerts)
    had = set(
        Notice.objects.filter(alert__in=alerts, kind=Kind.DUE).values_list(
            "alert_id", "person_id", "offset", "audience"
        )
    )
    calendar = working_days()
    found: dict[tuple[int, int], Notice] = {}
    for alert in alerts:
        for step in _come(alert, steps.get(alert.rule, ()), on, calendar):
            for person_id in people.of(step.audience, alert):
                place = (alert.pk, person_id)
                if place in handled or (*place, step.offset, step.audience) in had:
                    continue
                # In two roles at once, a person is told once: as the nearer of them.
                found.setdefault(
                    place,
                    Notice(
                        alert=alert,
                        person_id=person_id,
                        kind=Kind.DUE,
                        offset=step.offset,
                        audience=step.audience,
                        severity=step.severity,
                        on=on,
                    ),
                )
    return list(found.values())


def _come(alert: Alert, steps: Iterable[Step], on: date, calendar: WorkingDays) -> Iterator[Step]:
    """Of each audience the latest step that has come, the nearest audience first."""
    if alert.rule in watching.RULES:  # they have no day before: they began
        position = alert.level + max(0, calendar.between(alert.raised_on, on))
    else:
        late = calendar.late(alert.due_on, on)
        position = late or min(0, -calendar.between(on, alert.due_on))
    for audience in Audience.values:
        come = [
            step
            for step in steps
            if step.audience == audience
            and step.offset <= position
            and (step.offset > 0) == (alert.level > 0)
        ]
        if come:
            yield max(come)


def _handled(on: date, alerts: list[Alert]) -> set[tuple[int, int]]:
    """(alert, person) of what that person has put off until after the day, or sees to."""
    rows = AlertResponse.objects.filter(alert__in=alerts).filter(
        Q(kind=AlertResponse.Kind.ACKNOWLEDGED) | Q(kind=AlertResponse.Kind.SNOOZED, until__gt=on)
    )
    return set(rows.values_list("alert", "by"))


@dataclass
class _People:
    """Who stands behind an audience, on a day."""

    # (user, facilities of the area) of those whose role is not of one facility or agency
    by_role: dict[str, list[tuple[int, Places]]] = field(default_factory=lambda: defaultdict(list))
    by_place: dict[tuple[str, int | None], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    agencies: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def on(cls, on: date, alerts: list[Alert]) -> "_People":
        found = cls()
        held = RoleAssignment.objects.on(on).filter(user__is_active=True).order_by("user_id")
        rows = list(held.values_list("role", "facility_id", "agency_id", "area_id", "user_id"))
        within = facilities_within({area for *_who, area, _user in rows if area}, on)
        for role, facility, agency, area, user in rows:
            found.by_role[role].append((user, within[area] if area else None))
            found.by_place[role, facility or agency].append(user)
        keys = [a.subject.partition(":")[2] for a in alerts if a.rule == "directive"]
        directives = Directive.objects.filter(pk__in=[key for key in keys if key.isdigit()])
        for pk, lead, other in directives.values_list("pk", "lead_id", "coordinating"):
            found.agencies[f"directive:{pk}"] |= {lead, other} - {None}
        return found

    def of(self, audience: str, alert: Alert) -> list[int]:
        if audience == Audience.AGENCY:
            return [
                person
                for agency in sorted(self.agencies.get(alert.subject, ()))
                for person in self.by_place.get((Role.AGENCY, agency), ())
            ]
        if audience in (Audience.OFFICER, Audience.HEAD):
            return self.by_place.get((audience, alert.facility_id), [])
        # Staff of an area are told what is due there; what is of no facility is the province's.
        return [
            user
            for user, places in self.by_role.get(audience, ())
            if is_in(alert.facility_id, places)
        ]


def open_of_the_same_cause() -> QuerySet[Alert]:
    """For a query of notices: the alerts that stand open of what each notice is about."""
    return Alert.objects.filter(
        rule=OuterRef("alert__rule"),
        subject=OuterRef("alert__subject"),
        due_on=OuterRef("alert__due_on"),
        cleared_on__isnull=True,
    )


def _all_clear(on: date) -> list[Notice]:
    """For whoever was told that it is due, once nothing of it stands open any more."""
    told_already = Notice.objects.filter(
        kind=Kind.CLEAR,
        person=OuterRef("person"),
        alert__rule=OuterRef("alert__rule"),
        alert__subject=OuterRef("alert__subject"),
        alert__due_on=OuterRef("alert__due_on"),
    )
    rows = (
        Notice.objects.filter(kind=Kind.DUE, alert__cleared_on__gte=on - LOOK_BACK)
        .filter(~Q(Exists(open_of_the_same_cause())), ~Q(Exists(told_already)))
        .select_related("alert")
        .order_by("alert__level", "offset")
    )
    last = {
        (row.person_id, row.alert.rule, row.alert.subject, row.alert.due_on): row for row in rows
    }
    return [
        Notice(
            alert=row.alert,
            person_id=row.person_id,
            kind=Kind.CLEAR,
            offset=row.offset,
            audience=row.audience,
            severity=Alert.Severity.NOTICE,
            on=on,
        )
        for row in last.values()
    ]
