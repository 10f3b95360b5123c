"""One value in many rows: shown first, stored as one change set with a reason, taken back in one go."""

import uuid
from datetime import date

import pytest

from connectivity.models import ConnectionStep
from facilities.models import ChangeSet, Edit
from facilities.registers.entering import withdraw_row
from rollout.pages.desk.bulk import AT_MOST
from rollout.registers.catalogue import REGISTERS
from signatures.models import CertificateEvent
from tests import entering
from tests.factories import facility

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("department")]
BULK = "/desk/connections/bulk/"


def data(rows, **more) -> dict:
    return {
        "row": [row.pk for row in rows],
        "column": "account",
        "value-account": "2025-03-01",
        "change_set": str(uuid.uuid4()),
        **more,
    }


def store(client, asked: dict):
    """As people do it: looked at first, then stored."""
    shown = client.post(BULK, asked).context["shown"]
    return client.post(BULK, asked | {"yes": "yes", "shown": shown})


def days() -> list[str]:
    rows = ConnectionStep.objects.known().filter(step="account").order_by("facility__code")
    return [str(row.happened_on) for row in rows]


def test_shown_before_it_is_stored(client, connected):
    answer = client.post(BULK, data(connected))
    assert answer.context["changed"] == 3
    assert days() == ["2025-02-07"]


def test_stored_in_one_act_with_its_reason(client, connected):
    store(client, data(connected[1:], because="Theo công văn"))
    assert days() == ["2025-02-07", "2025-03-01", "2025-03-01"]
    change_set = ChangeSet.objects.get()
    assert (change_set.kind, change_set.because, change_set.edits.count()) == (
        ChangeSet.Kind.BULK,
        "Theo công văn",
        2,
    )


def test_no_reason_stores_nothing(client, connected):
    assert store(client, data(connected[1:])).status_code == 400
    assert days() == ["2025-02-07"]


def test_one_row_that_cannot_take_it_stores_none(client, connected):
    answer = store(client, data(connected, **{"value-account": "2099-01-01"}, because="x"))
    assert answer.status_code == 400
    assert len(answer.context["wrong"]) == 3
    assert not ChangeSet.objects.exists()


def test_every_row_of_the_filtered_list(client, connected):
    asked = data([], all="yes", query="account_is=missing", because="x")
    store(client, asked)
    assert days() == ["2025-02-07", "2025-03-01", "2025-03-01"]


def test_nothing_chosen_is_said(client, connected):
    assert client.post(BULK, data([])).status_code == 302


def test_taken_back_in_one_go(client, connected):
    store(client, data(connected, because="x"))
    change_set = ChangeSet.objects.get()
    assert client.post(f"/desk/acts/{change_set.pk}/", {"because": ""}).status_code == 400
    client.post(f"/desk/acts/{change_set.pk}/", {"because": "Nhầm công văn"})
    assert days() == ["2025-02-07"]
    assert client.post(f"/desk/acts/{change_set.pk}/", {"because": "again"}).status_code == 400


def test_a_later_word_is_not_overwritten_by_taking_back(client, connected):
    store(client, data(connected, because="x"))
    first = ChangeSet.objects.get()
    store(client, data(connected[:1], **{"value-account": "2025-03-09"}, because="y"))
    answer = client.post(f"/desk/acts/{first.pk}/", {"because": "z"})
    assert answer.status_code == 400
    assert "2025-03-09" in days()
    assert Edit.objects.count() == 4


def test_a_row_withdrawn_since_the_list_was_drawn_is_left_out(client):
    register, place = REGISTERS["certificates"], facility("viet-yen")
    row = entering.put(
        register, None, facility=place.code, holder="Lan", requested=date(2025, 1, 10)
    )
    change_set = entering.open_change_set("entered twice")
    withdraw_row(register=register, row=row, change_set=change_set, on=entering.TODAY)
    asked = data([row], column="returned", because="x", **{"value-returned": "2025-02-01"})
    asked["shown"] = client.post("/desk/certificates/bulk/", asked).context["shown"]
    asked["yes"] = "yes"
    client.post("/desk/certificates/bulk/", asked)
    assert not CertificateEvent.objects.known().exists()


def test_every_row_of_a_list_of_the_past_is_that_of_its_day(client, connected):
    """The account of 7 February was missing on the day before."""
    answer = client.post(BULK, data([], all="yes", query="account_is=missing&on=2025-02-06"))
    assert len(answer.context["keys"]) == 3


def test_as_many_rows_as_are_offered_can_be_sent(client, connected):
    keys = list(range(10**6, 10**6 + AT_MOST - 3)) + [row.pk for row in connected]
    answer = client.post(BULK, data([]) | {"row": keys})
    assert answer.status_code == 200


def test_what_has_moved_since_it_was_shown_is_shown_again(client, connected):
    asked = data(connected, because="x")
    shown = client.post(BULK, asked).context["shown"]
    store(client, data(connected[:1], **{"value-account": "2025-02-20"}, because="y"))
    answer = client.post(BULK, asked | {"yes": "yes", "shown": shown})
    assert answer.status_code == 409
    assert days() == ["2025-02-20"]
