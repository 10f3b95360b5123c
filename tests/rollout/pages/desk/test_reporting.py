"""The page of the reporting calendar: marks, order, exceptions, a change, taking back."""

import re
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from facilities.models import Role
from rollout.models import ReportingCalendar, ReportingException
from rollout.programme.services import report
from tests import factories
from tests.factories import user_with
from tests.writing import write

pytestmark = pytest.mark.django_db

DUE = date(2025, 6, 6)
NOW = datetime(2025, 6, 25, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Wednesday
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client):
    factories.programme()
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    return client


def fridays() -> ReportingCalendar:
    return write(
        ReportingCalendar(effective_from=date(2025, 6, 2), weekday=5, hour=16, source="Công văn")
    )


def reported(place, at: datetime) -> None:
    report(facility=place, by=factories.recorder(), at=at, nothing_changed=True)


def marks(html: str, name: str) -> list[str]:
    """The words in a facility's row."""
    row = next(r for r in re.findall(r"<tr.*?</tr>", html, re.DOTALL) if name in r)
    return re.findall(r'class="hush">([^<]+)<', row)


def sent(client, **fields):
    return client.post(reverse("rollout:reporting"), {"change_set": uuid.uuid4()} | fields)


def shown(client, **query) -> str:
    return client.get(reverse("rollout:reporting"), query).content.decode()


def test_each_week_has_its_mark_and_the_longest_unheard_come_first(desk):
    fridays()
    good, slow, gone = (
        factories.facility(name_vi=f"Trung tâm {letter}", name_en=f"Centre {letter}")
        for letter in "ABC"
    )
    for shift in (0, 7, 14, 19):
        reported(good, datetime(2025, 6, 6, 9, tzinfo=NOW.tzinfo) + timedelta(days=shift))
    reported(slow, datetime(2025, 6, 23, 9, tzinfo=NOW.tzinfo))
    write(ReportingException(due_on=DUE, facility=gone, because="Nghỉ lễ"))
    html = shown(desk)
    assert marks(html, "Centre A") == ["on time"] * 4
    assert marks(html, "Centre B") == ["missing", "missing", "late", "awaited"]
    assert marks(html, "Centre C") == ["not asked", "missing", "missing", "awaited"]
    places = [html.index(f"Centre {letter}</a>") for letter in "CBA"]
    assert places == sorted(places)
    assert html.count('class="unheard"') == 1


def test_on_the_day_of_the_cut_off_the_hour_counts(desk):
    fridays()
    factories.facility(name_en="Centre A")
    for hour, mark in ((15, "awaited"), (17, "missing")):
        with time_machine.travel(NOW.replace(day=27, hour=hour), tick=False):
            assert marks(shown(desk), "Centre A")[3] == mark
    assert marks(shown(desk, on="2025-06-20"), "Centre A")[-1] == "awaited"


def test_without_a_calendar_it_says_so_and_offers_one(desk):
    assert "No calendar is in force" in shown(desk)
    answer = sent(
        desk,
        do="calendar",
        effective_from="2025-06-25",
        weekday=4,
        hour=15,
        source="Công văn 12",
    )
    assert answer.status_code == 302
    made = ReportingCalendar.objects.get()
    assert (made.effective_from, made.weekday, made.hour) == (NOW.date(), 4, 15)
    assert "Thursday, 15:00" in shown(desk)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"effective_from": "2025-06-24"}, "Give today or a later day."),
        ({"hour": 25}, "24"),
        ({"weekday": 8}, "8"),
        ({"source": " "}, "required"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_and_the_rest_is_kept(desk, fields, words):
    given = {"effective_from": "2025-07-01", "weekday": 4, "hour": 15, "source": "Công văn 12"}
    answer = sent(desk, do="calendar", **given | fields)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert words in html
    assert fields.keys() == {"source"} or "Công văn 12" in html
    assert not ReportingCalendar.objects.exists()


def test_two_calendars_from_one_day_are_refused_in_words(desk):
    fridays()
    with time_machine.travel(datetime(2025, 6, 2, 9, tzinfo=NOW.tzinfo), tick=False):
        given = {"effective_from": "2025-06-02", "weekday": 4, "hour": 15, "source": "x"}
        answer = sent(desk, do="calendar", **given)
    assert "There is a calendar from this day on." in answer.content.decode()


def test_a_week_is_excepted_once_however_often_the_form_is_sent(desk):
    fridays()
    place = factories.facility(name_en="Centre A")
    fields = {
        "change_set": uuid.uuid4(),
        "do": "exception",
        "due_on": "2025-06-27",
        "because": "Lễ",
    }
    for _ in range(2):
        assert sent(desk, **fields, facility=place.pk).status_code == 302
    made = ReportingException.objects.get()
    assert (made.due_on, made.facility, made.because) == (date(2025, 6, 27), place, "Lễ")
    assert marks(shown(desk), "Centre A")[-1] == "not asked"


@pytest.mark.parametrize("fields", [{"due_on": "2025-06-26"}, {"facility": 0}, {"because": ""}])
def test_an_exception_that_cannot_be_is_refused(desk, fields):
    fridays()
    given = {"do": "exception", "due_on": "2025-06-27", "facility": "", "because": "Lễ"}
    assert sent(desk, **given | fields).status_code == 400
    assert not ReportingException.objects.exists()


def test_what_was_wrong_is_withdrawn_with_a_reason(desk):
    fridays()
    row = write(ReportingException(due_on=DUE, because="Nhầm"))
    given = {"do": "withdraw-exception", "row": row.pk}
    assert sent(desk, **given, because=" ").status_code == 400
    assert sent(desk, **given, because="Không nghỉ").status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_because == "Không nghỉ"
    again = sent(desk, **given, because="Không nghỉ")
    assert "already been withdrawn" in again.content.decode()


@pytest.mark.parametrize("do", ["", "withdraw-user", "nonsense"])
def test_nothing_else_can_be_done_here(desk, do):
    assert sent(desk, do=do, row=1, because="x").status_code == 404


def test_only_the_department(client):
    for role in (Role.LEADER, Role.ADMINISTRATOR):
        client.force_login(user_with(role))
        assert client.get(reverse("rollout:reporting")).status_code == 403
        assert sent(client, do="calendar").status_code == 403


def test_the_queries_do_not_depend_on_how_many_there_are(desk):
    fridays()
    counts = []
    for many in (3, 9):
        for _ in range(many):
            place = factories.facility()
            reported(place, NOW)
            write(ReportingException(due_on=date(2025, 6, 27), facility=place, because="Lễ"))
        with CaptureQueriesContext(connection) as captured:
            shown(desk)
        counts.append(len(captured))
    assert len(set(counts)) == 1


def test_a_silent_facility_is_hatched_on_the_leaders_page_and_on_its_own(desk):
    fridays()
    place = factories.facility(code="quiet", name_en="Centre A")
    reported(place, datetime(2025, 6, 3, 9, tzinfo=NOW.tzinfo))
    for path in (reverse("rollout:leader"), reverse("rollout:facility", args=["quiet"])):
        html = desk.get(path).content.decode()
        assert 'class="unheard"' in html
        assert "not reporting" in html
        assert "3 June 2025" in html or "3 Jun 2025" in html or "03/06/2025" in html
        before = desk.get(path, {"on": "2025-06-06"}).content.decode()
        assert 'class="unheard"' not in before
