"""The pages of obstacles: who may write, what is stored once, what is said on another day."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from facilities.models import ChangeSet, Role
from facilities.services import record
from rollout.models import Obstacle, ObstacleCleared, ObstacleHold, Urging
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


@pytest.fixture
def department(client):
    factories.programme()
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def obstacle():
    return factories.ObstacleFactory(code="VM-1", raised_on=DAY)


def sent(client, do, *, code="VM-1", **fields):
    return client.post(
        reverse("rollout:obstacle", args=[code]), {"change_set": uuid.uuid4(), "do": do} | fields
    )


def held(obstacle, since=DAY):
    return record(
        ObstacleHold(
            obstacle=obstacle,
            facility=factories.facility(),
            milestone="launch",
            happened_on=since,
        ),
        by=factories.recorder(),
    )


def test_raised_once_however_often_it_is_sent(department):
    fields = {
        "change_set": uuid.uuid4(),
        "code": "mang-cham",
        "raised_on": "2025-05-21",
        "name_vi": "Mạng chậm",
        "kind": "technical",
        "raised_by": "Sở Y tế",
        "supplier": "VNPT",
    }
    for _ in range(2):
        assert department.post(reverse("rollout:obstacle-new"), fields).status_code == 302
    assert Obstacle.objects.get().supplier == "VNPT"
    wrong = department.post(reverse("rollout:obstacle-new"), fields | {"change_set": uuid.uuid4()})
    assert wrong.status_code == 400
    assert "Mạng chậm" in wrong.text


def test_its_whole_life(department, obstacle):
    first, second = factories.facility(), factories.facility()
    both = {"facilities": [first.pk, second.pk], "milestone": "launch", "since": "2025-05-22"}
    assert sent(department, "hold", **both).status_code == 302
    assert sent(department, "hold", **both).status_code == 400  # held already
    row = ObstacleHold.objects.get(facility=first)
    ended = {"row": row.pk, "ends_on": "2025-05-25", "because": "own money"}
    assert sent(department, "end", **ended).status_code == 302
    urged = {"whom": "VNPT", "happened_on": "2025-05-23", "letter_number": "12/SYT"}
    assert sent(department, "urge", **urged).status_code == 302
    assert sent(department, "clear", cleared_on="2025-05-20").status_code == 400
    assert sent(department, "clear", cleared_on="2025-05-30").status_code == 302
    page = department.get(reverse("rollout:obstacle", args=["VM-1"]))
    assert "12/SYT" in page.text
    assert page.context["obstacle"].facility_days == 3 + 8
    earlier = department.get(reverse("rollout:obstacle", args=["VM-1"]), {"on": "2025-05-22"})
    assert "12/SYT" not in earlier.text
    assert '<form class="cells"' not in earlier.text
    clearing = ObstacleCleared.objects.get()
    taken = {"row": clearing.pk, "because": "only promised"}
    assert sent(department, "withdraw-clearing", **taken).status_code == 302
    assert not ObstacleCleared.objects.known().exists()


def test_a_change_is_told_with_its_reason(department, obstacle):
    fields = {
        "name_vi": obstacle.name_vi,
        "name_en": obstacle.name_en,
        "kind": "technical",
        "raised_by": obstacle.raised_by,
        "because": "misread",
    }
    assert sent(department, "change", **fields).status_code == 302
    page = department.get(reverse("rollout:obstacle", args=["VM-1"]))
    assert "misread" in page.text
    change_set = reverse("rollout:change-set", args=[ChangeSet.objects.get().pk])
    assert department.get(change_set).status_code == 200
    before = obstacle.kind
    assert department.post(change_set, {"because": "x"}).status_code == 302
    assert Obstacle.objects.get().kind == before != "technical"
    fields.pop("because")
    assert sent(department, "change", **fields).status_code == 400


def test_an_entry_of_another_obstacle_is_not_touched(department, obstacle):
    other = held(factories.ObstacleFactory(code="VM-2", raised_on=DAY))
    answer = sent(department, "withdraw-hold", row=other.pk, because="x")
    assert answer.status_code == 404
    assert sent(department, "explode").status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICER])
def test_others_write_nothing(client, obstacle, role):
    factories.programme()
    place = factories.facility() if role == Role.OFFICER else None
    client.force_login(user_with(role, facility=place))
    urged = {"whom": "VNPT", "happened_on": "2025-05-23"}
    assert sent(client, "urge", **urged).status_code == 403
    assert client.get(reverse("rollout:obstacle-new")).status_code == 403
    reads = 200 if role == Role.LEADER else 403
    assert client.get(reverse("rollout:waiting")).status_code == reads
    page = client.get(reverse("rollout:obstacle", args=["VM-1"]))
    assert page.status_code == reads
    assert 'name="do"' not in page.text
    assert not Urging.objects.exists()


@pytest.mark.parametrize("name", ["rollout:obstacle-list", "rollout:waiting", "rollout:obstacle"])
def test_the_queries_do_not_depend_on_how_many_there_are(department, obstacle, name):
    address = reverse(name, args=["VM-1"] if name == "rollout:obstacle" else [])
    department.get(address)
    counts = []
    for _ in range(2):
        for _ in range(3):
            made = factories.ObstacleFactory(raised_on=DAY, agency=factories.AgencyFactory())
            held(made, DAY + timedelta(days=1))
            held(obstacle)
            factories.DirectiveFactory()
        with CaptureQueriesContext(connection) as captured:
            assert department.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("day", "said"), [("2025-05-20", False), ("2025-05-21", True)])
def test_the_record_of_milestones_says_what_holds_them(department, obstacle, day, said):
    place = held(obstacle).facility
    page = department.get(reverse("rollout:record", args=["milestones", place.pk]), {"on": day})
    assert ("/obstacles/VM-1/" in page.text) == said
