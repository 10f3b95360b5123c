"""Alerts: which deadlines are told, from when on, and how loudly.

A deadline has at most one open alert: level 0 from some working days before it up to the day
itself, level 1 from the next working day on. Higher levels are left for escalation.

`raise_alerts(on)` makes the table agree with the facts of a day, so a missed night repairs itself:

- What is overdue for weeks gets its level 1 at the next run. Its level 0 is not made up for: it
  would say that something is coming which has long passed.
- An alert is cleared once its cause is gone: done, withdrawn, moved to another day, out of the
  rollout, or (level 0) past its day. If the same cause comes back, the same row is opened again.
- Words, severity and page of an open alert follow the facts.

Days go forward: once alerts stand at a day, a run for an earlier one (a message that was late, a
command typed with an old date) changes nothing. An empty table may begin with any day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Self

import structlog
from django.core.cache import cache
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from equipment import durations as of_stages
from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import FacilityVersion, Ledger
from facilities.timeline import Deadline
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures import spliced
from rollout.figures.cached import keep_seconds, key
from rollout.figures.due import due
from rollout.figures.reach import Reach
from rollout.figures.shares import Share, SharedOut, cut
from rollout.models import Alert
from rollout.notices.webhooks import calls
from rollout.programme import durations, must_start, reporting
from rollout.programme.deadlines import deadlines, of_directives
from rollout.schedule import RAISE_ALERTS
from rollout.turns import write_in_turn
from signatures import campaigns

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)

NOTICE, WARNING, LATE = Alert.Severity.NOTICE, Alert.Severity.WARNING, Alert.Severity.LATE

COMING, OVERDUE = 0, 1  # levels


@dataclass(frozen=True)
class Rule:
    """From how many working days before the due day on a deadline is told, and how loudly."""

    label: "StrOrPromise"
    notice: int  # first told so many days before
    warning: int  # louder from so many days before
    place: str  # anchor on the facility's page, or the name of the page where there is no facility
    is_late: bool = True  # once its day has passed; a latest day is only warned of

    def stage(self, due_on: date, on: date, working: WorkingDays) -> tuple[int, str] | None:
        """Level and severity on day `on`; None while it is too early to tell."""
        if working.late(due_on, on):
            return OVERDUE, LATE if self.is_late else WARNING
        left = working.between(on, due_on)
        if left > self.notice:
            return None
        return COMING, WARNING if left <= self.warning else NOTICE


RULES = {
    "procurement_stage": Rule(_("Procurement stage"), notice=5, warning=2, place="files"),
    must_start.FILE: Rule(
        _("Latest day to start"), notice=10, warning=3, place="files", is_late=False
    ),
    must_start.MILESTONE: Rule(
        _("Latest day for a milestone"), notice=10, warning=3, place="line", is_late=False
    ),
    must_start.REQUEST: Rule(
        _("Latest day to ask for signatures"), notice=10, warning=3, place="funnel", is_late=False
    ),
    "milestone": Rule(_("Milestone"), notice=10, warning=3, place="line"),
    "council": Rule(_("Council meeting"), notice=5, warning=1, place="councils"),
    "condition": Rule(_("Condition of a council"), notice=5, warning=2, place="councils"),
    "directive": Rule(_("Directive"), notice=5, warning=2, place="rollout:directive-list"),
    "certificate_expiry": Rule(
        _("Expiry of digital signatures"), notice=60, warning=20, place="funnel"
    ),
    campaigns.RULE: Rule(
        _("Campaign of digital signatures"), notice=20, warning=5, place="rollout:campaign-list"
    ),
    reporting.RULE: Rule(
        _("Weekly report"), notice=reporting.SOON_DAYS, warning=0, place="reports"
    ),
    "legal": Rule(_("Legal deadline"), notice=60, warning=20, place="rollout:deadline-list"),
}

ANY = Q()
KEY = ("rule", "subject", "due_on", "level")
Key = tuple[str, str, date, int]
FOLLOWING = ("facility_id", "severity", "what_vi", "what_en", "url")  # what follows the facts


def raise_alerts(on: date) -> int:
    """Make the alerts agree with the facts on day `on`; returns how many were raised or reopened.

    A fixed number of queries while no fact moves. Ten runs at once leave the same rows as one. Of very
    many facilities the work is shared out (`rollout.figures.shares`), and each share written by itself.
    """
    if shares := cut(on):
        return _raise_in_shares(on, shares)
    return write_in_turn(
        lambda: alerts_due(AsOf(on)),
        lambda wanted: _write(on, wanted),
    )


class Asked(NamedTuple):
    """What whoever raises the alerts of a share needs to know of all facilities, at a version of the ledger."""

    on: date
    version: int
    milestones: dict[str, tuple[int, ...]]  # how long they took, see `durations.seen`
    stages: dict[of_stages.Step, list[int]]

    @classmethod
    def read(cls, on: date) -> Self:
        version, as_of = Ledger.current(), AsOf(on)
        return cls(on, version, durations.seen(as_of), of_stages.seen(as_of))


class _Raised(NamedTuple):
    """With what the alerts of a day agree."""

    version: int
    durations: tuple[object, ...]


def raise_of(asked: Asked, share: Share) -> int:
    """Make the alerts of these facilities agree with the facts; returns how many were raised."""
    ids = Reach.of(share).read

    def computed() -> list[Alert]:
        as_of = AsOf(asked.on, facility_ids=ids)
        if Ledger.current() == asked.version:
            as_of.read[durations.seen.__wrapped__] = asked.milestones  # type: ignore[attr-defined]  # set by wraps
            as_of.read[of_stages.seen.__wrapped__] = asked.stages  # type: ignore[attr-defined]
        return [alert for alert in alerts_due(as_of) if alert.facility_id in share]

    return write_in_turn(
        computed, lambda wanted: _write(asked.on, wanted, Q(facility__in=list(share)))
    )


def _raise_in_shares(on: date, shares: list[Share]) -> int:
    """After a few facts only the alerts of those are told anew whose facts have moved."""
    asked, place = Asked.read(on), key("alerts", "kept", on)
    before: _Raised | None = cache.get(place)
    moved = _moved_since(before.version) if before else None
    if before and moved is not None and before.durations == asked[2:]:
        raised = raise_of(asked, Reach.of(moved).affected) if moved else 0
    else:
        round_ = SharedOut[Asked, int](RAISE_ALERTS, on, asked.version, raise_of)
        raised = sum(round_.gathered(asked, shares))
    raised += write_in_turn(
        lambda: _of_nobody(on), lambda wanted: _write(on, wanted, Q(facility=None))
    )
    cache.set(place, _Raised(asked.version, asked[2:]), keep_seconds(None))
    return raised


def _moved_since(version: int) -> frozenset[int] | None:
    """Whose facts have moved since; None where these are many, or any may have."""
    if Ledger.versions()[1] > version:
        return None
    moved = FacilityVersion.since(version)
    return frozenset(moved) if len(moved) <= spliced.MOST_MENDED else None


def _of_nobody(on: date) -> list[Alert]:
    """Of directives and of the law."""
    working = working_days_of(AsOf(on))
    found = [one._replace(working=working) for one in of_directives(on, None)]
    return _alerts(on, _told(on, {}, [*found, *due(on).of_the_law()]))


def _write(on: date, wanted: list[Alert], among: Q = ANY) -> int:
    reached = last_day()
    if reached and reached > on:
        log.info("alerts_stand_at_a_later_day", asked=on.isoformat(), stand=reached.isoformat())
        return 0
    return write(on, wanted, RULES, among)


def write(on: date, called_for: Iterable[Alert], rules: Iterable[str], among: Q = ANY) -> int:
    """Make the stored alerts of these rules those that are called for; returns how many are new.

    `among`: of which stored ones. The caller has its turn to write.
    """
    wanted = {_key(alert): alert for alert in called_for}
    candidates = _open_or_due_like(wanted, rules).filter(among)
    stored = {_key(alert): alert for alert in candidates}
    Alert.objects.bulk_create(
        [alert for place, alert in sorted(wanted.items()) if _differs(alert, stored.get(place))],
        batch_size=500,
        update_conflicts=True,
        unique_fields=KEY,
        update_fields=[*(name.removesuffix("_id") for name in FOLLOWING), "cleared_on"],
    )
    is_open = {place for place, alert in stored.items() if alert.cleared_on is None}
    gone = [stored[place] for place in sorted(is_open - wanted.keys())]
    if gone:
        Alert.objects.filter(pk__in=[alert.pk for alert in gone]).update(cleared_on=on)
    raised = sorted(wanted.keys() - is_open)
    calls.announce([wanted[place] for place in raised], gone, on)
    return len(raised)


def last_day() -> date | None:
    """The latest day for which deadlines were raised or cleared; None before the first."""
    own = Alert.objects.filter(rule__in=list(RULES))
    days = own.aggregate(raised=Max("raised_on"), cleared=Max("cleared_on"))
    return max((day for day in days.values() if day), default=None)


def standing(on: date, known_at: datetime | None = None) -> QuerySet[Alert]:
    """The alerts that stood on the day, raised by then and not yet cleared, by the day they are due.

    `known_at`: only those that had been raised at that moment.
    """
    rows = Alert.objects.filter(raised_on__lte=on)
    if known_at:
        rows = rows.filter(raised_at__lte=known_at)
    return rows.filter(Q(cleared_on__isnull=True) | Q(cleared_on__gt=on)).order_by("due_on", "pk")


def alerts_due(as_of: AsOf) -> list[Alert]:
    """The alerts that the facts call for on the day, unsaved."""
    on = as_of.until
    facilities = {f.id: f for f in as_of.on(on) if f.in_rollout}
    return _alerts(on, _told(on, facilities, chain(deadlines(as_of), must_start.deadlines(as_of))))


class Told(NamedTuple):
    """A deadline that is to be told on a day."""

    deadline: Deadline
    facility: FacilityOnDay | None
    level: int
    severity: str


def _told(
    on: date, facilities: Mapping[int, FacilityOnDay], found: Iterable[Deadline]
) -> list[Told]:
    told = []
    for deadline in found:
        facility = facilities.get(deadline.facility_id) if deadline.facility_id else None
        if deadline.done_on is not None or (deadline.facility_id and facility is None):
            continue
        stage = RULES[deadline.rule].stage(deadline.due_on, on, deadline.working)
        if stage is not None:
            told.append(Told(deadline, facility, *stage))
    return told


def _alerts(on: date, told: list[Told]) -> list[Alert]:
    page_of = _Pages()
    return [
        Alert(
            rule=deadline.rule,
            subject=deadline.subject,
            facility_id=deadline.facility_id,
            due_on=deadline.due_on,
            level=level,
            severity=severity,
            what_vi=what_vi,
            what_en=what_en,
            url=page_of[RULES[deadline.rule].place, facility],
            raised_on=on,
        )
        for (deadline, facility, level, severity), what_vi, what_en in zip(
            told, _words("vi", told), _words("en", told), strict=True
        )
    ]


def _words(language: str, told: list[Told]) -> list[str]:
    """What is due, with the name that the facility has on the day."""
    limit = Alert.MOST_LETTERS
    with override(language):
        texts = [
            f"{one.facility.name}: {one.deadline.what}" if one.facility else str(one.deadline.what)
            for one in told
        ]
    return [text if len(text) <= limit else f"{text[: limit - 1]}…" for text in texts]


class _Pages(dict[tuple[str, FacilityOnDay | None], str]):
    """Addresses by place and facility, each made once."""

    def __missing__(self, key: tuple[str, FacilityOnDay | None]) -> str:
        place, facility = key
        if facility is None or ":" in place:
            address = reverse(place)
        else:
            address = f"{reverse('rollout:facility', args=[facility.code])}#{place}"
        self[key] = address
        return address


def _open_or_due_like(wanted: dict[Key, Alert], rules: Iterable[str]) -> QuerySet[Alert]:
    """Open alerts, and cleared ones that may have to be opened again."""
    due = [alert.due_on for alert in wanted.values()]
    candidates = Q(cleared_on__isnull=True)
    if due:
        candidates |= Q(due_on__range=(min(due), max(due)))
    return Alert.objects.filter(candidates, rule__in=list(rules))


def _key(alert: Alert) -> Key:
    return alert.rule, alert.subject, alert.due_on, alert.level


def _differs(alert: Alert, stored: Alert | None) -> bool:
    return (
        stored is None
        or stored.cleared_on is not None
        or any(getattr(alert, name) != getattr(stored, name) for name in FOLLOWING)
    )
