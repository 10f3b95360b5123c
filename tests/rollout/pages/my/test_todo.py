"""What a facility owes: which lines, worst first, each with the cells that answer it."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectivity.services import record_step
from equipment.services import record_stage, set_stage_target
from facilities.checking import judge
from rollout.models import ReportingCalendar
from rollout.programme.services import report, schedule_council, set_milestone_target
from rollout.registers.catalogue import REGISTERS
from rollout.registers.todo import TodoItem, todo
from signatures.models import StaffMember
from signatures.services import record_event
from tests import factories
from tests.rollout.pages.my.conftest import NOW
from tests.rollout.pages.my.sending import ON, department, enter_as
from tests.writing import devices, milestone, norm, write

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def place(place):
    """Fully connected, so that nothing is owed to begin with."""
    for step in ("account", "connected", "first_message"):
        connect(place, step)
    return place


def connect(place, step: str) -> None:
    record_step(
        facility=place,
        partner=factories.PartnerFactory(),
        step=step,
        happened_on=date(2025, 2, 7),
        by=factories.recorder(),
    )


def kinds(place, on: date = ON) -> list[str]:
    return [line.kind for line in todo(place.pk, on)]


def only(place, on: date = ON) -> TodoItem:
    (line,) = todo(place.pk, on)
    return line


def certificate(place, **days: date):
    made = factories.CertificateFactory(facility=place)
    for kind, day in days.items():
        until = date(day.year + 5, day.month, day.day) if kind == "issued" else None
        record_event(
            certificate=made, kind=kind, happened_on=day, valid_until=until, by=factories.recorder()
        )
    return made


def test_nothing(place):
    assert todo(place.pk, ON) == []


class TestReport:
    FRIDAY = date(2025, 5, 16)

    @pytest.fixture(autouse=True)
    def _fridays(self):
        write(ReportingCalendar(effective_from=date(2025, 5, 12), weekday=5, hour=16))

    @pytest.mark.parametrize(
        ("shift", "late"), [(-1, 0), (0, 0), (2, 0), (3, 1), (7, 5)], ids=lambda value: str(value)
    )
    def test_from_the_first_week_on_and_late_after_its_day(self, place, shift, late):
        line = only(place, self.FRIDAY + shift * DAY)
        assert (line.kind, line.due_on, line.days_late) == ("report", self.FRIDAY, late)

    def test_not_once_it_is_given(self, place):
        report(facility=place, by=by(), at=NOW - 7 * DAY, nothing_changed=True)
        assert todo(place.pk, self.FRIDAY) == []


class TestReturned:
    def returned(self, place) -> None:
        officer = factories.user_with("officer", facility=place)
        change_set = enter_as(
            officer, place, "milestones", place, **{"reached-pilot": date(2025, 3, 1)}
        )
        edit = change_set.edits.get()
        judge(
            change_set=change_set,
            returned={edit.pk: "Thiếu biên bản"},
            accepted=[],
            registers=REGISTERS,
            by=department(),
            on=ON,
        )

    def test_with_the_reviewers_words(self, place):
        milestone(place, "preparing", date(2025, 1, 5))
        self.returned(place)
        line = only(place)
        assert (line.kind, line.because) == ("returned", "Thiếu biên bản")
        assert (line.register, line.row, line.cells) == ("milestones", place.pk, ("reached-pilot",))

    def test_not_once_it_is_written_anew(self, place):
        milestone(place, "preparing", date(2025, 1, 5))
        self.returned(place)
        officer = factories.user_with("officer", facility=place)
        enter_as(officer, place, "milestones", place, **{"reached-pilot": date(2025, 3, 2)})
        assert todo(place.pk, ON) == []

    def test_the_list_names_the_record_where_names_are_read_and_takes_the_answer(
        self, client, place
    ):
        officer = factories.user_with("officer", facility=place)
        for name in ("Nguyễn Thị Lan", "Trần Văn Bình"):
            made = enter_as(officer, place, "staff", None, facility=place.code, name=name)
        row = StaffMember.objects.get(pk=made.edits.get(column="").row)
        told = enter_as(officer, place, "staff", row, position="Bác sĩ")
        judge(
            change_set=told,
            returned={told.edits.get().pk: "Sai chức vụ"},
            accepted=[],
            registers=REGISTERS,
            by=department(),
            on=ON,
        )
        client.force_login(officer)
        page = client.get("/todo/")
        assert "Trần Văn Bình" in page.text
        assert "Nguyễn Thị Lan" not in page.text
        (line,) = (one for one in page.context["lines"] if one.record)
        opened = client.get("/todo/", {"answer": line.line.thing})
        (line,) = (one for one in opened.context["lines"] if one.record)
        sent = {
            **{"change_set": uuid.uuid4(), "position": "Y sĩ", "seen-position": "Bác sĩ"},
            **{"because": "ghi nhầm"},
        }
        assert client.post(line.action, sent).url.startswith("/todo/")
        assert not any(one.record for one in client.get("/todo/").context["lines"])


class TestStage:
    @pytest.fixture
    def file(self, place):
        file = factories.ProcurementFactory(code="GT-1", facility=place)
        set_stage_target(
            procurement=file, stage="award", due_on=ON, set_on=date(2025, 2, 1), by=by()
        )
        return file

    @pytest.mark.parametrize(
        ("shift", "late"), [(-15, None), (-14, 0), (0, 0), (1, 1)], ids=lambda value: str(value)
    )
    def test_two_weeks_before_its_day_and_late_after_it(self, place, file, shift, late):
        lines = todo(place.pk, ON + shift * DAY)
        assert [line.days_late for line in lines] == ([] if late is None else [late])

    def test_the_cells_are_its_day_and_its_money(self, place, file):
        line = only(place)
        assert (line.register, line.row) == ("procurements", file.pk)
        assert line.cells == ("reached-award", "award-value")

    def test_not_once_it_or_a_later_one_is_reached(self, place, file):
        record_stage(procurement=file, stage="contract", happened_on=ON - DAY, by=by())
        assert todo(place.pk, ON) == []


class TestMilestone:
    def test_one_that_is_late(self, place):
        plan(place, "pilot", ON)
        assert [line.days_late for line in todo(place.pk, ON)] == [0]
        assert todo(place.pk, ON - 15 * DAY) == []
        line = only(place, ON + DAY)
        assert (line.kind, line.days_late, line.cells) == ("milestone", 1, ("reached-pilot",))

    def test_one_whose_day_nobody_wrote_down(self, place):
        milestone(place, "launch", date(2025, 4, 1))
        assert {line.cells for line in todo(place.pk, ON)} >= {("reached-pilot",)}
        assert {line.days_late for line in todo(place.pk, ON)} == {0}

    def test_the_council_is_not_the_facilitys(self, place):
        schedule_council(
            meeting=factories.CouncilMeetingFactory(facility=place),
            scheduled_on=ON - DAY,
            set_on=date(2025, 2, 1),
            by=by(),
        )
        assert todo(place.pk, ON) == []


class TestCertificates:
    DAY_OF = date(2025, 4, 1)

    def test_counted_by_what_they_wait_for(self, place):
        before = {"requested": self.DAY_OF, "issued": self.DAY_OF}
        certificate(place, requested=self.DAY_OF)
        certificate(place, **before)
        certificate(place, **before)
        certificate(place, **before, handed_over=self.DAY_OF)
        certificate(place, **before, handed_over=self.DAY_OF, authenticated=self.DAY_OF + 10 * DAY)
        found = {line.step: line.what.split()[0] for line in todo(place.pk, ON)}
        assert found == {"handed-over": "2", "authenticated": "1"}

    def test_not_those_of_another_facility(self, place, other):
        connected = certificate(other, requested=self.DAY_OF, issued=self.DAY_OF)
        assert todo(place.pk, ON) == []
        assert connected.facility == other


class TestConnection:
    def test_the_next_step_only(self, other):
        assert only(other).cells == ("account",)
        connect(other, "account")
        assert only(other).cells == ("connected",)

    def test_nothing_more_once_it_has_ended(self, other):
        connect(other, "account")
        connect(other, "connected")
        connect(other, "disconnected")
        assert todo(other.pk, ON) == []


class TestDevices:
    def test_one_line_however_many_types_are_below_their_norm(self, place):
        norm(10, date(2025, 1, 1))
        devices(place, 4, date(2025, 2, 1))
        line = only(place)
        assert (line.kind, line.register, line.cells) == ("devices", "devices", ("device-tablet",))
        assert re.findall(r"\d+", str(line.what)) == ["4", "10"]
        norm(3, date(2025, 1, 1), device_type=type_of("kiosk"))
        line = only(place)
        assert set(line.cells) == {"device-tablet", "device-kiosk"}
        assert re.findall(r"\d+", str(line.because)) == ["0", "3", "4", "10"]
        devices(place, 6, date(2025, 3, 1))
        assert only(place).cells == ("device-kiosk",)


def test_the_longest_late_first_then_what_is_missing(place):
    norm(10, date(2025, 1, 1))
    plan(place, "pilot", ON - 3 * DAY)
    file = factories.ProcurementFactory(code="GT-1", facility=place)
    set_stage_target(
        procurement=file, stage="award", due_on=ON - 9 * DAY, set_on=date(2025, 2, 1), by=by()
    )
    write(ReportingCalendar(effective_from=date(2025, 5, 12), weekday=5, hour=16))
    certificate(place, requested=date(2025, 4, 1), issued=date(2025, 4, 1))
    assert kinds(place) == ["stage", "report", "milestone", "certificates", "devices"]


def test_the_queries_do_not_depend_on_how_much_is_owed(place):
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            todo(place.pk, ON)
        return len(found)

    fill(place, 1)
    before = count()
    fill(place, 5)
    assert count() == before


def fill(place, many: int) -> None:
    for number in range(many):
        file = factories.ProcurementFactory(facility=place)
        set_stage_target(
            procurement=file, stage="award", due_on=ON - DAY, set_on=date(2025, 2, 1), by=by()
        )
        certificate(place, requested=date(2025, 4, 1), issued=date(2025, 4, 1))
        norm(10, date(2025, 1, 1), device_type=type_of(f"type-{many}-{number}"))


def type_of(code: str):
    return factories.DeviceTypeFactory(code=code, name_vi=code, name_en=code)


def plan(place, code: str, due_on: date) -> None:
    set_milestone_target(
        facility=place, milestone=code, due_on=due_on, set_on=date(2025, 2, 1), by=by()
    )


def by():
    return factories.recorder()
