"""Staff of an area: their rows are there, everybody else's are not, and the province's acts are refused."""

import re
import uuid
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from equipment.models import Asset
from facilities.models import Area, ChangeSet, Edit, Role
from rollout.models import ImportFile
from tests import factories

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
