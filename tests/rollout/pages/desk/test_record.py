"""A row at the desk: read, changed with a reason, withdrawn; nothing overwritten unseen."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from connectivity.models import ConnectionStep
from facilities.models import Edit, Note
from facilities.services import record
from tests.factories import recorder

pytestmark = pytest.mark.django_db


def address(facility, tail="") -> str:
    return f"/desk/connections/{facility.pk}/{tail}"


def sent(client, facility, **changes):
    """The form as it was drawn, with changes, sent."""
    form = client.get(address(facility, "edit/")).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "file"}
    data = {n: form.fields[n].prepare_value(v) if v else "" for n, v in data.items()}
    data["change_set"] = str(uuid.uuid4())
    return data | changes


def account(facility) -> date | None:
    step = ConnectionStep.objects.known().filter(facility=facility, step="account").first()
    return step and step.happened_on


@pytest.mark.usefixtures("department")
class TestChange:
    def test_a_missing_day_is_filled_without_a_reason(self, client, connected):
        data = sent(client, connected[1], account="2025-03-01")
        answer = client.post(address(connected[1], "edit/"), data)
        assert answer.status_code == 302
        assert account(connected[1]) == date(2025, 3, 1)
        edit = Edit.objects.get()
        assert (edit.column, edit.old, edit.new) == ("account", "", "2025-03-01")

    def test_changing_what_is_there_needs_a_reason(self, client, connected):
        data = sent(client, connected[0], account="2025-02-08")
        answer = client.post(address(connected[0], "edit/"), data)
        assert answer.status_code == 400
        assert answer.context["form"].errors["because"]
        assert account(connected[0]) == date(2025, 2, 7)
        answer = client.post(address(connected[0], "edit/"), data | {"because": "Gõ nhầm ngày"})
        assert answer.status_code == 302
        assert account(connected[0]) == date(2025, 2, 8)

    def test_both_values_stand_in_the_history_with_person_and_reason(self, client, connected):
        data = sent(client, connected[0], account="2025-02-08", because="Gõ nhầm ngày")
        client.post(address(connected[0], "edit/"), data)
        lines = client.get(address(connected[0])).context["history"]
        assert (lines[0].old, lines[0].new) == ("07/02/2025", "08/02/2025")
        assert lines[0].because == "Gõ nhầm ngày"

    def test_the_form_shows_what_stands_now_whatever_day_was_looked_at(self, client, connected):
        form = client.get(address(connected[0], "edit/?on=2025-01-01")).context["form"]
        assert form["account"].value() == "2025-02-07"

    def test_a_moment_of_the_past_shows_the_fact_of_then(self, client, connected):
        then = ConnectionStep.objects.get()
        moment = timezone.now() - timedelta(days=1)
        ConnectionStep.objects.update(recorded_at=moment - timedelta(days=1))
        data = sent(client, connected[0], account="2025-02-08", because="Gõ nhầm ngày")
        client.post(address(connected[0], "edit/"), data)
        asked = {"known_at": moment.isoformat()}
        cells = client.get(address(connected[0]), asked).context["cells"]
        told = next(cell for cell in cells if cell.column.code == "account")
        assert (told.shown, told.fact) == ("07/02/2025", then)

    def test_a_day_to_come_is_refused_beside_its_field_and_the_rest_is_kept(
        self, client, connected
    ):
        data = sent(client, connected[1], account="2025-03-01", connected="2099-01-01")
        answer = client.post(address(connected[1], "edit/"), data)
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["connected"]
        assert answer.context["form"]["account"].value() == "2025-03-01"
        assert account(connected[1]) is None

    def test_an_odd_order_is_taken_with_a_reason(self, client, connected):
        data = sent(client, connected[0], connected="2025-02-01")
        answer = client.post(address(connected[0], "edit/"), data)
        assert answer.status_code == 400
        reasoned = data | {"because-connected": "Nối thử trước khi cấp tài khoản"}
        assert client.post(address(connected[0], "edit/"), reasoned).status_code == 302
        edit = Edit.objects.get(column="connected")
        assert edit.because == "Nối thử trước khi cấp tài khoản"

    def test_the_same_form_twice_writes_once(self, client, connected):
        data = sent(client, connected[1], account="2025-03-01")
        client.post(address(connected[1], "edit/"), data)
        client.post(address(connected[1], "edit/"), data)
        assert Edit.objects.count() == 1

    def test_somebody_else_was_first_and_both_versions_are_shown(self, client, connected):
        data = sent(client, connected[1], account="2025-03-01")
        record(
            ConnectionStep(
                facility=connected[1],
                partner=ConnectionStep.objects.first().partner,
                step="account",
                happened_on=date(2025, 2, 20),
            ),
            by=recorder(),
        )
        answer = client.post(address(connected[1], "edit/"), data)
        assert answer.status_code == 409
        (cell,) = answer.context["stale"]
        assert (cell["seen"], cell["now"], cell["yours"]) == ("", "20/02/2025", "01/03/2025")
        assert account(connected[1]) == date(2025, 2, 20)

        again = data | {"seen-account": "2025-02-20", "because": "Ngày trên biên bản"}
        assert client.post(address(connected[1], "edit/"), again).status_code == 302
        assert account(connected[1]) == date(2025, 3, 1)

    def test_taking_theirs_changes_nothing(self, client, connected):
        data = sent(client, connected[0], account="2025-02-20")
        data |= {"theirs-account": "2025-02-07", "choose": "theirs"}
        assert client.post(address(connected[0], "edit/"), data).status_code == 302
        assert account(connected[0]) == date(2025, 2, 7)
        assert not Edit.objects.exists()

    def test_an_emptied_field_withdraws_the_fact(self, client, connected):
        data = sent(client, connected[0], account="", because="Chưa cấp")
        client.post(address(connected[0], "edit/"), data)
        assert account(connected[0]) is None
        assert ConnectionStep.objects.get().withdrawn_because == "Chưa cấp"


@pytest.mark.usefixtures("department")
def test_a_note_stands_apart_from_the_history(client, connected):
    client.post(address(connected[0], "notes/"), {"text": "Đã gọi điện"})
    answer = client.get(address(connected[0]))
    assert [note.text for note in answer.context["notes"]] == ["Đã gọi điện"]
    assert "Đã gọi điện" not in [line.new for line in answer.context["history"]]
    client.post(address(connected[0], "notes/"), {"text": "  "})
    assert Note.objects.count() == 1


@pytest.mark.usefixtures("department")
def test_a_row_that_is_not_there(client, connected):
    assert client.get("/desk/connections/999999/").status_code == 404
