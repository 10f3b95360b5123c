"""Whom to call at a facility: dated, in a register, and shown to few."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_http_date

from facilities.contacts import contacts_for, contacts_of, responsible_of
from facilities.models import AgencyContact, ApiToken, Contact, Facility, Role
from facilities.permissions import access_of
from rollout.models import Obstacle
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.importing.tables import counts, received, stored
from tests.rollout.registers.writing import TODAY, entered, refusals

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["contacts"]
DAY = timedelta(days=1)


def person(place, name="Nguyễn Văn A", **cells):
    values = {"facility": place.code, "duty": "director", "name": name} | cells
    return entered(REGISTER, values)


@pytest.fixture
def place():
    factories.programme()
    return factories.facility()


def test_a_new_director_follows_the_old_one_from_a_day_on(place):
    person(place, "Bà Cũ", **{"from": date(2025, 1, 1)})
    person(place, "Ông Mới")
    assert [one.name for one in contacts_of(place.pk, TODAY - DAY)] == ["Bà Cũ"]
    assert [one.name for one in contacts_of(place.pk, TODAY)] == ["Ông Mới"]


def test_others_stand_beside_each_other_until_their_last_day(place):
    person(place, "Một", duty="other", until=TODAY + DAY)
    person(place, "Hai", duty="other")
    person(place, "Giám đốc")
    names = [[one.name for one in contacts_of(place.pk, day)] for day in (TODAY, TODAY + DAY)]
    assert names == [["Giám đốc", "Một", "Hai"], ["Giám đốc", "Hai"]]


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"telephone": "0912 345 678", "email": "a@syt.gov.vn"}, set()),
        ({"telephone": "+84 204 3854 123"}, set()),
        ({"telephone": "gọi sau"}, {"telephone"}),
        ({"email": "a.syt.gov.vn"}, {"email"}),
        ({"until": TODAY}, {"until"}),
    ],
)
def test_what_is_no_number_or_address_is_refused(place, cells, refused):
    values = {"facility": place.code, "duty": "other", "name": "A"} | cells
    assert refusals(REGISTER, values)[0] == refused


def test_a_file_keeps_the_zero_of_a_telephone_and_says_nothing_twice(place):
    by = factories.recorder()
    head = ("Cơ sở", "Chức vụ", "Họ tên", "SĐT")
    row = (place.code, "Giám đốc", "Nguyễn Văn A", 912345678)
    stored("contacts", by, head, row)
    assert Contact.objects.known().get().telephone == "0912345678"
    assert counts(received("contacts", by, head, row)) == {"unchanged": 1}


def seen_by(user, place, token=None):
    access = access_of(user, TODAY, token)
    return [(one.name, one.telephone, one.email) for one in contacts_for(access, place.pk, TODAY)]


def test_who_sees_whom(place):
    director = ("Giám đốc", "0912345678", "gd@x.vn")
    officer = ("Cán bộ", "0987654321", "cb@x.vn")
    for duty, told in (("director", director), ("it_officer", officer)):
        person(place, told[0], duty=duty, telephone=told[1], email=told[2])
    elsewhere = factories.facility()
    everything = [director, officer]
    assert seen_by(factories.user_with(Role.DEPARTMENT), place) == everything
    for role in (Role.OFFICER, Role.HEAD):
        assert seen_by(factories.user_with(role, facility=place), place) == everything
        assert seen_by(factories.user_with(role, facility=elsewhere), place) == []
    assert seen_by(factories.user_with(Role.LEADER), place) == [(*director[:2], "")]
    agency = factories.AgencyFactory()
    assert seen_by(factories.user_with(Role.AGENCY, agency=agency), place) == []
    assert seen_by(factories.user_with(Role.ADMINISTRATOR), place) == []
    holder = factories.user_with(Role.DEPARTMENT)
    token, _key = ApiToken.make(
        user=holder, label="x", expires_on=date(2100, 1, 1), scope=ApiToken.Scope.PROGRAMME
    )
    assert seen_by(holder, place, token) == []


def test_the_page_of_a_facility_shows_each_reader_no_more(client, place):
    person(place, "Giám đốc Lê", telephone="0912345678", email="gd@x.vn")
    address = reverse("rollout:facility", args=[place.code]) + "?on=2025-05-21"
    told = {}
    for role in (Role.DEPARTMENT, Role.LEADER, Role.ADMINISTRATOR):
        client.force_login(factories.user_with(role))
        answer = client.get(address)
        page = answer.content.decode()
        told[role] = ("Giám đốc Lê" in page, "0912345678" in page, "gd@x.vn" in page)
        assert "no-store" in answer["Cache-Control"]
    assert told == {
        Role.DEPARTMENT: (True, True, True),
        Role.LEADER: (True, True, False),
        Role.ADMINISTRATOR: (False, False, False),
    }


def test_who_answers_for_an_agency_is_dated_and_told_to_few(place):
    agency, another = factories.AgencyFactory(), factories.AgencyFactory()
    register = REGISTERS["agency-contacts"]
    for name, first, cells in (
        ("Bà Cũ", TODAY - 30 * DAY, {}),
        ("Ông Mới", TODAY, {"telephone": "0204 3854 123", "until": TODAY + DAY}),
    ):
        entered(register, {"agency": agency.code, "name": name, "from": first} | cells)
    assert refusals(register, {"agency": agency.code, "name": "A", "telephone": "gọi"})[0] == {
        "telephone"
    }
    told = {
        day: [
            one.name
            for one in responsible_of(access_of(department, TODAY), [agency.pk], day).values()
        ]
        for department in [factories.user_with(Role.DEPARTMENT)]
        for day in (TODAY - DAY, TODAY, TODAY + DAY)
    }
    assert told == {TODAY - DAY: ["Bà Cũ"], TODAY: ["Ông Mới"], TODAY + DAY: []}
    for user, sees in (
        (factories.user_with(Role.LEADER), True),
        (factories.user_with(Role.AGENCY, agency=agency), True),
        (factories.user_with(Role.AGENCY, agency=another), False),
        (factories.user_with(Role.OFFICER, facility=place), False),
        (factories.user_with(Role.CLIENT), False),
    ):
        found = responsible_of(access_of(user, TODAY), [agency.pk], TODAY)
        assert bool(found) is sees, user


def test_the_summary_dials_whom_its_reader_may_call(client, settings, bac_giang):
    settings.TODAY = date(2025, 5, 21)
    recorder = factories.recorder()
    yen_the = Facility.objects.get(code="bg-ttyt-yenthe")
    health = Obstacle.objects.get(code="du-toan").agency
    Contact.objects.create(
        facility=yen_the,
        duty="director",
        name="Bà Giám Đốc",
        telephone="0204 1",
        effective_from=date(2025, 1, 1),
        recorded_by=recorder,
    )
    AgencyContact.objects.create(
        agency=health,
        name="Ông Phụ Trách",
        telephone="+84 204 2",
        effective_from=date(2025, 1, 1),
        recorded_by=recorder,
    )
    pages = {}
    for role in (Role.CLIENT, Role.LEADER, Role.DEPARTMENT):  # whoever comes first: nothing is kept
        client.force_login(factories.user_with(role))
        answer = client.get("/")
        assert "no-store" in answer["Cache-Control"]
        pages[role] = answer.text
        assert "<!--call" not in pages[role]
    for role in (Role.LEADER, Role.DEPARTMENT):
        assert 'href="tel:02041"' in pages[role]
        assert 'href="tel:+842042"' in pages[role]
    assert "tel:" not in pages[Role.CLIENT]
    assert "Giám Đốc" not in pages[Role.CLIENT]
    # What a browser keeps for when there is no connection holds nobody, and only for a while.
    carried = client.get("/copy/")
    assert "<b>5/17</b>" in carried.text
    links = re.findall(r'href="([^"]*)"', carried.text.partition("<body")[2])
    assert [link for link in links if not link.startswith("#")] == []
    for person in ("Giám Đốc", "Phụ Trách", "Mai Sơn", "<!--call"):
        assert person not in carried.text
    until = parse_http_date(carried["Expires"]) - timezone.now().timestamp()
    assert timedelta(days=2) < timedelta(seconds=until) <= timedelta(days=3)
    AgencyContact.objects.create(
        agency=Obstacle.objects.get(code="thanh-toan-bhyt").agency,
        name="Bà Bảo Hiểm",
        telephone="+84 204 3",
        effective_from=date(2025, 1, 1),
        recorded_by=recorder,
    )
    letters = client.get("/papers/").text
    assert "Bà Bảo Hiểm" in letters
    assert 'href="tel:+842043"' in letters
    assert "Ông Phụ Trách" not in letters  # of the Department, which urges others and not itself
