"""When a deadline is told, how loudly, and that it is told once."""

from datetime import date, timedelta
from itertools import chain

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from equipment.services import record_stage, set_stage_target
from facilities.as_of import AsOf
from facilities.models import CalendarDay, Facility, FacilityName, FacilityScope, Scope
from facilities.services import record, withdraw
from facilities.working_days import WEEKENDS_ONLY
from rollout.models import (
    Alert,
    CouncilCondition,
    Directive,
    LegalDeadline,
    MilestoneTarget,
    ReportingCalendar,
    ReportingException,
)
from rollout.notices.alerts import COMING, OVERDUE, RULES, raise_alerts
from rollout.programme import must_start
from rollout.programme.deadlines import deadlines
from rollout.programme.services import (
    record_milestone,
    record_ruling,
    schedule_council,
    set_milestone_target,
)
from signatures.campaigns import open_campaign
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db

DUE = date(2025, 6, 20)
SET = date(2025, 1, 1)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def open_alerts() -> list[tuple]:
    return list(
        Alert.objects.filter(cleared_on__isnull=True)
        .order_by("due_on", "level")
        .values_list("rule", "level", "severity")
    )


def procurement_stage():
    file = factories.ProcurementFactory()
    set_stage_target(
        procurement=file, stage="award", due_on=DUE, set_on=SET, by=factories.recorder()
    )


def milestone():
    set_milestone_target(
        facility=factories.facility(),
        milestone="launch",
        due_on=DUE,
        set_on=SET,
        by=factories.recorder(),
    )


def council():
    schedule_council(
        meeting=factories.CouncilMeetingFactory(),
        scheduled_on=DUE,
        set_on=SET,
        by=factories.recorder(),
    )


def condition():
    meeting, by = factories.CouncilMeetingFactory(), factories.recorder()
    record_ruling(meeting=meeting, conclusion="conditions", held_on=SET, by=by)
    record(CouncilCondition(meeting=meeting, text="Sao lưu", owner="Tổ CNTT", due_on=DUE), by=by)


def directive():
    record(
        Directive(
            code="CD-1",
            name_vi="Trình văn bản",
            issued_on=SET,
            issued_by="Phó Chủ tịch",
            lead=factories.AgencyFactory(),
            due_on=DUE,
        ),
        by=factories.recorder(),
    )


def certificate_expiry():
    certificate, by = factories.CertificateFactory(), factories.recorder()
    record_event(certificate=certificate, kind="requested", happened_on=SET, by=by)
    record_event(
        certificate=certificate,
        kind="issued",
        happened_on=SET,
        valid_until=DUE + days(1),  # the first day on which it is no longer valid
        by=by,
    )


def campaign():
    """One certificate, whose end is far, is to be changed."""
    certificate, by = factories.CertificateFactory(), factories.recorder()
    record_event(certificate=certificate, kind="requested", happened_on=SET, by=by)
    record_event(
        certificate=certificate,
        kind="issued",
        happened_on=SET,
        valid_until=DUE + days(400),
        by=by,
    )
    open_campaign(
        title="Sáp nhập",
        act="changed",
        facilities=[certificate.facility],
        opened_on=SET + days(1),
        due_on=DUE,
        by=by,
    )


def legal(due_on=DUE, code="hospitals"):
    record(
        LegalDeadline(
            code=code,
            name_vi="Bệnh viện dùng bệnh án điện tử",
            name_en="Hospitals use electronic records",
            basis="Thông tư 13/2025/TT-BYT",
            applies_to="all",
            due_on=due_on,
            effective_from=SET,
        ),
        by=factories.recorder(),
    )


def must_start_file():
    """Posted on the latest day, the goods come in time: a file ready to be posted."""
    by = factories.recorder()
    file = factories.ProcurementFactory(selection="open_international")
    record_stage(procurement=file, stage="bidding_documents", happened_on=SET, by=by)
    set_stage_target(procurement=file, stage="acceptance", due_on=DUE + days(87), set_on=SET, by=by)
    [start] = must_start.starts(AsOf(DUE))
    assert start.next.by == DUE


def must_reach():
    """It prepares, and five steps are left: 150 days as assumed, and the weekends they end on."""
    place, by = factories.facility(), factories.recorder()
    record_milestone(facility=place, milestone="preparing", happened_on=SET, by=by)
    legal(DUE + days(152), "later")
    assert must_start.latest_days(AsOf(DUE))["pilot"].by == DUE


def must_request():
    place, by = factories.facility(), factories.recorder()
    record(SignatureNeed(facility=place, quantity=2, effective_from=SET), by=by)
    schedule_council(
        meeting=factories.CouncilMeetingFactory(facility=place),
        scheduled_on=WEEKENDS_ONLY.add(DUE, must_start.ISSUE_DAYS + must_start.HAND_OVER_DAYS),
        set_on=SET,
        by=by,
    )


# rule: (what makes it, first told so many days before, louder from so many days before)
def status_report():
    """Of one facility alone: those there are already need not report."""
    by = factories.recorder()
    for place in Facility.objects.all():
        record(ReportingException(due_on=DUE, facility=place, because="holiday"), by=by)
    factories.facility()
    record(
        ReportingCalendar(effective_from=DUE - days(6), weekday=DUE.isoweekday(), hour=16), by=by
    )


EDGES = {  # in working days
    "procurement_stage": (procurement_stage, 5, 2),
    "must_start": (must_start_file, 10, 3),
    "must_reach": (must_reach, 10, 3),
    "must_request": (must_request, 10, 3),
    "milestone": (milestone, 10, 3),
    "council": (council, 5, 1),
    "condition": (condition, 5, 2),
    "directive": (directive, 5, 2),
    "certificate_expiry": (certificate_expiry, 60, 20),
    "campaign": (campaign, 20, 5),
    "legal": (legal, 60, 20),
    "status_report": (status_report, 2, 0),
}
MONDAY = DUE + days(3)  # it is due on a Friday


def before(number: int) -> date:
    """So many working days before it is due."""
    return WEEKENDS_ONLY.add(DUE, -number)


def test_every_rule_has_its_edges_tested():
    assert EDGES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", EDGES)
def test_edges_of_each_rule(rule):
    make, notice, warning = EDGES[rule]
    make()
    for day, expected in [
        (before(notice) - days(1), []),
        (before(notice), [(rule, COMING, "notice")]),
        (before(notice - 1), [(rule, COMING, "notice" if notice - 1 > warning else "warning")]),
        (before(warning) - days(1), [(rule, COMING, "notice")]),
        (before(warning), [(rule, COMING, "warning")]),
        (DUE, [(rule, COMING, "warning")]),
        (MONDAY - days(1), [(rule, COMING, "warning")]),
        # Nobody is late by a latest day.
        (MONDAY, [(rule, OVERDUE, "warning" if rule.startswith("must_") else "late")]),
    ]:
        Alert.objects.all().delete()
        raise_alerts(day)
        assert open_alerts() == expected, day


def test_a_day_off_is_not_counted():
    milestone()
    record(
        CalendarDay(day=before(1), kind="off", name_vi="Nghỉ", source="x"), by=factories.recorder()
    )
    raise_alerts(before(11))
    assert open_alerts() == [("milestone", COMING, "notice")]
    record(CalendarDay(day=MONDAY, kind="off", name_vi="Nghỉ", source="x"), by=factories.recorder())
    raise_alerts(MONDAY)
    assert open_alerts() == [("milestone", COMING, "warning")]
    raise_alerts(MONDAY + days(1))
    assert open_alerts() == [("milestone", OVERDUE, "late")]


@pytest.mark.parametrize("rule", EDGES)
def test_night_after_night_leaves_one_row_for_each_level(rule):
    make, notice, _warning = EDGES[rule]
    make()
    first = (before(notice) - DUE).days - 3
    raised = [raise_alerts(DUE + days(n)) for n in range(first, 5)]
    assert sum(raised) == 2
    coming, overdue = Alert.objects.order_by("level")
    assert (coming.raised_on, coming.cleared_on) == (before(notice), MONDAY)
    assert (overdue.raised_on, overdue.cleared_on) == (MONDAY, None)


def test_the_page_of_each_alert_exists(client):
    user = factories.user_with("department")
    client.force_login(user)
    for make, _notice, _warning in EDGES.values():
        make()
    raise_alerts(DUE)
    assert set(Alert.objects.values_list("rule", flat=True)) == EDGES.keys()
    for url in Alert.objects.values_list("url", flat=True):
        page, _sep, anchor = url.partition("#")
        answer = client.get(page)
        assert answer.status_code == 200, url
        assert not anchor or f'id="{anchor}"' in answer.content.decode(), url


def test_words_in_both_languages_with_the_name_of_that_day():
    place = factories.facility(name_vi="Trung tâm Y tế huyện Lục Nam", name_en="Luc Nam Centre")
    record(
        FacilityName(
            facility=place,
            name_vi="Trung tâm Y tế Lục Nam",
            name_en="Luc Nam Medical Centre",
            effective_from=DUE + days(1),
        ),
        by=factories.recorder(),
    )
    meeting = factories.CouncilMeetingFactory(facility=place)
    schedule_council(meeting=meeting, scheduled_on=DUE, set_on=SET, by=factories.recorder())
    raise_alerts(DUE)
    alert = Alert.objects.get()
    assert alert.what_en == "Luc Nam Centre: Meeting of the evaluation council"
    assert alert.what_vi.startswith("Trung tâm Y tế huyện Lục Nam: ")
    assert alert.url == f"/facilities/{place.code}/#councils"
    raise_alerts(MONDAY)
    assert Alert.objects.get(level=OVERDUE).what_en.startswith("Luc Nam Medical Centre: ")


class TestRepeating:
    def test_a_doubled_run_raises_nothing_more(self):
        milestone()
        assert [raise_alerts(DUE), raise_alerts(DUE), raise_alerts(DUE)] == [1, 0, 0]
        assert Alert.objects.count() == 1

    def test_missed_nights_are_repaired(self):
        milestone()
        raise_alerts(DUE - days(20))
        raise_alerts(DUE + days(40))
        alert = Alert.objects.get()
        assert (alert.level, alert.raised_on) == (OVERDUE, DUE + days(40))

    def test_a_missed_night_before_the_day_is_repaired_too(self):
        milestone()
        raise_alerts(DUE - days(20))
        raise_alerts(DUE - days(5))
        assert open_alerts() == [("milestone", COMING, "notice")]

    def test_severity_follows_while_it_is_open(self):
        milestone()
        raise_alerts(DUE - days(14))
        assert raise_alerts(DUE - days(2)) == 0
        alert = Alert.objects.get()
        assert (alert.severity, alert.raised_on) == ("warning", DUE - days(14))

    def test_an_earlier_day_changes_nothing(self):
        milestone()
        raise_alerts(DUE + days(1))
        before = list(Alert.objects.values())
        assert raise_alerts(DUE) == 0
        assert list(Alert.objects.values()) == before

    def test_asks_as_often_for_three_facilities_as_for_thirty(self):
        counts = []
        for number in (3, 27):
            for _i in range(number):
                for make in (procurement_stage, milestone, council, certificate_expiry):
                    make()
            with CaptureQueriesContext(connection) as captured:
                raise_alerts(DUE)
            # A new alert costs its part of an insert; what is asked does not grow.
            counts.append(sum("INSERT" not in query["sql"] for query in captured))
        assert counts[0] == counts[1]


class TestCause:
    def test_gone_when_done(self):
        place = factories.facility()
        set_milestone_target(
            facility=place, milestone="launch", due_on=DUE, set_on=SET, by=factories.recorder()
        )
        raise_alerts(DUE)
        record_milestone(
            facility=place, milestone="launch", happened_on=DUE, by=factories.recorder()
        )
        raise_alerts(DUE + days(1))
        alert = Alert.objects.get()
        assert (alert.level, alert.cleared_on) == (COMING, DUE + days(1))

    def test_a_later_stage_of_the_file_is_enough(self):
        file = factories.ProcurementFactory()
        set_stage_target(
            procurement=file, stage="award", due_on=DUE, set_on=SET, by=factories.recorder()
        )
        raise_alerts(DUE + days(1))
        record_stage(
            procurement=file, stage="contract", happened_on=DUE + days(2), by=factories.recorder()
        )
        raise_alerts(DUE + days(2))
        assert open_alerts() == []

    def test_a_postponed_council_is_told_again_once_it_has_a_new_day(self):
        meeting, by = factories.CouncilMeetingFactory(), factories.recorder()
        schedule_council(meeting=meeting, scheduled_on=DUE, set_on=SET, by=by)
        raise_alerts(DUE)
        record_ruling(meeting=meeting, conclusion="postponed", held_on=DUE, by=by)
        raise_alerts(DUE + days(1))
        assert open_alerts() == []
        schedule_council(meeting=meeting, scheduled_on=DUE + days(8), set_on=DUE + days(2), by=by)
        raise_alerts(DUE + days(2))
        assert open_alerts() == [("council", COMING, "notice")]
        assert Alert.objects.get(cleared_on=None).due_on == DUE + days(8)

    def test_gone_when_the_council_has_ruled(self):
        meeting, by = factories.CouncilMeetingFactory(), factories.recorder()
        schedule_council(meeting=meeting, scheduled_on=DUE, set_on=SET, by=by)
        raise_alerts(DUE)
        record_ruling(meeting=meeting, conclusion="pass", held_on=DUE, by=by)
        raise_alerts(DUE + days(1))
        assert open_alerts() == []

    def test_returns_and_reopens_the_same_row(self):
        place, by = factories.facility(), factories.recorder()
        set_milestone_target(facility=place, milestone="launch", due_on=DUE, set_on=SET, by=by)
        raise_alerts(MONDAY)
        fact = record_milestone(facility=place, milestone="launch", happened_on=DUE, by=by)
        raise_alerts(MONDAY + days(1))
        assert open_alerts() == []
        withdraw(fact=fact, because="another facility", by=by)
        assert raise_alerts(MONDAY + days(2)) == 1
        alert = Alert.objects.get()
        assert (alert.raised_on, alert.cleared_on) == (MONDAY, None)

    def test_a_moved_target_clears_the_old_alert(self):
        place, by = factories.facility(), factories.recorder()
        set_milestone_target(facility=place, milestone="launch", due_on=DUE, set_on=SET, by=by)
        raise_alerts(DUE + days(3))
        set_milestone_target(
            facility=place,
            milestone="launch",
            due_on=DUE + days(10),
            set_on=DUE + days(4),
            because="server delivered late",
            by=by,
        )
        raise_alerts(DUE + days(4))
        old, new = Alert.objects.order_by("due_on")
        assert (old.level, old.cleared_on) == (OVERDUE, DUE + days(4))
        assert (new.due_on, new.level, new.cleared_on) == (DUE + days(10), COMING, None)

    def test_gone_when_the_target_is_withdrawn(self):
        milestone()
        raise_alerts(DUE)
        target = MilestoneTarget.objects.get()
        withdraw(fact=target, because="typed twice", by=factories.recorder())
        raise_alerts(DUE)
        assert open_alerts() == []

    def test_gone_with_the_facility_from_the_rollout(self):
        place, by = factories.facility(), factories.recorder()
        set_milestone_target(facility=place, milestone="launch", due_on=DUE, set_on=SET, by=by)
        raise_alerts(DUE)
        record(FacilityScope(facility=place, scope=Scope.NONE, effective_from=DUE + days(1)), by=by)
        raise_alerts(DUE + days(1))
        assert open_alerts() == []

    def test_expiring_certificates_are_counted_in_one_alert(self):
        place, by = factories.facility(name_vi="Bệnh viện A"), factories.recorder()
        certificates = [factories.CertificateFactory(facility=place) for _ in range(3)]
        for certificate in certificates:
            record_event(certificate=certificate, kind="requested", happened_on=SET, by=by)
            record_event(
                certificate=certificate,
                kind="issued",
                happened_on=SET,
                valid_until=DUE + days(1),
                by=by,
            )
        raise_alerts(DUE - days(60))
        assert Alert.objects.get().what_en == "Bệnh viện A: 3 digital signatures expire"
        record_event(
            certificate=certificates[0],
            kind="renewed",
            happened_on=DUE - days(59),
            valid_until=DUE + days(365),
            by=by,
        )
        record_event(certificate=certificates[1], kind="revoked", happened_on=DUE - days(59), by=by)
        assert raise_alerts(DUE - days(58)) == 0
        assert Alert.objects.get().what_en == "Bệnh viện A: 1 digital signature expires"


def test_every_deadline_there_is_has_a_rule():
    for make, _notice, _warning in EDGES.values():
        make()
    as_of = AsOf(DUE)
    found = chain(deadlines(as_of), must_start.deadlines(as_of))
    assert {deadline.rule for deadline in found} == RULES.keys()


class TestCommand:
    def test_is_the_twin_of_the_job(self, capsys):
        milestone()
        call_command("raise_alerts", on=DUE.isoformat())
        assert "1 alerts raised" in capsys.readouterr().out
        assert Alert.objects.get().raised_on == DUE

    def test_says_when_alerts_stand_at_a_later_day(self, capsys):
        milestone()
        raise_alerts(DUE + days(1))
        call_command("raise_alerts", on=DUE.isoformat())
        assert f"alerts already stand at {DUE + days(1)}" in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["2025-02-30", "yesterday", "1999-12-31"])
    def test_names_a_bad_day(self, text):
        with pytest.raises(CommandError, match="--on"):
            call_command("raise_alerts", on=text)

    def test_refuses_a_day_to_come(self):
        tomorrow = timezone.localdate() + days(1)
        with pytest.raises(CommandError, match=tomorrow.isoformat()):
            call_command("raise_alerts", on=tomorrow.isoformat())
        call_command("raise_alerts", on=timezone.localdate().isoformat())
