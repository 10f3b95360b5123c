"""A product that stands on the day of its sample: what goes by that day, and what by the clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from facilities import clock
from facilities.as_of import AsOf
from facilities.models import ApiToken, Document, Role
from facilities.services import day_of_writing, record
from rollout import tasks
from rollout.models import Alert, JobRun, Notice, ProgressSnapshot, ReportingCalendar, StatusReport
from rollout.notices import watching
from rollout.notices.feeds import addresses
from rollout.programme.deadlines import deadlines
from rollout.programme.reporting import FRESH, state_of
from rollout.programme.services import report, set_milestone_target
from rollout.registers.loading import BACGIANG
from rollout.registers.loading.folder import Folder
from rollout.schedule import COMPUTE_PROGRESS
from tests import factories
from tests.factories import user_with
from tests.writing import write

pytestmark = pytest.mark.django_db

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
SAMPLE = date(2025, 5, 21)  # a Wednesday
NOW = datetime(2026, 11, 28, 9, tzinfo=VIET_NAM)
DAY = timedelta(days=1)
RIBBON = {"vi": "dữ liệu mẫu, ngày 21/05/2025", "en": "sample data, the day is 21 May 2025"}


@pytest.fixture(autouse=True)
def _later():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def _standing_still(settings):
    settings.TODAY = SAMPLE


standing_still = pytest.mark.usefixtures("_standing_still")


class TestClock:
    def test_without_a_sample_it_is_the_day_in_viet_nam(self):
        assert clock.today() == clock.real_day() == NOW.date()
        assert clock.day_of(NOW - 300 * DAY) == (NOW - 300 * DAY).date()
        assert clock.as_if_today(NOW) == NOW
        assert clock.ends_at(SAMPLE) == datetime(2025, 5, 22, tzinfo=VIET_NAM)

    @standing_still
    def test_moments_after_the_day_count_as_the_same_hour_of_it(self):
        assert (clock.today(), clock.real_day()) == (SAMPLE, NOW.date())
        assert clock.day_of(NOW) == SAMPLE
        assert clock.as_if_today(NOW) == datetime(2025, 5, 21, 9, tzinfo=VIET_NAM)

    @standing_still
    def test_earlier_moments_are_what_they_are(self):
        last = datetime(2025, 5, 21, 23, 59, tzinfo=VIET_NAM)
        assert clock.as_if_today(last) == last
        assert clock.day_of(last - DAY) == SAMPLE - DAY

    @standing_still
    def test_the_day_itself_does_not_end(self):
        assert clock.ends_at(SAMPLE) is None
        assert clock.ends_at(SAMPLE - DAY) == datetime(2025, 5, 21, tzinfo=VIET_NAM)


@standing_still
class TestWhatIsShown:
    @pytest.fixture
    def reader(self, client):
        factories.programme()
        factories.facility(code="a")
        client.force_login(user_with(Role.DEPARTMENT, until=SAMPLE + 30 * DAY))
        return client

    @pytest.mark.parametrize("language", ["vi", "en"])
    @pytest.mark.parametrize("address", ["/", "/desk/", "/inbox/", "/month/"])
    def test_each_page_says_once_that_it_is_sample_data(self, reader, address, language):
        reader.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = reader.get(address).content.decode()
        assert page.count(RIBBON[language]) == 1

    def test_whoever_signs_in_is_told(self, client):
        assert client.get("/sign-in/").content.decode().count(RIBBON["vi"]) == 1

    def test_a_facility_s_own_pages_say_it_too(self, client):
        factories.programme()
        client.force_login(user_with(Role.OFFICER, facility=factories.facility()))
        assert client.get("/my/").content.decode().count(RIBBON["vi"]) == 1

    def test_the_administration_says_it_too(self, client):
        factories.programme()
        client.force_login(user_with(Role.ADMINISTRATOR, is_staff=True))
        page = client.get("/admin/")
        assert page.content.decode().count(RIBBON["vi"]) == 1
        assert page.context["today"] == SAMPLE

    def test_pages_open_on_the_day_and_a_link_to_it_needs_no_day(self, reader):
        day = reader.get("/").context["day"]
        assert (day.on, day.is_today, day.query) == (SAMPLE, True, "")
        assert reader.get("/", {"on": "2025-05-22"}).context["day"].query == "on=2025-05-22"

    def test_so_does_the_api(self, reader):
        assert reader.get("/api/v1/progress/").json()["on"] == "2025-05-21"
        assert reader.get("/api/v1/deadlines/").json()["on"] == "2025-05-21"

    def test_a_calendar_to_subscribe_to_is_that_of_the_day(self, client):
        person = user_with(Role.DEPARTMENT, until=SAMPLE + DAY)  # by the clock, it left long ago
        _made, secret = addresses.issue(person=person, kind="calendar", language="en")
        answer = client.get(reverse("calendar-feed", args=[secret]))
        assert answer.status_code == 200
        assert answer["ETag"].strip('"').endswith("-2025-05-21")


def test_without_a_sample_no_page_speaks_of_one(client):
    assert "sample-day" not in client.get("/sign-in/").content.decode()


@standing_still
class TestJobs:
    def test_they_compute_the_day_and_note_the_hour_of_the_clock(self):
        factories.facility()
        tasks.compute_progress()
        assert set(ProgressSnapshot.objects.values_list("on", flat=True)) == {SAMPLE}
        run = JobRun.objects.get(job=COMPUTE_PROGRESS)
        assert run.started_at == NOW

    def test_no_run_is_made_for_a_day_after_it(self):
        with pytest.raises(ValueError, match="Chưa đến ngày 2025-05-22"):
            tasks.compute_progress("2025-05-22")

    def test_alerts_and_reminders_are_those_of_the_day(self):
        place = factories.facility()
        person = user_with(Role.OFFICER, facility=place)
        set_milestone_target(
            facility=place,
            milestone="launch",
            due_on=SAMPLE - DAY,
            set_on=SAMPLE - 60 * DAY,
            by=factories.recorder(),
        )
        tasks.raise_alerts()
        alert = Alert.objects.get(due_on=SAMPLE - DAY)
        assert (alert.raised_on, alert.cleared_on) == (SAMPLE, None)
        tasks.remind()
        told = Notice.objects.filter(person=person)
        assert [notice.on for notice in told] == [SAMPLE]

    def test_a_job_that_did_not_come_is_an_alert_of_the_day(self):
        JobRun.objects.create(
            job=COMPUTE_PROGRESS, started_at=NOW - 3 * DAY, ended_at=NOW - 3 * DAY, rows=1
        )
        watching.watch(timezone.now())
        alert = Alert.objects.filter(subject=f"job:{COMPUTE_PROGRESS}").get()
        assert (alert.raised_on, alert.due_on) == (SAMPLE, SAMPLE)


@standing_still
class TestWhatIsRecorded:
    def paper(self, issued_on: date, **fields) -> Document:
        return Document(number="1", title="x", issuer="y", issued_on=issued_on, **fields)

    def test_it_may_have_happened_on_the_day_and_is_noted_by_the_clock(self):
        made = record(self.paper(SAMPLE), by=factories.recorder())
        assert made.recorded_at == NOW
        assert day_of_writing() == SAMPLE

    def test_what_comes_after_the_day_has_not_happened(self):
        with pytest.raises(ValidationError, match="Chưa đến ngày này"):
            record(self.paper(SAMPLE + DAY), by=factories.recorder())

    def test_files_of_a_province_may_tell_what_came_later(self):
        assert Folder(BACGIANG, by=factories.recorder()).on == NOW.date() > SAMPLE

    def test_a_key_expires_by_the_clock(self, client):
        factories.programme()
        _token, key = ApiToken.make(
            user=user_with(Role.CLIENT),
            label="x",
            scope=ApiToken.Scope.PROGRESS,
            expires_on=SAMPLE + DAY,
        )
        answer = client.get("/api/v1/progress/", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 401

    def test_a_weekly_report_answers_the_week_of_the_day(self):
        write(ReportingCalendar(effective_from=date(2025, 5, 19), weekday=5, hour=16))
        place = factories.facility()
        made = report(
            facility=place, by=factories.recorder(), at=timezone.now(), nothing_changed=True
        )
        assert (made.happened_on, made.due_on) == (SAMPLE, date(2025, 5, 23))
        assert StatusReport.objects.get().recorded_at == NOW
        state = state_of(place, on=SAMPLE, at=clock.as_if_today(timezone.now()))
        assert (state.word, state.heard_on, state.last_report_on) == (FRESH, SAMPLE, SAMPLE)
        [found] = [d for d in deadlines(AsOf(SAMPLE)) if d.due_on == date(2025, 5, 23)]
        assert found.done_on == SAMPLE
