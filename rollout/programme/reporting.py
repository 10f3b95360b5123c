"""Which weeks a facility has to report on, which it has, and how fresh what it said is.

A week ends at its cut-off, an hour of a weekday; of a weekday off, on the next working day. On a day
looked at, the week that ends on it still runs; whoever gives the moment `at` sees it end at the hour.
Nothing here is stored but the reports themselves: late, missed and silent follow from them.

The rule of a report:

- It is an act of its own. Answering a line is noted and heard, so that a facility is not silent, but it is
  not the report of the week.
- One report answers one week: the one that ended last while that is owed, else the one that runs. On
  the due day of the one that runs it answers that one; what was missed before stays missed.
- On one day a facility reports once; whoever reports again that day gets the report there is.
- A week that was excepted, or that ended before the last, is not made good.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from facilities import clock
from facilities.as_of import AsOf, once_per_as_of
from facilities.models import ChangeSet, Facility, Scope
from facilities.working_days import WEEKENDS_ONLY, WorkingDays, working_days_of
from rollout.models import ReportingCalendar, ReportingException, StatusReport

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

End = TypeVar("End", date, datetime)

RULE = "status_report"  # of the deadlines and alerts about reports
SOON_DAYS = 2  # so many days before its cut-off a week is said to be due
SILENT_WEEKS = 2  # so many weeks without a word are silence
SHORTEST_DAYS = 4  # a shorter week, after a change of the calendar, is joined to the next
LONGEST = timedelta(days=7 + SHORTEST_DAYS)
AHEAD = timedelta(weeks=10)
STALE_AFTER = timedelta(days=30)  # for the whole province, where no calendar asks for reports


class Week(NamedTuple):
    """`begins` is the cut-off of the week before. A report at the very cut-off is in time."""

    due_on: date
    cut_off: datetime
    begins: datetime


class Calendar:
    """The weeks from the first calendar on, oldest first, and who is excepted from which."""

    def __init__(
        self,
        rows: Iterable[tuple[date, int, int]],
        exceptions: Iterable[tuple[date, int | None]] = (),
        *,
        until: date,
        working: WorkingDays = WEEKENDS_ONLY,
    ):
        """`rows`: (effective from, weekday from 1, hour), oldest first. `exceptions`: (due on, facility).

        `working`: which weekdays are off. A Saturday or Sunday that a calendar names is meant as it is.
        """
        named = list(_weeks(list(rows), until, working))
        self.weeks = [week for _day, week in named]
        self._named = dict(named)  # by the day that the calendar names, off or not
        self._days = [week.due_on for week in self.weeks]
        self._cut_offs = [week.cut_off for week in self.weeks]
        # The calendar may have moved since: then it is the week in which that day lies.
        self._excepted = {
            (week.due_on, facility_id)
            for day, facility_id in exceptions
            if (week := self._first(self._days, day))
        }

    def _first(self, ends: list[End], end: End) -> Week | None:
        place = bisect_left(ends, end)
        return self.weeks[place] if place < len(ends) else None

    def ended(self, on: date, at: datetime | None = None) -> list[Week]:
        """The weeks whose cut-off has passed: by day `on`, or by the moment `at`."""
        return self.weeks[: self._count_ended(on, at)]

    def running(self, on: date, at: datetime | None = None) -> Week:
        """The week that is being reported on."""
        return self.weeks[self._count_ended(on, at)]

    def _count_ended(self, on: date, at: datetime | None) -> int:
        return bisect_left(self._days, on) if at is None else bisect_left(self._cut_offs, at)

    def week_of(self, due_on: date, recorded_at: datetime) -> Week | None:
        """The week a report is about; if the calendar moved away from it, the one in which it was made."""
        week = self._first(self._days, due_on)
        if week is None or week.due_on == due_on:
            return week
        return self._named.get(due_on) or self._first(self._cut_offs, recorded_at)

    def coming(self, on: date, at: datetime | None = None) -> list[Week]:
        """The week that runs and those after it that are known."""
        return self.weeks[self._count_ended(on, at) :]

    def excepts(self, week: Week, facility_id: int) -> bool:
        return not self._excepted.isdisjoint({(week.due_on, None), (week.due_on, facility_id)})


def _weeks(
    rows: list[tuple[date, int, int]], until: date, working: WorkingDays
) -> Iterator[tuple[date, Week]]:
    """Each week with the day that its calendar names. One without a working day is joined to the next."""
    if not rows:
        return
    begins, last, due_on = _moment(rows[0][0], 0), None, None
    changes = [effective_from for effective_from, _weekday, _hour in rows[1:]]
    for (start, weekday, hour), end in zip(rows, [*changes, until], strict=True):
        day = start + timedelta(days=(weekday - start.isoweekday()) % 7)
        while day < end:
            moved = working.next_working(day) if day in working.off else day
            if last is None or (due_on and (day - last).days >= SHORTEST_DAYS and moved > due_on):
                yield day, Week(moved, _moment(moved, hour), begins)
                begins, last, due_on = _moment(moved, hour), day, moved
            day += timedelta(days=7)


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min) + timedelta(hours=hour))


@once_per_as_of
def calendar(as_of: AsOf) -> Calendar:
    """The calendar as in force on the day, and some weeks of it that are still to come.

    One query, and a second where there is a calendar.
    """
    on, known_at = as_of.until, as_of.known_at
    rows = list(
        ReportingCalendar.objects.in_force(on, known_at).values_list(
            "effective_from", "weekday", "hour"
        )
    )
    if not rows:
        return Calendar((), until=on)
    exceptions = ReportingException.objects.known(known_at).values_list("due_on", "facility_id")
    return Calendar(rows, exceptions, until=on + AHEAD, working=working_days_of(as_of))


def is_asked(as_of: AsOf, weeks: Calendar, facility_id: int, week: Week) -> bool:
    """Whether the facility has to report on the week: it is in the rollout, and nobody excepted it."""
    return (
        as_of.scopes.on(facility_id, week.due_on) == [Scope.ROLLOUT]
        and not as_of.has_left(facility_id, week.due_on)
        and not weeks.excepts(week, facility_id)
    )


def answered_by(as_of: AsOf, weeks: Calendar, facility_id: int, at: datetime) -> list[Week]:
    """The weeks that a report given at that moment may answer, the first of them first."""
    on = timezone.localdate(at)
    running, ended = weeks.running(on, at), weeks.ended(on, at)[-1:]
    if running.due_on == on:
        ended = []
    return [*(week for week in ended if is_asked(as_of, weeks, facility_id, week)), running]


class Given(NamedTuple):
    """A report that was given."""

    recorded_at: datetime  # as if the product's day were today
    nothing_changed: bool

    def is_late(self, week: Week) -> bool:
        return self.recorded_at > week.cut_off


def reports(as_of: AsOf, weeks: Calendar, since: Week) -> dict[tuple[int, date], Given]:
    """By facility and week (its due day), at least from the week `since` on: the first report. One query.

    The reports of those for whom a facility carries on are its own.
    """
    found: dict[tuple[int, date], Given] = {}
    rows = (
        as_of.only(StatusReport.objects.as_of(as_of.until, as_of.known_at))
        .filter(due_on__gt=since.due_on - LONGEST)
        .order_by("recorded_at", "pk")
    )
    for facility_id, due_on, recorded_at, nothing_changed in rows.values_list(
        "facility_id", "due_on", "recorded_at", "nothing_changed"
    ):
        given_at = clock.as_if_today(recorded_at)
        week = weeks.week_of(due_on, given_at)
        if week:
            heir = as_of.descent.heir(facility_id)
            found.setdefault((heir, week.due_on), Given(given_at, nothing_changed))
    return found


FRESH, DUE, LATE, SILENT = "fresh", "due", "late", "silent"

LABELS = {
    FRESH: pgettext_lazy("report", "up to date"),
    DUE: pgettext_lazy("report", "report due"),
    LATE: pgettext_lazy("report", "report late"),
    SILENT: pgettext_lazy("report", "silent"),
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long ago a facility was heard from. `word` None: nothing is asked of it."""

    word: str | None = None
    heard_on: date | None = None  # a report, or any other form
    last_report_on: date | None = None
    # Of the week that is owed: the last one missed, or the next to be answered; None: none is known.
    due_on: date | None = None
    missed: int = 0  # weeks in a row

    @property
    def label(self) -> "StrOrPromise":
        return LABELS[self.word] if self.word else ""

    @property
    def is_silent(self) -> bool:
        """Nobody knows how it stands: that is not the same as standing badly."""
        return self.word == SILENT


NOTHING_ASKED = Freshness()


def freshness(as_of: AsOf, at: datetime | None = None) -> dict[int, Freshness]:
    """Of every facility of the rollout on the day. A fixed number of queries."""
    weeks = calendar(as_of)
    in_rollout = [f.id for f in as_of.on(as_of.until) if f.in_rollout]
    if not weeks.weeks:
        return dict.fromkeys(in_rollout, NOTHING_ASKED)
    latest, heard = _latest_reports(as_of), _last_heard(as_of)
    return {
        pk: _freshness(as_of, weeks, pk, latest.get(pk), heard.get(pk), at) for pk in in_rollout
    }


def state_of(facility: Facility, *, on: date, at: datetime | None = None) -> Freshness:
    """Of one facility. `at` None: the week that ends on the day still runs."""
    as_of = AsOf(on, facility_ids=frozenset({facility.pk}))
    return freshness(as_of, at).get(facility.pk, NOTHING_ASKED)


def _freshness(
    as_of: AsOf,
    weeks: Calendar,
    pk: int,
    latest: tuple[date, datetime] | None,
    acted_at: datetime | None,
    at: datetime | None,
) -> Freshness:
    answered = weeks.week_of(*latest) if latest else None
    heard_at = max((m for m in (acted_at, latest and latest[1]) if m), default=None)
    missed = []
    for week in reversed(weeks.ended(as_of.until, at)):
        if answered and week.due_on <= answered.due_on:
            break
        if is_asked(as_of, weeks, pk, week):
            missed.append(week)
    running = weeks.running(as_of.until, at)
    if len(missed) >= SILENT_WEEKS and (
        heard_at is None or heard_at <= missed[SILENT_WEEKS - 1].begins
    ):
        word = SILENT
    elif missed:
        word = LATE
    elif answered and running.due_on <= answered.due_on:
        word = FRESH
    elif is_asked(as_of, weeks, pk, running) and (
        answered is None or (running.due_on - as_of.until).days <= SOON_DAYS
    ):
        word = DUE
    else:
        word = FRESH
    return Freshness(
        word=word,
        heard_on=timezone.localdate(heard_at) if heard_at else None,
        last_report_on=timezone.localdate(latest[1]) if latest else None,
        due_on=missed[0].due_on if missed else _next_due(as_of, weeks, pk, answered, at),
        missed=len(missed),
    )


def answers_since_report(facility: Facility) -> int:
    """How often its officers have sent something since its last report: two queries."""
    sent = ChangeSet.objects.filter(facility=facility).exclude(kind=ChangeSet.Kind.REPORT)
    latest = StatusReport.objects.known().filter(facility=facility).aggregate(Max("recorded_at"))
    if at := latest["recorded_at__max"]:
        sent = sent.filter(at__gt=at)
    return sent.count()


def stale_before(as_of: AsOf) -> date | None:
    """The day before which a last word is too old, by the calendar in force.

    The same weeks without a word that make a facility silent. None: no calendar, or too few of its
    weeks have ended.
    """
    ended = calendar(as_of).ended(as_of.until)
    return timezone.localdate(ended[-SILENT_WEEKS].begins) if len(ended) >= SILENT_WEEKS else None


def fresh_since(since: date | None, heard: Iterable[Freshness]) -> date | None:
    """From which day on a figure must have a fact to be called fresh. `since`: see `stale_before`.

    The first day of all, where somebody of `heard` has reported since: then nothing new means that
    nothing changed.
    """
    if since is None:
        return None
    reported = any(one.last_report_on and one.last_report_on >= since for one in heard)
    return date.min if reported else since


def nothing_since(newest_on: date | None, since: date | None) -> date | None:
    """The day of the newest fact, where it lies before `since`; None where it is fresh, or is none."""
    return newest_on if newest_on and since and newest_on < since else None


def _next_due(
    as_of: AsOf, weeks: Calendar, pk: int, answered: Week | None, at: datetime | None
) -> date | None:
    """The first week from the running one on that is asked for and not answered yet."""
    for week in weeks.coming(as_of.until, at):
        if answered and week.due_on <= answered.due_on:
            continue
        if is_asked(as_of, weeks, pk, week):
            return week.due_on
    return None


def _latest_reports(as_of: AsOf) -> dict[int, tuple[date, datetime]]:
    """Up to which week a facility has reported, and when it last did: one query."""
    found: dict[int, tuple[date, datetime]] = {}
    rows = as_of.only(StatusReport.objects.as_of(as_of.until, as_of.known_at))
    for facility_id, due_on, recorded_at in (
        rows.order_by().values_list("facility_id").annotate(Max("due_on"), Max("recorded_at"))
    ):
        latest = (due_on, clock.as_if_today(recorded_at))
        heir = as_of.descent.heir(facility_id)
        found[heir] = tuple(map(max, latest, found.get(heir, latest)))
    return found


def _last_heard(as_of: AsOf) -> dict[int, datetime]:
    """When the officer of a facility last sent anything: one query."""
    change_sets = ChangeSet.objects.filter(facility__isnull=False)
    if until := clock.ends_at(as_of.until):
        change_sets = change_sets.filter(at__lt=until)
    if as_of.known_at:
        change_sets = change_sets.filter(at__lte=as_of.known_at)
    found: dict[int, datetime] = {}
    rows = as_of.only(change_sets).order_by().values_list("facility_id").annotate(Max("at"))
    for facility_id, acted_at in rows:
        heir, at = as_of.descent.heir(facility_id), clock.as_if_today(acted_at)
        found[heir] = max(at, found.get(heir, at))
    return found
