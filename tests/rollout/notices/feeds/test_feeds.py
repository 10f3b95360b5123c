"""Calendars and news by secret address: what is in them, for whom, and what stays the same when it moves."""

import re
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from lxml import etree

from facilities.models import CalendarDay, Role
from facilities.services import withdraw
from rollout.models import CouncilDate, FeedAddress
from rollout.notices.alerts import raise_alerts
from rollout.notices.feeds import addresses
from rollout.notices.feeds.events import Event
from rollout.notices.notices import notify
from rollout.programme.services import record_milestone, schedule_council, set_milestone_target
from tests import factories
from tests.factories import user_with
from tests.writing import write

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 5, 21, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = NOW.date()
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _now(settings):
    settings.SITE_URL = "https://emr.example.vn"
    with time_machine.travel(NOW, tick=False):
        yield


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def address_of(person, kind="calendar", language="en") -> str:
    made, secret = addresses.issue(person=person, kind=kind, language=language)
    return reverse(f"{made.kind}-feed", args=[secret])


def read(client, address) -> dict[str, icalendar.Event]:
    """By UID, as a calendar program reads it."""
    answer = client.get(address)
    assert answer.status_code == 200
    calendar = icalendar.Calendar.from_ical(answer.content)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_a_calendar_of_nothing_is_a_calendar_all_the_same(client):
    answer = client.get(address_of(user_with(Role.DEPARTMENT)))
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert not calendar.walk("VEVENT")
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]


@pytest.fixture
def council():
    meeting = factories.CouncilMeetingFactory(
        facility=factories.facility(name_vi="Bệnh viện Mẫu", name_en="Sample Hospital")
    )
    schedule_council(meeting=meeting, scheduled_on=on(20), set_on=on(-9), by=factories.recorder())
    return meeting


def test_a_council_that_moves_keeps_its_uid_and_counts_up(client, council):
    address = address_of(user_with(Role.DEPARTMENT))
    uid = f"council:{council.pk}@emr.example.vn"
    before = read(client, address)[uid]
    assert str(before["SUMMARY"]) == "Sample Hospital: evaluation council"
    assert before["DTSTART"].dt == on(20)
    assert str(before["URL"]).startswith("https://emr.example.vn/facilities/")
    schedule_council(
        meeting=council, scheduled_on=on(30), set_on=on(-1), because="x", by=factories.recorder()
    )
    after = read(client, address)[uid]
    assert after["DTSTART"].dt == on(30)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CONFIRMED"


def test_a_council_that_is_withdrawn_is_cancelled_not_merely_gone(client, council):
    address = address_of(user_with(Role.DEPARTMENT))
    withdraw(fact=CouncilDate.objects.get(), because="typed twice", by=factories.recorder())
    (event,) = read(client, address).values()
    assert (event["STATUS"], event["DTSTART"].dt) == ("CANCELLED", on(20))


def test_a_deadline_is_there_until_it_is_met(client):
    place = factories.facility()
    set_milestone_target(
        facility=place, milestone="launch", due_on=on(5), set_on=on(-9), by=factories.recorder()
    )
    address = address_of(user_with(Role.OFFICER, facility=place))
    (event,) = read(client, address).values()
    assert (event["STATUS"], event["DTSTART"].dt) == ("CONFIRMED", on(5))
    record_milestone(facility=place, milestone="launch", happened_on=DAY, by=factories.recorder())
    (event,) = read(client, address).values()
    assert event["STATUS"] == "CANCELLED"


def test_an_officer_reads_the_own_facility_only_and_an_agency_its_directives(client, council):
    mine, other = factories.AgencyFactory(), factories.AgencyFactory()
    factories.DirectiveFactory(lead=mine, issued_on=on(-2), due_on=on(9), code="CD-1")
    factories.DirectiveFactory(lead=other, issued_on=on(-2), due_on=on(9), code="CD-2")
    of_place = read(client, address_of(user_with(Role.OFFICER, facility=council.facility)))
    elsewhere = read(
        client, address_of(user_with(Role.OFFICER, facility=factories.facility("else")))
    )
    agency = read(client, address_of(user_with(Role.AGENCY, agency=mine)))
    everything = read(client, address_of(user_with(Role.LEADER)))
    assert len(of_place) == 1
    assert elsewhere == {}
    assert [str(event["SUMMARY"])[:4] for event in agency.values()] == ["CD-1"]
    assert len(everything) == 3


def test_what_opens_nothing_is_answered_alike(client, council):
    person = user_with(Role.DEPARTMENT)
    made, secret = addresses.issue(person=person, kind="calendar", language="vi")
    news, other = addresses.issue(person=person, kind="news", language="vi")
    gone, third = addresses.issue(person=user_with(Role.LEADER), kind="calendar", language="vi")
    gone.person.is_active = False
    gone.person.save()
    addresses.revoke(address=made)
    answers = [
        client.get(reverse("calendar-feed", args=[one])) for one in (secret, other, third, "nobody")
    ]
    assert {(a.status_code, a.content) for a in answers} == {(404, b"404\n")}
    assert news.revoked_at is None


def test_rights_of_today_decide_what_is_read(client, council):
    person = user_with(Role.OFFICER, facility=council.facility, until=on(3))
    address = address_of(person)
    assert len(read(client, address)) == 1
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert (
            client.get(address).status_code == 404
        )  # a secret address ends with its holder's roles


def test_a_poll_without_news_is_cheap(client, council, django_assert_num_queries):
    address = address_of(user_with(Role.DEPARTMENT))
    tag = client.get(address)["ETag"]
    with django_assert_num_queries(3):  # the address, the roles of today, the version of the facts
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    weak = {"If-None-Match": f'"other", W/{tag}', "Accept-Encoding": "gzip"}
    assert client.get(address, headers=weak).status_code == 304
    withdraw(fact=CouncilDate.objects.get(), because="x", by=factories.recorder())
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_news_are_what_the_person_was_told(client):
    place = factories.facility(name_vi="Bệnh viện Mẫu")
    set_milestone_target(
        facility=place, milestone="launch", due_on=on(-1), set_on=on(-9), by=factories.recorder()
    )
    officer = user_with(Role.OFFICER, facility=place)
    raise_alerts(DAY)
    notify(DAY)
    feed = etree.fromstring(client.get(address_of(officer, "news")).content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Due: Bệnh viện Mẫu: Launch"
    assert parse_datetime(entry.findtext(f"{ATOM}updated"))
    stranger = etree.fromstring(client.get(address_of(user_with(Role.LEADER), "news")).content)
    assert stranger.findall(f"{ATOM}entry") == []


def test_an_address_is_shown_once_and_revoked_by_its_person_alone(client, council):
    person = user_with(Role.DEPARTMENT)
    client.force_login(person)
    inbox = reverse("rollout:inbox")
    given = {"change_set": uuid.uuid4(), "do": "feed", "kind": "calendar", "language": "vi"}
    shown = client.post(inbox, given)
    assert shown.status_code == 200
    path = "/feeds/" + shown.text.split("/feeds/")[1].split("<")[0]
    assert client.get(path).status_code == 200
    assert path not in client.get(inbox).text
    row = FeedAddress.objects.get().pk
    revoke = {"change_set": uuid.uuid4(), "do": "revoke-feed", "row": row}
    client.force_login(user_with(Role.LEADER))
    assert client.post(inbox, revoke).status_code == 404
    client.force_login(person)
    assert client.post(inbox, revoke | {"change_set": uuid.uuid4()}).status_code == 302
    assert client.get(path).status_code == 404


def test_a_month_gone_by_shows_what_was_done_and_what_is_late(client):
    done, late = (factories.facility(name_en=f"{word} Hospital") for word in ("Done", "Late"))
    for place in (done, late):
        set_milestone_target(
            facility=place,
            milestone="launch",
            due_on=on(-60),
            set_on=on(-90),
            by=factories.recorder(),
        )
    record_milestone(
        facility=done, milestone="launch", happened_on=on(-62), by=factories.recorder()
    )
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    address, month = reverse("rollout:month"), {"month": on(-60).strftime("%Y-%m")}
    cell = r'{}</span> <a href="[^"]*">{} Hospital: Launch'
    page = client.get(address, month).text
    assert re.search(cell.format("done", "Done"), page)
    assert re.search(cell.format("overdue", "Late"), page)
    before = client.get(address, month | {"on": on(-63).isoformat()}).text
    assert re.search(cell.format("not begun", "Done"), before)
    assert re.search(cell.format("not begun", "Late"), before)


def test_the_month_on_screen_shows_what_stands_open(client, council):
    client.force_login(user_with(Role.LEADER))
    client.cookies["django_language"] = "en"
    address = reverse("rollout:month")
    assert "Sample Hospital: evaluation council" in client.get(address, {"month": "2025-06"}).text
    assert "Sample Hospital" not in client.get(address, {"month": "2025-09"}).text
    for odd in ("2025-13", "x", "0001-01", "99999-01", f"{10**30}-01", f"2025-{10**30}"):
        assert client.get(address, {"month": odd}).status_code == 200


@pytest.mark.parametrize(
    ("language", "heading", "holiday"),
    [("vi", "Tháng 5 năm 2025", "Ngày Quốc tế Lao động"), ("en", "May 2025", "Labour Day")],
)
def test_the_month_is_headed_in_words_and_names_its_days_off(client, language, heading, holiday):
    write(
        CalendarDay(
            day=date(2025, 5, 1), kind="off", name_vi="Ngày Quốc tế Lao động", name_en="Labour Day"
        )
    )
    client.force_login(user_with(Role.LEADER))
    client.cookies["django_language"] = language
    page = client.get(reverse("rollout:month"), {"month": "2025-05"}).text
    assert f"<h1>{heading}</h1>" in page
    assert page.count(holiday) == 1


def test_the_month_calls_nothing_late_before_the_next_working_day():
    """As the list of deadlines does: due on a Saturday, late from the Tuesday on."""
    event = Event("x", "milestone", date(2025, 5, 24), "X", "/")
    days = [date(2025, 5, 25), date(2025, 5, 26), date(2025, 5, 27)]
    assert [event.state(one) for one in days] == ["not_begun", "not_begun", "late"]
