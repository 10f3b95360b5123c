"""Weeks, reports and silence: the edges of the cut-off, exceptions, a calendar that moves."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from facilities.as_of import AsOf
from facilities.models import ChangeSet, FacilityLineage, FacilityScope, Lineage
from facilities.models.calendar import CalendarDay
from facilities.services import withdraw
from facilities.working_days import WorkingDays
from rollout.figures.progress import progress
from rollout.models import ReportingCalendar, ReportingException, StatusReport
from rollout.notices.alerts import alerts_due
from rollout.programme import reporting
from rollout.programme.deadlines import deadlines
from rollout.programme.reporting import SHORTEST_DAYS, Calendar, freshness, state_of
from rollout.programme.services import record_milestone, report
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
MONDAY, FRIDAY = 1, 5
FIRST = date(2025, 6, 2)  # a Monday: the calendar begins
DUE = date(2025, 6, 6)  # the first Friday


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HANOI)


CUT_OFF = moment(DUE, 16)


def fridays(since: date = FIRST, weekday: int = FRIDAY, hour: int = 16) -> ReportingCalendar:
    return write(ReportingCalendar(effective_from=since, weekday=weekday, hour=hour))


def reported(place, at: datetime, *, nothing_changed: bool = False) -> StatusReport | None:
    return report(facility=place, by=factories.recorder(), at=at, nothing_changed=nothing_changed)


def excepted(week: date, place=None) -> ReportingException:
    return write(ReportingException(due_on=week, facility=place, because="Nghỉ lễ"))


def word(place, on: date, at: datetime | None = None) -> str | None:
    return state_of(place, on=on, at=at).word


class TestCalendar:
    def test_a_week_ends_at_its_cut_off_and_the_next_begins(self):
        weeks = Calendar([(FIRST, (FRIDAY, 16))], until=date(2025, 7, 1)).weeks
        assert [week.due_on for week in weeks] == [DUE + n * WEEK for n in range(4)]
        assert weeks[0].begins == moment(FIRST, 0)
        assert weeks[0].cut_off == CUT_OFF == weeks[1].begins

    def test_midnight_is_the_end_of_the_day(self):
        [week] = Calendar([(FIRST, (FRIDAY, 24))], until=DUE + timedelta(days=1)).weeks
        assert week.cut_off == moment(DUE + timedelta(days=1), 0)

    @pytest.mark.parametrize(
        ("at", "ended"), [(CUT_OFF - MINUTE, 0), (CUT_OFF, 0), (CUT_OFF + MINUTE, 1)]
    )
    def test_the_hour_counts_for_a_moment(self, at, ended):
        weeks = Calendar([(FIRST, (FRIDAY, 16))], until=date(2025, 7, 1))
        assert len(weeks.ended(DUE, at)) == ended
        assert weeks.running(DUE, at).due_on == DUE + ended * WEEK

    @pytest.mark.parametrize(("shift", "ended"), [(-1, 0), (0, 0), (1, 1)])
    def test_for_a_day_its_own_week_still_runs(self, shift, ended):
        weeks = Calendar([(FIRST, (FRIDAY, 16))], until=date(2025, 7, 1))
        assert len(weeks.ended(DUE + timedelta(days=shift))) == ended

    def test_a_change_holds_from_its_day_and_makes_no_week_of_a_day(self):
        rows = [(FIRST, (FRIDAY, 16)), (date(2025, 6, 14), (MONDAY, 9))]
        weeks = Calendar(rows, until=date(2025, 7, 1)).weeks
        # Monday 16 June is three days after Friday 13 June, and so is joined to the week after it.
        assert [week.due_on.isoformat()[5:] for week in weeks] == [
            "06-06",
            "06-13",
            "06-23",
            "06-30",
        ]
        assert weeks[2].cut_off == moment(date(2025, 6, 23), 9)

    def test_a_report_for_a_week_that_is_no_more_counts_where_it_was_made(self):
        rows = [(FIRST, (FRIDAY, 16)), (date(2025, 6, 12), (MONDAY, 9))]
        weeks = Calendar(rows, until=date(2025, 7, 1))
        assert [week.due_on for week in weeks.weeks[:2]] == [DUE, date(2025, 6, 16)]
        found = weeks.week_of(DUE + WEEK, moment(date(2025, 6, 10), 8))
        assert found.due_on == date(2025, 6, 16)

    calendars = st.lists(
        st.tuples(st.integers(0, 200), st.integers(1, 7), st.integers(1, 24)),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ).map(lambda rows: [(FIRST + timedelta(days=n), (day, hour)) for n, day, hour in sorted(rows)])

    @given(calendars, st.integers(0, 40 * 24 * 60))
    def test_every_moment_lies_in_one_week_however_the_calendar_moves(self, rows, minutes):
        at = moment(FIRST, 0) + timedelta(minutes=5 * minutes)
        weeks = Calendar(rows, until=FIRST + timedelta(days=400))
        for week, following in zip(weeks.weeks, weeks.weeks[1:], strict=False):
            assert following.begins == week.cut_off < following.cut_off
            assert (following.due_on - week.due_on).days >= SHORTEST_DAYS
        if at > weeks.weeks[0].begins:
            running = weeks.running(at.astimezone(HANOI).date(), at)
            assert running.begins < at <= running.cut_off
            assert weeks.week_of(running.due_on, at) == running


class TestReport:
    def test_without_a_calendar_nothing_is_asked(self):
        place = factories.facility()
        assert reported(place, CUT_OFF) is None
        assert state_of(place, on=DUE) == reporting.NOTHING_ASKED

    @pytest.mark.parametrize(
        ("at", "late"), [(CUT_OFF - MINUTE, False), (CUT_OFF, False), (CUT_OFF + MINUTE, True)]
    )
    def test_the_minute_decides_whether_it_is_late(self, at, late):
        fridays()
        made = reported(factories.facility(), at)
        assert made.due_on == DUE
        as_of = AsOf(DUE + WEEK)
        weeks = reporting.calendars(as_of).of(made.facility_id)
        [week] = [week for week in weeks.weeks if week.due_on == DUE]
        given = reporting.reports(as_of, week.due_on)[made.facility_id, DUE]
        assert given.is_late(week) == late

    @pytest.mark.parametrize(
        ("moments", "weeks"),
        [
            # A Saturday after a missed Friday: twice on one day is once, and pays for one week.
            ([(1, 9), (1, 10), (1, 23)], [DUE, DUE, DUE]),
            # The next day is another day.
            ([(1, 9), (2, 9), (2, 10), (3, 9)], [DUE, DUE + WEEK, DUE + WEEK, DUE + WEEK]),
            # Early, then again on its last day, before and after the cut-off.
            ([(-4, 9), (0, 9), (0, 17)], [DUE, DUE, DUE + WEEK]),
            # On the last day it is that day's week, whatever was missed, and only that.
            ([(7, 9), (7, 17)], [DUE + WEEK, DUE + WEEK]),
            ([(7, 17), (8, 9)], [DUE + WEEK, DUE + 2 * WEEK]),
            # A day before, it is the week that is owed.
            ([(6, 23), (7, 9)], [DUE, DUE + WEEK]),
            # What was missed longer ago stays missed.
            ([(20, 9)], [DUE + 2 * WEEK]),
            ([(21, 9)], [DUE + 3 * WEEK]),
        ],
    )
    def test_one_report_answers_one_week_and_one_day_holds_one(self, moments, weeks):
        fridays()
        place = factories.facility()
        made = [reported(place, moment(DUE + timedelta(shift), hour)) for shift, hour in moments]
        assert [row.due_on for row in made] == weeks
        assert StatusReport.objects.count() == len(set(weeks))

    def test_a_weekday_off_moves_the_cut_off_to_the_next_working_day(self):
        fridays()
        for day in (DUE, DUE + timedelta(days=3)):  # Friday and the Monday after it
            write(CalendarDay(day=day, kind=CalendarDay.Kind.OFF, name_vi="Nghỉ bù"))
        tuesday, place, other = DUE + timedelta(days=4), factories.facility(), factories.facility()
        for shift, expected in ((0, "due"), (3, "due"), (4, "due"), (5, "late")):
            assert word(place, DUE + timedelta(shift)) == expected
        assert reported(place, moment(tuesday, 16)).due_on == tuesday
        weeks = reporting.calendars(AsOf(tuesday)).of(place.pk)
        assert [week.due_on for week in weeks.weeks[:2]] == [tuesday, DUE + WEEK]
        given = reporting.reports(AsOf(DUE + WEEK), weeks.weeks[0].due_on)
        assert not given[place.pk, tuesday].is_late(weeks.weeks[0])
        assert reported(other, moment(tuesday, 17)).due_on == tuesday
        given = reporting.reports(AsOf(DUE + WEEK), weeks.weeks[0].due_on)
        assert given[other.pk, tuesday].is_late(weeks.weeks[0])

    def test_a_day_off_that_is_told_later_leaves_reports_and_exceptions_with_their_week(self):
        fridays()
        place, free = factories.facility(), factories.facility()
        assert reported(place, moment(DUE + timedelta(days=1), 9)).due_on == DUE
        excepted(DUE, free)
        write(CalendarDay(day=DUE, kind=CalendarDay.Kind.OFF, name_vi="Nghỉ bù"))
        on = DUE + timedelta(days=4)
        assert [state_of(one, on=on).missed for one in (place, free)] == [0, 0]
        assert reported(place, moment(on, 9)).due_on == DUE + WEEK

    def test_a_week_without_a_working_day_is_joined_and_a_named_saturday_stays(self):
        working = WorkingDays.of((DUE + timedelta(days=n), CalendarDay.Kind.OFF) for n in range(8))
        rows = [(FIRST, (FRIDAY, 16))]
        weeks = Calendar(rows, until=date(2025, 7, 1), working=working).weeks
        assert [week.due_on for week in weeks[:2]] == [date(2025, 6, 16), date(2025, 6, 20)]
        saturdays = Calendar([(FIRST, (6, 16))], until=DUE + WEEK, working=working)
        assert saturdays.weeks[0].due_on == DUE + timedelta(days=1)

    def test_an_excepted_week_is_not_made_good(self):
        fridays()
        place = factories.facility()
        excepted(DUE)
        assert reported(place, moment(DUE + timedelta(days=3), 9)).due_on == DUE + WEEK

    def test_a_withdrawn_report_is_owed_again(self):
        fridays()
        place = factories.facility()
        made = reported(place, moment(FIRST, 9))
        withdraw(fact=made, because="Nhầm cơ sở", by=factories.recorder())
        assert word(place, DUE) == "due"
        assert reported(place, moment(FIRST, 9) + 365 * WEEK).pk != made.pk

    def test_it_says_whether_anything_changed(self):
        fridays()
        place = factories.facility()
        assert reported(place, CUT_OFF, nothing_changed=True).nothing_changed


class TestFreshness:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            (FIRST, "due"),  # never heard from
            (DUE, "due"),
            (DUE + timedelta(days=1), "late"),
            (DUE + WEEK, "late"),
            (DUE + WEEK + timedelta(days=1), "silent"),
        ],
    )
    def test_who_never_reports(self, on, expected):
        fridays()
        assert word(factories.facility(), on) == expected

    @pytest.mark.parametrize(
        ("shift", "expected"),
        [
            (0, "fresh"),
            (4, "fresh"),
            (5, "due"),
            (7, "due"),
            (8, "late"),
            (14, "late"),
            (15, "silent"),
        ],
    )
    def test_who_reported_once(self, shift, expected):
        fridays()
        place = factories.facility()
        reported(place, CUT_OFF)
        found = state_of(place, on=DUE + timedelta(days=shift))
        assert (found.word, found.heard_on) == (expected, DUE)

    @pytest.mark.parametrize("shift", [-1, 0, 1])
    def test_the_next_report_is_due_a_week_after_the_one_that_was_answered(self, shift):
        fridays()
        place, on = factories.facility(), DUE + timedelta(days=shift)
        assert state_of(place, on=on).due_on == DUE  # owed, or missed
        reported(place, min(moment(on, 9), CUT_OFF))
        assert state_of(place, on=on).due_on == DUE + WEEK

    def test_the_next_report_is_of_a_week_that_is_asked_for(self):
        fridays()
        place = factories.facility()
        excepted(DUE + WEEK, place)
        reported(place, CUT_OFF)
        assert state_of(place, on=DUE).due_on == DUE + 2 * WEEK

    @pytest.mark.parametrize(
        ("at", "expected"),
        [(CUT_OFF - MINUTE, "due"), (CUT_OFF, "due"), (CUT_OFF + MINUTE, "late")],
    )
    def test_by_the_minute(self, at, expected):
        fridays()
        assert word(factories.facility(), DUE, at) == expected

    def test_a_late_report_ends_the_silence(self):
        fridays()
        place = factories.facility()
        on = DUE + 3 * WEEK + timedelta(days=1)
        assert state_of(place, on=on).missed == 4
        reported(place, moment(on, 9))
        assert state_of(place, on=on).word == "fresh"
        assert state_of(place, on=on - timedelta(days=1)).word == "silent"  # as it was then

    def test_whoever_sends_any_form_is_late_but_not_silent(self):
        fridays()
        place = factories.facility()
        on = DUE + 2 * WEEK
        assert word(place, on) == "silent"
        ChangeSet.objects.create(
            kind="form", by=factories.recorder(), facility=place, at=moment(DUE + timedelta(2), 9)
        )
        found = state_of(place, on=on)
        assert (found.word, found.heard_on) == ("late", DUE + timedelta(2))
        assert found.last_report_on is None

    def test_exceptions_are_not_missed_and_do_not_break_the_row(self):
        fridays()
        place, other = factories.facility(), factories.facility()
        excepted(DUE, place)
        excepted(DUE + WEEK)
        on = DUE + 3 * WEEK
        assert (state_of(place, on=on).missed, state_of(other, on=on).missed) == (1, 2)
        assert (word(place, on), word(other, on)) == ("late", "silent")

    def test_an_exception_stays_with_its_week_when_the_calendar_moves(self):
        fridays()
        excepted(DUE + WEEK)
        fridays(since=DUE + timedelta(days=1), weekday=6)
        assert state_of(factories.facility(), on=DUE + 2 * WEEK).missed == 1

    def test_a_new_calendar_makes_nobody_late_who_had_reported(self):
        fridays()
        place = factories.facility()
        reported(place, CUT_OFF)
        reported(place, moment(DUE + timedelta(days=4), 9))  # for 13 June
        fridays(since=DUE + timedelta(days=6), weekday=MONDAY)
        assert word(place, DUE + timedelta(days=14)) == "fresh"

    def test_only_from_the_day_on_which_it_joins_the_rollout(self):
        fridays()
        place = factories.facility(scope="connectivity")
        assert state_of(place, on=DUE + 3 * WEEK) == reporting.NOTHING_ASKED
        write(
            FacilityScope(
                facility=place,
                scope="rollout",
                because="Bổ sung",
                effective_from=DUE + timedelta(days=1),
            )
        )
        assert state_of(place, on=DUE + WEEK + timedelta(days=1)).missed == 1

    def test_after_a_merger_the_reports_of_those_before_are_its_own(self):
        fridays()
        before, after = factories.facility(), factories.facility()
        write(
            FacilityLineage(
                predecessor=before,
                successor=after,
                kind=Lineage.MERGED,
                effective_from=DUE + timedelta(days=1),
            )
        )
        reported(before, CUT_OFF)
        found = freshness(AsOf(DUE + timedelta(days=2)))
        assert found.keys() == {after.pk}
        assert found[after.pk].word == "fresh"

    def test_as_it_was_known_at_a_moment(self):
        with time_machine.travel(moment(FIRST, 0), tick=False):
            fridays()
            place = factories.facility()
        reported(place, CUT_OFF + MINUTE)
        on = DUE + timedelta(days=1)
        known = {
            at: freshness(AsOf(on, known_at=at))[place.pk].word
            for at in (CUT_OFF, CUT_OFF + MINUTE)
        }
        assert known == {CUT_OFF: "late", CUT_OFF + MINUTE: "fresh"}

    @given(st.lists(st.integers(0, 60 * 24 * 2 - 1), max_size=12), st.integers(0, 70))
    def test_nobody_is_late_right_after_a_report(self, halves, shift):
        """Reports at random half hours, then nothing for `shift` days."""
        with transaction.atomic():
            fridays()
            place = factories.facility()
            at = moment(FIRST, 0)
            for half in sorted(halves):
                at = moment(FIRST, 0) + timedelta(minutes=30 * half)
                reported(place, at)
                assert state_of(place, on=at.date(), at=at).missed == 0
            found = state_of(place, on=at.date() + timedelta(days=shift))
            transaction.set_rollback(True)
        assert found.missed <= shift // 7 + 1
        # A late report speaks in the first of the weeks that are missed after it.
        if found.word == "silent":
            assert found.missed >= 2
        else:
            assert found.missed <= 2

    @pytest.mark.parametrize("many", [3, 12])
    def test_the_queries_do_not_depend_on_how_many_there_are(self, many):
        fridays()
        for _ in range(many):
            reported(factories.facility(), CUT_OFF)
        as_of = AsOf(DUE + 2 * WEEK)
        with CaptureQueriesContext(connection) as captured:
            freshness(as_of)
            list(deadlines(as_of))
        without = CaptureQueriesContext(connection)
        ReportingCalendar.objects.all().delete()
        as_of = AsOf(DUE + 2 * WEEK)
        with without:
            freshness(as_of)
            list(deadlines(as_of))
        assert (len(captured) - len(without)) == 4  # exceptions, latest, heard, near weeks


class TestDeadlines:
    def todo(self, on: date):
        return [d for d in deadlines(AsOf(on)) if d.rule == "status_report"]

    def test_the_week_that_runs_and_the_one_before(self):
        fridays()
        place = factories.facility()
        assert [(d.due_on, d.done_on) for d in self.todo(DUE)] == [(DUE, None)]
        reported(place, CUT_OFF + MINUTE)
        assert [(d.due_on, d.done_on) for d in self.todo(DUE + WEEK)] == [
            (DUE, DUE),
            (DUE + WEEK, None),
        ]
        assert {d.subject for d in self.todo(DUE + WEEK)} == {f"report:{place.pk}"}

    def test_no_alert_before_two_days_then_one_and_late_from_the_day_after(self):
        fridays()
        factories.facility()
        raised = {
            shift: [(a.level, a.severity) for a in alerts_due(AsOf(DUE + timedelta(shift)))]
            for shift in (-3, -2, 0, 2, 3)
        }
        assert raised == {
            -3: [],
            -2: [(0, "notice")],
            0: [(0, "warning")],
            2: [(0, "warning")],
            3: [(1, "late")],
        }

    def test_silence_is_not_lateness_of_the_rollout(self):
        factories.programme()
        fridays()
        factories.facility()
        on = DUE + 3 * WEEK
        [result] = progress(on).facilities
        assert (result.freshness.word, result.days_late) == ("silent", 0)

    def test_an_alert_leads_to_a_place_on_the_facilitys_page(self, client):
        factories.programme()
        fridays()
        factories.facility()
        [alert] = alerts_due(AsOf(DUE))
        client.force_login(factories.user_with("department"))
        path, _hash, place = alert.url.partition("#")
        html = client.get(path, {"on": DUE.isoformat()}).content.decode()
        assert f'id="{place}"' in html


class TestNothingSince:
    """When a figure says that nothing has been recorded since its newest fact."""

    SINCE = date(2025, 6, 2)  # the first of the last two weeks that ended by:
    LOOKED = DUE + WEEK + timedelta(days=1)

    def since(self, on: date) -> date | None:
        return progress(on).fresh_since

    def test_two_weeks_have_to_end_first(self):
        factories.facility("f")
        assert self.since(self.LOOKED) is None
        fridays()
        assert [self.since(self.LOOKED + timedelta(days=shift)) for shift in (-1, 0, 6, 7)] == [
            None,
            self.SINCE,
            self.SINCE,
            DUE,
        ]

    @pytest.mark.parametrize(("shift", "stale"), [(-1, True), (0, False), (1, False)])
    def test_a_fact_of_the_first_day_is_fresh(self, shift, stale):
        place = factories.facility("f")
        fridays()
        day = self.SINCE + timedelta(days=shift)
        record_milestone(
            facility=place, milestone="pilot", happened_on=day, by=factories.recorder()
        )
        found = progress(self.LOOKED)
        assert found.measure("launched").nothing_since == (day if stale else None)
        assert found.measure("servers").nothing_since is None  # without any fact there is no day
        assert found.is_stale is stale

    def test_a_report_that_nothing_changed_keeps_figures_fresh(self):
        place = factories.facility("f")
        fridays()
        record_milestone(
            facility=place, milestone="pilot", happened_on=FIRST - WEEK, by=factories.recorder()
        )
        assert progress(self.LOOKED).measure("launched").nothing_since
        reported(place, moment(DUE, 9), nothing_changed=True)
        found = progress(self.LOOKED)
        assert found.measure("launched").nothing_since is None
        assert not found.is_stale

    @pytest.mark.parametrize(("days", "stale"), [(30, False), (31, True)])
    def test_without_a_calendar_the_province_alone_is_called_old_after_a_month(self, days, stale):
        place = factories.facility("f")
        day = self.LOOKED - timedelta(days=days)
        record_milestone(
            facility=place, milestone="pilot", happened_on=day, by=factories.recorder()
        )
        found = progress(self.LOOKED)
        assert found.is_stale is stale
        assert found.measure("launched").nothing_since is None
