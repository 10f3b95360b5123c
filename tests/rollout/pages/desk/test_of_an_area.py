"""Staff of an area: their rows are there, everybody else's are not, and the province's acts are refused."""

import re
import uuid
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from equipment.models import Asset
from facilities.models import Area, AreaParent, ChangeSet, Edit, Role
from rollout.models import ImportFile, ReportingCalendar, ReportingException
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

PROVINCE_ALONE = (
    "tracking",
    "calendar",
    "escalation",
    "outbox",
    "webhooks",
    "reorganise",
    "session-list",
    "session-new",
    "obstacle-new",
    "directive-new",
)


@pytest.fixture
def world(client):
    areas = [Area.objects.create(code=c, level=Area.Level.DISTRICT) for c in ("north", "south")]
    mine, theirs = (
        factories.facility(f"in-{one.code}", name_vi=f"Trung tâm {one.code}", area=one)
        for one in areas
    )
    user = factories.user_with(Role.DEPARTMENT, area=areas[0])
    client.force_login(user)
    return {"mine": mine, "theirs": theirs, "user": user, "areas": areas}


def test_a_list_and_its_file_hold_the_rows_of_the_area_alone(client, world):
    page = client.get(reverse("rollout:register-list", args=["facilities"])).content.decode()
    assert "Trung tâm north" in page
    assert "in-south" not in page
    answer = client.get(reverse("rollout:register-export", args=["facilities", "csv"]))
    body = b"".join(answer.streaming_content).decode()
    assert "in-north" in body
    assert "in-south" not in body


def test_the_page_of_a_row_elsewhere_is_not_there(client, world):
    for name in ("record", "record-edit"):
        own = reverse(f"rollout:{name}", args=["facilities", world["mine"].pk])
        other = reverse(f"rollout:{name}", args=["facilities", world["theirs"].pk])
        assert client.get(own).status_code == 200
        assert client.get(other).status_code == 404


@pytest.mark.parametrize("name", PROVINCE_ALONE)
def test_what_is_of_the_whole_province_is_refused_in_a_sentence(client, world, name):
    answer = client.get(reverse(f"rollout:{name}"))
    assert answer.status_code == 403
    assert "toàn tỉnh" in answer.content.decode()
    desk = client.get(reverse("rollout:desk")).content.decode()
    assert f'href="{reverse(f"rollout:{name}")}"' not in desk


def test_papers_of_no_facility_and_new_facilities_are_the_provinces(client, world):
    assert client.get(reverse("rollout:register-list", args=["documents"])).status_code == 404
    assert client.get(reverse("rollout:record-new", args=["facilities"])).status_code == 403
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert client.get(reverse("rollout:register-list", args=["documents"])).status_code == 200
    assert client.get(reverse("rollout:record-new", args=["facilities"])).status_code == 200


@pytest.mark.parametrize(("whose", "stored"), [("mine", True), ("theirs", False)])
def test_a_new_row_is_stored_in_the_area_alone(client, world, whose, stored):
    kind = factories.DeviceTypeFactory()
    client.post(
        reverse("rollout:record-new", args=["assets"]),
        {
            "change_set": uuid.uuid4(),
            "tag": "TS-1",
            "type": kind.code,
            "facility": world[whose].code,
        },
    )
    assert Asset.objects.exists() is stored
    assert ChangeSet.objects.exists() is stored


def test_nothing_of_the_area_is_given_away_in_many_rows(client, world):
    kind = factories.DeviceTypeFactory()
    said = {"tag": "TS-1", "type": kind.code, "facility": world["mine"].code}
    new = reverse("rollout:record-new", args=["assets"])
    client.post(new, said | {"change_set": uuid.uuid4()})
    asset = Asset.objects.get()
    many = {
        "row": asset.pk,
        "column": "facility",
        "value-facility": world["theirs"].code,
        "yes": "yes",
    }
    answer = client.post(reverse("rollout:register-bulk", args=["assets"]), many)
    assert answer.status_code == 400
    assert "shown" not in answer.context
    assert ChangeSet.objects.count() == 1
    assert world["theirs"].code not in offered(answer)


def offered(answer) -> set[str]:
    """What the lists of a page can be set to."""
    return set(re.findall(r'<option value="([^"]+)"', answer.content.decode()))


CHOOSING = (
    ("record-new", ["assets"]),
    ("record-new", ["councils"]),
    ("record-new", ["contacts"]),
    ("device-move", []),
    ("asset-pattern", []),
    ("stocktake-list", []),
    ("shortfalls", []),
    ("register-list", ["assets"]),
    ("register-list", ["connections"]),
)


@pytest.mark.parametrize(("name", "args"), CHOOSING)
def test_a_facility_is_chosen_among_those_of_the_area(client, world, name, args):
    address = reverse(f"rollout:{name}", args=args)
    mine, theirs = (world[whose].code for whose in ("mine", "theirs"))
    assert mine in offered(client.get(address))
    assert theirs not in offered(client.get(address))
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert {mine, theirs} <= offered(client.get(address))


def test_a_new_council_is_chosen_among_those_of_the_area(client, world):
    answer = client.get(reverse("rollout:council-new"))
    assert str(world["mine"].pk) in offered(answer)
    assert str(world["theirs"].pk) not in offered(answer)


def test_devices_move_within_the_area(client, world):
    kind = factories.DeviceTypeFactory()
    said = {
        "type": kind.code,
        "giver": world["mine"].code,
        "taker": world["theirs"].code,
        "quantity": "1",
        "happened_on": "2025-05-21",
        "number": "1/QD",
        "because": "Thừa",
        "change_set": uuid.uuid4(),
    }
    answer = client.post(reverse("rollout:device-move"), said)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"taker"}


def test_a_list_is_not_filtered_by_a_facility_elsewhere(client, world):
    address = reverse("rollout:register-list", args=["assets"])
    for whose, problems in (("mine", False), ("theirs", True)):
        page = client.get(address, {"facility": world[whose].code})
        assert bool(page.context["asked"].problems) is problems


def test_names_offered_while_typing_are_those_of_the_area(client, world):
    def names() -> list[str]:
        return client.get(
            reverse("rollout:suggest"), {"of": "facilities", "q": "trung tam"}
        ).json()["names"]

    assert names() == ["Trung tâm north"]
    client.force_login(factories.user_with(Role.LEADER, area=world["areas"][0]))
    assert len(names()) == 2  # who keeps nothing looks for whatever has a page


def test_the_table_to_fill_in_lists_the_facilities_of_the_area(client, world):
    address = reverse("rollout:import-template", args=["assets", "xlsx"])
    book = load_workbook(BytesIO(client.get(address).content))
    cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert "Trung tâm north" in cells
    assert "Trung tâm south" not in cells


@pytest.mark.parametrize(("whose", "wrong"), [("mine", 0), ("theirs", 1)])
def test_a_row_of_a_file_outside_the_area_is_refused_with_its_field(client, world, whose, wrong):
    kind = factories.DeviceTypeFactory()
    table = BytesIO(f"tag,type,facility\nTS-1,{kind.code},{world[whose].code}\n".encode())
    table.name = "assets.csv"
    client.post(reverse("rollout:import-new", args=["assets"]), {"file": table, "on": "2025-05-21"})
    found = ImportFile.objects.get()
    assert found.places == [world["mine"].pk]
    assert found.preview["counts"]["wrong"] == wrong
    assert [bool(p["column"]) for p in found.preview["problems"]] == [True] * wrong


def written(place, by) -> ChangeSet:
    made = ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=by)
    Edit.objects.create(
        change_set=made, register="facilities", row=place.pk, facility=place, column="name"
    )
    return made


def test_change_sets_of_elsewhere_are_not_there_and_mixed_ones_are_not_taken_back(client, world):
    other = factories.UserFactory()
    mine, theirs = written(world["mine"], other), written(world["theirs"], other)
    mixed = written(world["mine"], other)
    Edit.objects.create(
        change_set=mixed, register="facilities", row=1, facility=world["theirs"], column="name"
    )
    page = client.get(reverse("rollout:change-set-list")).content.decode()
    answers = {
        one: client.get(reverse("rollout:change-set", args=[one.pk]))
        for one in (mine, theirs, mixed)
    }
    assert str(mine.pk) in page
    assert str(theirs.pk) not in page
    assert [answers[one].status_code for one in (mine, theirs, mixed)] == [200, 404, 200]
    assert answers[mine].context["may_undo"]
    assert not answers[mixed].context["may_undo"]
    assert len(answers[mixed].context["lines"]) == 1


def test_reports_to_check_are_those_of_the_area(client, world):
    by = factories.UserFactory()
    reports = [
        ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=by, facility=world[one])
        for one in ("mine", "theirs")
    ]
    listed = client.get(reverse("rollout:checking")).context["quiet"]
    assert [one for one, _name in listed] == reports[:1]
    codes = [
        client.get(reverse("rollout:checking-change-set", args=[one.pk])).status_code
        for one in reports
    ]
    assert codes == [200, 404]


class TestReportingCalendar:
    """Staff of an area set the calendar of their area, and of what lies in it; nobody else's."""

    ADDRESS = "rollout:reporting"

    def sent(self, client, **fields):
        asked = {"change_set": uuid.uuid4(), "because": "x", "source": "Công văn"} | fields
        return client.post(reverse(self.ADDRESS), asked)

    def calendar(self, client, of):
        fields = {"effective_from": "2100-01-04", "weekday": 4, "hour": 15, "area": of or ""}
        return self.sent(client, do="calendar", **fields).status_code

    def test_a_calendar_is_set_for_their_own_area_alone(self, client, world):
        mine, theirs = world["areas"]
        part = Area.objects.create(code="part", level=Area.Level.COMMUNE)
        AreaParent.objects.create(
            area=part, parent=mine, effective_from=factories.START, recorded_by=world["user"]
        )
        found = {of: self.calendar(client, of) for of in (mine.pk, part.pk, theirs.pk, None)}
        assert found == {mine.pk: 302, part.pk: 302, theirs.pk: 400, None: 400}
        assert {row.area for row in ReportingCalendar.objects.all()} == {mine, part}
        assert self.calendar(client, mine.pk) == 400  # one a day
        client.force_login(factories.user_with(Role.DEPARTMENT))
        assert [self.calendar(client, of) for of in (theirs.pk, None)] == [302, 302]

    def test_they_see_what_holds_for_them_and_take_back_their_own(self, client, world):
        mine, theirs = world["areas"]
        rows = {
            of: write(
                ReportingCalendar(
                    effective_from=factories.START, weekday=day, hour=16, area=of, source=source
                )
            )
            for of, day, source in (
                (None, 1, "Của mọi nơi"), (mine, 3, "Của phía bắc"), (theirs, 5, "Của phía nam")
            )
        }  # fmt: skip
        page = client.get(reverse(self.ADDRESS)).content.decode()
        assert [word in page for word in ("Của mọi nơi", "Của phía bắc", "Của phía nam")] == [
            True,
            True,
            False,
        ]
        assert page.count('value="withdraw-calendar"') == 1
        found = {
            of: self.sent(client, do="withdraw-calendar", row=row.pk).status_code
            for of, row in rows.items()
        }
        assert found == {None: 403, mine: 302, theirs: 403}
        assert not ReportingCalendar.objects.known().filter(area=mine).exists()

    def test_a_week_is_excepted_for_their_area_or_one_facility_in_it(self, client, world):
        mine, theirs = world["areas"]
        write(ReportingCalendar(effective_from=factories.START, weekday=3, hour=16))
        week = re.search(
            r'<option value="(\d{4}-[^"]+)"', client.get(reverse(self.ADDRESS)).content.decode()
        )[1]
        asked = [
            {"area": mine.pk},
            {"facility": world["mine"].pk},
            {"area": mine.pk, "facility": world["mine"].pk},
            {"area": theirs.pk},
            {"facility": world["theirs"].pk},
            {},
        ]
        found = [self.sent(client, do="exception", due_on=week, **of).status_code for of in asked]
        assert found == [302, 302, 400, 400, 400, 400]
        assert {(row.area, row.facility) for row in ReportingException.objects.all()} == {
            (mine, None),
            (None, world["mine"]),
        }


def test_each_weekday_has_a_table_of_its_own(client, world):
    for of, weekday in zip(world["areas"], (3, 5), strict=True):
        write(ReportingCalendar(effective_from=factories.START, weekday=weekday, hour=16, area=of))
    factories.facility("astray")
    page = client.get(reverse("rollout:reporting")).content.decode()
    assert page.count("<table") == 1
    client.force_login(factories.user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    page = client.get(reverse("rollout:reporting")).content.decode()
    titles = re.findall(r"<h2 class=\"gap\">Every week by (\w+), 16:00</h2>", page)
    assert titles == ["Wednesday", "Friday"]
    tables = page.split("<table")[1:]
    assert ["in-north" in one for one in tables] == [True, False]
    assert "1 facility is in an area without a reporting calendar" in page
