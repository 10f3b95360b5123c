"""Which weeks a facility has to report on, which it has, and how fresh what it said is.

Each facility has the calendar of the nearest area above it, else that of everybody. It is asked for
where it lies, and its area lies, on each day: whatever moves later moves no week that has passed.

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

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from facilities import clock
from facilities.areas import above
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


Rule = tuple[int, int] | None  # a weekday from 1 and an hour; None: no calendar asks for anything


class Calendar:
    """The weeks of some facilities from their first calendar on, and who is excepted from which."""

    def __init__(
        self,
        rows: Iterable[tuple[date, Rule]],
        exceptions: Iterable[tuple[date, int | None]] = (),
        *,
        until: date,
        working: WorkingDays = WEEKENDS_ONLY,
    ):
        """`rows`: from which day on which rule holds, oldest first. `exceptions`: (due on, facility).

        `working`: which weekdays are off. A Saturday or Sunday that a calendar names is meant as it is.
        """
        self.rows = tuple(rows)
        named = list(_weeks(self.rows, until, working))
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

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return bool(self.weeks)

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
    rows: Sequence[tuple[date, Rule]], until: date, working: WorkingDays
) -> Iterator[tuple[date, Week]]:
    """Each week with the day that its calendar names. One without a working day is joined to the next."""
    if not rows:
        return
    begins: datetime | None = None
    last = due_on = None
    ends = [*(start for start, _rule in rows[1:]), until]
    for (start, rule), end in zip(rows, ends, strict=True):
        if rule is None:
            begins = last = due_on = None
            continue
        weekday, hour = rule
        begins = begins or _moment(start, 0)
        day = start + timedelta(days=(weekday - start.isoweekday()) % 7)
        while day < end:
            moved = working.next_working(day) if day in working.off else day
            if last is None or (due_on and (day - last).days >= SHORTEST_DAYS and moved > due_on):
                yield day, Week(moved, _moment(moved, hour), begins)
                begins, last, due_on = _moment(moved, hour), day, moved
            day += timedelta(days=7)


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min) + timedelta(hours=hour))


class Calendars:
    """Which calendar each facility has, on the days up to the one it was read for.

    Three queries at most: the calendars, what is excepted, and, where some of it is said of an area,
    which area lies in which. Facilities that have the same rules on the same days share one.
    """

    def __init__(self, as_of: AsOf) -> None:
        self._as_of = as_of
        self._rules: dict[int | None, tuple[list[date], list[Rule]]] = {}
        for area, day, weekday, hour in ReportingCalendar.objects.in_force(
            as_of.until, as_of.known_at
        ).values_list("area_id", "effective_from", "weekday", "hour"):
            days, rules = self._rules.setdefault(area, ([], []))
            days.append(day)
            rules.append((weekday, hour))
        self._exceptions = (
            list(
                ReportingException.objects.known(as_of.known_at).values_list(
                    "due_on", "facility_id", "area_id"
                )
            )
            if self._rules
            else []
        )
        self._of_areas = {area for area in self._rules if area is not None}
        said_of_areas = self._of_areas or any(area for *_rest, area in self._exceptions)
        self._above = above(as_of) if said_of_areas else None
        self._changes = sorted(
            {day for days, _rules in self._rules.values() for day in days}
            | (self._above.days_of_change() if self._above else set())
        )
        self._by_places: dict[tuple[Any, ...], Calendar] = {}
        self._made: dict[tuple[Any, ...], Calendar] = {}

    def __bool__(self) -> bool:
        """Whether a calendar is in force anywhere."""
        return bool(self._rules)

    def of(self, facility_id: int) -> Calendar:
        """Without weeks where no calendar holds for it on the day."""
        areas = self._as_of.areas
        places: tuple[Any, ...] = ()
        if self._above:  # where it has lain since when; nothing else tells facilities apart
            lain = areas.values.get(facility_id, ())
            places = tuple(
                zip(areas.days.get(facility_id, ()), (one for [one] in lain), strict=True)
            )
        if places not in self._by_places:
            self._by_places[places] = self._calendar(facility_id, places)
        return self._by_places[places]

    def _calendar(self, facility_id: int, places: tuple[tuple[date, int], ...]) -> Calendar:
        on = self._as_of.until
        days = sorted({*self._changes, *(day for day, _area in places)})
        rows: list[tuple[date, Rule]] = []
        for day in days:
            if day > on:
                break
            rule = self._rule(facility_id, day)
            if rule != (rows[-1][1] if rows else None):
                rows.append((day, rule))
        excepted = tuple(
            (due_on, facility)
            for due_on, facility, area in self._exceptions
            if area is None or area in self._around(facility_id, due_on)
        )
        if not rows or rows[-1][1] is None:
            rows = []
        made = (tuple(rows), excepted)
        if made not in self._made:
            self._made[made] = Calendar(
                rows, excepted, until=on + AHEAD, working=working_days_of(self._as_of)
            )
        return self._made[made]

    def _around(self, facility_id: int, day: date) -> list[int]:
        """The areas that the facility lies in on the day, the nearest first."""
        if self._above is None:
            return []
        lies_in = self._as_of.areas.on(facility_id, day)
        return list(self._above.of(lies_in[0] if lies_in else None, day))

    def _rule(self, facility_id: int, day: date) -> Rule:
        return next(
            (
                rule
                for area in (*self._around(facility_id, day), None)
                if (rule := self._said(area, day))
            ),
            None,
        )

    def _said(self, area: int | None, day: date) -> Rule:
        days, rules = self._rules.get(area, ((), ()))
        place = bisect_right(days, day)
        return rules[place - 1] if place else None


@once_per_as_of
def calendars(as_of: AsOf) -> Calendars:
    """The calendars as in force on the day, and some weeks of each that are still to come."""
    return Calendars(as_of)


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


def reports(as_of: AsOf, since: date) -> dict[tuple[int, date], Given]:
    """By facility and week (its due day), at least of the weeks due from `since` on: the first report.

    The reports of those for whom a facility carries on are its own. One query beside the calendars.
    """
    asked = calendars(as_of)
    found: dict[tuple[int, date], Given] = {}
    rows = (
        as_of.only(StatusReport.objects.as_of(as_of.until, as_of.known_at))
        .filter(due_on__gt=since - LONGEST)
        .order_by("recorded_at", "pk")
    )
    for facility_id, due_on, recorded_at, nothing_changed in rows.values_list(
        "facility_id", "due_on", "recorded_at", "nothing_changed"
    ):
        given_at = clock.as_if_today(recorded_at)
        week = asked.of(facility_id).week_of(due_on, given_at)
        if week:
            heir = as_of.descent.heir(facility_id)
            found.setdefault((heir, week.due_on), Given(given_at, nothing_changed))
    return found


FRESH, DUE, LATE, SILENT = "fresh", "due", "late", "silent"

LABELS = {
    FRESH: pgettext_lazy("report", "up to date"),
    DUE: pgettext_lazy("report", "report due"),
    LATE: pgettext_lazy("report", "report late"),
    SILENT: pgettext_lazy("report", "not reporting"),
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
    # The day before which a last word is too old: the same weeks without one that make a facility
    # silent. None: nothing is asked of it, or too few of its weeks have ended.
    stale_before: date | None = None

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
    asked = calendars(as_of)
    in_rollout = [f.id for f in as_of.on(as_of.until) if f.in_rollout]
    if not asked:
        return dict.fromkeys(in_rollout, NOTHING_ASKED)
    latest, heard = _latest_reports(as_of), _last_heard(as_of)
    return {
        pk: _freshness(as_of, weeks, pk, latest.get(pk), heard.get(pk), at)
        if (weeks := asked.of(pk))
        else NOTHING_ASKED
        for pk in in_rollout
    }


def state_of(facility: Facility, *, on: date, at: datetime | None = None) -> Freshness:
    """Of one facility. `at` None: the week that ends on the day still runs."""
    as_of = AsOf(on, facility_ids=frozenset({facility.pk}))
    return freshness(as_of, at).get(facility.pk, NOTHING_ASKED)


def _freshness(
    as_of: AsOf,
    weeks: Calendar,
    pk: int,
    latest: "Latest | None",
    acted_at: datetime | None,
    at: datetime | None,
) -> Freshness:
    answered = latest.answered if latest and latest.answered > date.min else None
    heard_at = max((m for m in (acted_at, latest and latest.at) if m), default=None)
    missed = []
    for week in reversed(weeks.ended(as_of.until, at)):
        if answered and week.due_on <= answered:
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
    elif answered and running.due_on <= answered:
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
        last_report_on=timezone.localdate(latest.at) if latest else None,
        due_on=missed[0].due_on if missed else _next_due(as_of, weeks, pk, answered, at),
        missed=len(missed),
        stale_before=_stale_before(weeks.ended(as_of.until)),
    )


def answers_since_report(facility: Facility) -> int:
    """How often its officers have sent something since its last report: two queries."""
    sent = ChangeSet.objects.filter(facility=facility).exclude(kind=ChangeSet.Kind.REPORT)
    latest = StatusReport.objects.known().filter(facility=facility).aggregate(Max("recorded_at"))
    if at := latest["recorded_at__max"]:
        sent = sent.filter(at__gt=at)
    return sent.count()


def _stale_before(ended: Sequence[Week]) -> date | None:
    return timezone.localdate(ended[-SILENT_WEEKS].begins) if len(ended) >= SILENT_WEEKS else None


def fresh_since(heard: Collection[Freshness]) -> date | None:
    """From which day on a figure of these facilities must have a fact to be called fresh.

    Of several calendars the one that asks for the least. The first day of all, where somebody has
    reported since: then nothing new means that nothing changed. None: no calendar says.
    """
    since = min((one.stale_before for one in heard if one.stale_before), default=None)
    if since is None:
        return None
    reported = any(one.last_report_on and one.last_report_on >= since for one in heard)
    return date.min if reported else since


def nothing_since(newest_on: date | None, since: date | None) -> date | None:
    """The day of the newest fact, where it lies before `since`; None where it is fresh, or is none."""
    return newest_on if newest_on and since and newest_on < since else None


def _next_due(
    as_of: AsOf, weeks: Calendar, pk: int, answered: date | None, at: datetime | None
) -> date | None:
    """The first week from the running one on that is asked for and not answered yet."""
    for week in weeks.coming(as_of.until, at):
        if answered and week.due_on <= answered:
            continue
        if is_asked(as_of, weeks, pk, week):
            return week.due_on
    return None


class Latest(NamedTuple):
    answered: (
        date  # the due day of the last week that was reported; `date.min`: it is a week no more
    )
    at: datetime


def _latest_reports(as_of: AsOf) -> dict[int, Latest]:
    """Up to which week a facility has reported, and when it last did: one query."""
    found: dict[int, Latest] = {}
    asked = calendars(as_of)
    rows = as_of.only(StatusReport.objects.as_of(as_of.until, as_of.known_at))
    for facility_id, due_on, recorded_at in (
        rows.order_by().values_list("facility_id").annotate(Max("due_on"), Max("recorded_at"))
    ):
        at = clock.as_if_today(recorded_at)
        week = asked.of(facility_id).week_of(due_on, at)
        answered = week.due_on if week else date.min
        heir = as_of.descent.heir(facility_id)
        other = found.get(heir, Latest(answered, at))
        found[heir] = Latest(max(answered, other.answered), max(at, other.at))
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
