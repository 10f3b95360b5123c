"""One fact taken back by itself: what goes, what holds again, what is refused, what the log says."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from equipment.models import DeviceMovement, StageEvent, StageTarget
from equipment.services import record_stage, set_stage_target
from equipment.stages import Path, Stage
from facilities.models import ChangeSet, Edit
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.equipment.registers import lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("department")]

DAYS = {Stage.AWARD: date(2025, 4, 1), Stage.CONTRACT: date(2025, 4, 9)}


@pytest.fixture
def file():
    """A purchase with two stages, and a plan that was moved."""
    made = factories.ProcurementFactory(code="BG-1", path=Path.PURCHASE)
    by = factories.recorder()
    for stage, day in DAYS.items():
        record_stage(procurement=made, stage=stage, happened_on=day, amount=5_000, by=by)
    for set_on, due_on in (
        (date(2025, 3, 1), date(2025, 6, 1)),
        (date(2025, 4, 1), date(2025, 7, 1)),
    ):
        set_stage_target(
            procurement=made, stage=Stage.ACCEPTANCE, due_on=due_on, set_on=set_on, by=by
        )
    return made


def address(row, cell="", register="procurements") -> str:
    found = reverse("rollout:record-withdraw", args=[register, row.pk])
    return f"{found}?cell={cell}" if cell else found


def withdraw(client, path: str, because="Nhập nhầm gói", **fields):
    return client.post(path, {"change_set": str(uuid.uuid4()), "because": because} | fields)


def cells(file) -> dict:
    return REGISTERS["procurements"].values([file.pk], date(2025, 5, 21))[file.pk]


def history(client, file) -> list[tuple[str, str, str]]:
    page = client.get(reverse("rollout:record", args=["procurements", file.pk])).context
    lines = [*page["history"], *page["earlier"]]
    return [(line.column.code, line.old, line.new) for line in lines if line.column]


def test_a_stage_goes_with_its_money_and_nothing_else_does(client, file):
    page = client.get(address(file, "reached-award"))
    assert [shown for _heading, shown in page.context["alone"]] == ["01/04/2025", "5.000"]
    answer = withdraw(client, address(file, "reached-award"))
    assert answer.url == reverse("rollout:record", args=["procurements", file.pk])
    now = cells(file)
    assert (now["reached-award"], now["award-value"]) == (None, None)
    assert now["reached-contract"] == DAYS[Stage.CONTRACT]
    gone = StageEvent.objects.get(stage=Stage.AWARD)
    assert gone.withdrawn_because == "Nhập nhầm gói"
    assert ("reached-award", "01/04/2025", "") in history(client, file)
    act = ChangeSet.objects.latest("at")
    assert sorted(Edit.objects.filter(change_set=act).values_list("column", "old", "new")) == [
        ("award-value", "5000", ""),
        ("reached-award", "2025-04-01", ""),
    ]
    # The list of what was written names the record and counts; one tap takes all of it back.
    [(listed, _facility, wrote), *_rest] = client.get("/desk/acts/").context["lines"]
    assert (listed, wrote.names, wrote.records, wrote.cells) == (act, ["BG-1"], 1, 2)
    client.post(reverse("rollout:change-set", args=[act.pk]), {"because": "Vẫn đúng"})
    assert cells(file)["reached-award"] == DAYS[Stage.AWARD]


def test_of_a_plan_that_was_moved_the_one_before_holds_again(client, file):
    assert withdraw(client, address(file, "target-acceptance")).status_code == 302
    assert cells(file)["target-acceptance"] == date(2025, 6, 1)
    assert StageTarget.objects.known().count() == 1
    assert ("target-acceptance", "01/07/2025", "01/06/2025") in history(client, file)
    edit = Edit.objects.get(column="target-acceptance")
    assert (edit.old, edit.new) == ("2025-07-01", "2025-06-01")
    # The first one stays: a plan is not removed.
    answer = withdraw(client, address(file, "target-acceptance"))
    assert answer.status_code == 400
    assert answer.context["problems"]
    assert cells(file)["target-acceptance"] == date(2025, 6, 1)


def test_without_a_reason_and_of_what_hangs_on_it_nothing_is_taken_back(client, file):
    assert withdraw(client, address(file, "reached-award"), because=" ").status_code == 400
    lot(file, quantity=2)
    record_stage(
        procurement=file,
        stage=Stage.ACCEPTANCE,
        happened_on=date(2025, 5, 1),
        by=factories.recorder(),
    )
    arrived = DeviceMovement.objects.known().get()
    assert withdraw(client, address(file, "reached-acceptance")).status_code == 302
    assert not DeviceMovement.objects.known().filter(pk=arrived.pk).exists()
    assert StageEvent.objects.known().filter(stage=Stage.AWARD).exists()


@pytest.mark.parametrize("cell", ["title", "stage", "reached-need", "nonsense"])
def test_what_is_no_fact_is_not_offered_and_not_there(client, file, cell):
    assert client.get(address(file, cell)).status_code == 404
    assert withdraw(client, address(file, cell)).status_code == 404
    page = client.get(reverse("rollout:record", args=["procurements", file.pk])).content.decode()
    assert f"?cell={cell}" not in page
    assert "?cell=reached-award" in page


def test_no_holder_is_named_in_the_list_of_what_was_written(client):
    certificate = factories.CertificateFactory(holder="Nguyễn Thị Kín")
    act = ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=factories.recorder())
    Edit.objects.create(
        change_set=act,
        register="certificates",
        row=certificate.pk,
        facility=certificate.facility,
        column="",
        new="Nguyễn Thị Kín",
    )
    assert "Nguyễn Thị Kín" not in client.get("/desk/acts/").content.decode()
