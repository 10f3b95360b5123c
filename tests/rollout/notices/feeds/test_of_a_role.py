"""A calendar that a role shares: who makes it, what is in it, how long it opens."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from facilities.models import Role, RoleAssignment
from rollout.models import FeedAddress
from rollout.notices.feeds import addresses
from rollout.programme.services import set_milestone_target
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 5, 21, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = NOW.date()
INBOX = "rollout:inbox"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place():
    found = factories.facility(name_en="Sample Hospital")
    set_milestone_target(
        facility=found,
        milestone="launch",
        due_on=DAY + timedelta(days=5),
        set_on=date(2025, 1, 1),
        by=factories.recorder(),
    )
    return found


def shared(person) -> tuple[FeedAddress, str]:
    [held] = addresses.held(person, DAY)
    made, secret = addresses.issue(person=person, kind="calendar", language="en", of=held)
    return made, reverse("calendar-feed", args=[secret])


def days(client, address) -> list[str]:
    calendar = icalendar.Calendar.from_ical(client.get(address).content)
    return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


def test_it_goes_on_when_its_maker_leaves_and_ends_with_the_last_of_the_role(client, place):
    maker, colleague = (user_with(Role.OFFICER, facility=place) for _n in range(2))
    user_with(Role.OFFICER, facility=factories.facility())  # the same role elsewhere
    _made, address = shared(maker)
    assert days(client, address) == ["Sample Hospital: Launch"]
    for leaving, status in ((maker, 200), (colleague, 404)):
        leaving.is_active = False
        leaving.save()
        assert client.get(address).status_code == status


def test_a_role_that_ended_while_its_calendar_was_asked_for_sees_nothing(place):
    maker = user_with(Role.OFFICER, facility=place)
    address, _url = shared(maker)
    assert addresses.access_through(address, DAY).sees_rows_of(place.pk)
    RoleAssignment.objects.filter(user=maker).update(valid_until=DAY)
    found = addresses.access_through(address, DAY)
    assert not found.grants
    assert not found.sees_rows_of(place.pk)


def test_it_holds_what_the_role_sees_whatever_its_maker_sees_besides(client, place):
    agency = factories.AgencyFactory()
    maker = user_with(Role.AGENCY, agency=agency)
    _made, address = shared(maker)
    factories.DirectiveFactory(
        lead=agency, code="CD-1", issued_on=DAY, due_on=DAY + timedelta(days=2)
    )
    user_with(Role.DEPARTMENT).assignments.update(user=maker)
    assert [said[:4] for said in days(client, address)] == ["CD-1"]


def test_everybody_in_the_role_sees_and_revokes_it_and_nobody_else(client, place):
    maker, colleague = (user_with(Role.OFFICER, facility=place) for _n in range(2))
    stranger = user_with(Role.OFFICER, facility=factories.facility())
    made, address = shared(maker)
    revoke = {"do": "revoke-feed", "row": made.pk}
    client.force_login(stranger)
    assert client.post(reverse(INBOX), revoke | {"change_set": uuid.uuid4()}).status_code == 404
    client.force_login(colleague)
    assert client.post(reverse(INBOX), revoke | {"change_set": uuid.uuid4()}).status_code == 302
    assert client.get(address).status_code == 404


def test_nobody_shares_a_role_they_do_not_hold_nor_their_news(client, place):
    officer = user_with(Role.OFFICER, facility=place)
    other = user_with(Role.DEPARTMENT)
    [mine], [theirs] = addresses.held(officer, DAY), addresses.held(other, DAY)
    client.force_login(officer)
    given = {"do": "feed", "language": "en"}
    for kind, of, status in (
        ("calendar", theirs.pk, 400),
        ("news", mine.pk, 400),
        ("calendar", mine.pk, 200),
    ):
        sent = given | {"change_set": uuid.uuid4(), "kind": kind, "of": of}
        assert client.post(reverse(INBOX), sent).status_code == status
    assert [(one.role, one.facility) for one in FeedAddress.objects.all()] == [("officer", place)]


@pytest.mark.parametrize(
    "fields", [{"role": "officer", "kind": "news"}, {"role": "", "facility": 1}]
)
def test_the_database_refuses_what_makes_no_sense(place, fields):
    if "facility" in fields:
        fields = fields | {"facility": place}
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedAddress.objects.create(
            **{"person": user_with(Role.LEADER), "kind": "calendar", "digest": "x"} | fields
        )
