"""Choosing a file, looking at what it would change, saying yes; for whom it is open."""

from datetime import date
from io import BytesIO
from unittest import mock

import pytest
from django.core.cache import cache
from django.urls import reverse
from openpyxl import load_workbook

from connectivity.models import ConnectionStep
from facilities.models import Role
from rollout.models import ImportFile
from rollout.registers import importing
from rollout.registers.importing import State, state_of
from rollout.schedule import IMPORT_FILE
from signatures.models import Certificate
from tests import factories
from tests.rollout.registers.importing.tables import ON, received, stored, uploaded, xlsx

pytestmark = pytest.mark.django_db

NEW = reverse("rollout:import-new", args=["connections"])
ROWS = (("facility", "account"), ("lucnam", date(2025, 5, 2)))


@pytest.fixture(autouse=True)
def place():
    factories.programme()
    factories.PartnerFactory()
    return factories.facility("lucnam", name_vi="Lục Nam")


@pytest.fixture
def by(client):
    user = factories.user_with(Role.DEPARTMENT)
    client.force_login(user)
    return user


def address(kept, name="import") -> str:
    return reverse(f"rollout:{name}", args=[kept.pk])


def sent(client, content=None, address=NEW, **fields):
    files = {} if content is None else {"file": uploaded(content)}
    return client.post(address, {"on": "2025-05-21"} | files | fields, follow=True)


def test_from_the_file_to_the_stored_row(client, by):
    page = sent(client, xlsx(*ROWS))
    kept = ImportFile.objects.get()
    assert page.redirect_chain == [(address(kept), 302)]
    assert "02/05/2025" in page.content.decode()
    page = client.post(address(kept), {"do": "confirm"}, follow=True)
    assert page.status_code == 200
    assert ConnectionStep.objects.get().happened_on == date(2025, 5, 2)
    page = client.post(address(kept), {"do": "undo", "because": "Nhầm"}, follow=True)
    assert not ConnectionStep.objects.known().exists()


def test_rows_may_be_pasted(client, by):
    sent(client, pasted="facility\taccount\r\nlucnam\t02/05/2025\r\n")
    kept = ImportFile.objects.get()
    assert kept.preview["counts"]["changed"] == 1


@pytest.mark.parametrize(
    ("content", "fields"),
    [(b"%PDF-1.7", {}), (b"", {}), (None, {}), (xlsx(*ROWS), {"on": "2999-01-01"})],
    ids=["a PDF", "an empty file", "neither file nor rows", "a day to come"],
)
def test_a_refusal_stands_beside_its_field(client, by, content, fields):
    page = sent(client, content, **fields)
    assert page.status_code == 400
    assert 'class="error"' in page.content.decode()
    assert not ImportFile.objects.exists()


def test_a_large_upload_comes_from_the_disk(client, by, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    sent(client, xlsx(*ROWS))
    assert ImportFile.objects.get().preview["counts"]["changed"] == 1


def test_confirming_without_an_answer_asks_for_it(client, by):
    kept = received("connections", by, *ROWS, ("nobody", date(2025, 5, 2)))
    page = client.post(address(kept), {"do": "confirm"})
    assert page.status_code == 400
    assert not ConnectionStep.objects.exists()
    client.post(address(kept), {"do": "confirm", "leave_wrong": "yes"})
    assert ConnectionStep.objects.count() == 1


def test_the_bad_rows_come_as_a_file_that_can_be_sent_again(client, by):
    kept = received("connections", by, *ROWS, ("nobody", "ngày mai"))
    answer = client.get(address(kept, "import-rejects"))
    content = b"".join(answer.streaming_content)
    rows = list(load_workbook(BytesIO(content)).active.values)
    assert rows[0][:2] == ("facility", "account")
    assert rows[1][:2] == ("nobody", "ngày mai")
    again = received("connections", by, content=content)
    assert again.preview["counts"]["wrong"] == 1
    assert again.preview["asked"] == []


def test_no_bad_rows_no_file(client, by):
    assert (
        client.get(address(received("connections", by, *ROWS), "import-rejects")).status_code == 404
    )


def test_headings_are_explained_on_the_page(client, by):
    kept = received("connections", by, ("Mã X", "account"), ROWS[1])
    page = client.get(address(kept))
    assert "Mã X" in page.content.decode()
    client.post(address(kept), {"do": "headings", "heading-0": "facility"})
    kept.refresh_from_db()
    assert kept.preview["counts"]["changed"] == 1
    assert client.get(address(kept)).status_code == 200


@pytest.mark.parametrize("show", ["new", "changed", "unchanged", "wrong", "nonsense"])
def test_every_tab_opens(client, by, show):
    kept = received("connections", by, *ROWS, ("nobody", None))
    assert client.get(address(kept), {"show": show}).status_code == 200


def test_a_large_file_is_left_to_a_job(
    client, by, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("rollout.registers.importing.steps.SMALL", 0)
    settings.REDIS_URL = "redis://localhost"
    with mock.patch("rollout.registers.importing.steps.send") as send:
        with django_capture_on_commit_callbacks(execute=True):
            page = sent(client, xlsx(*ROWS))
        kept = ImportFile.objects.get()
        send.assert_called_once_with(IMPORT_FILE, kept.pk)
        assert state_of(kept) == State.READING
        assert 'hx-trigger="every 2s"' in page.content.decode()
        importing.run(kept.pk)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address(kept), {"do": "confirm"})
        assert send.call_count == 2
    kept.refresh_from_db()
    assert state_of(kept) == State.STORING
    assert "<progress" in client.get(address(kept)).content.decode()
    assert address(kept) in client.get(reverse("rollout:import-list")).content.decode()
    importing.run(kept.pk)
    assert ConnectionStep.objects.exists()


def test_a_silent_job_can_be_begun_again(client, by):
    kept = received("connections", by, *ROWS)
    importing.confirm(kept)
    assert 'value="again"' not in client.get(address(kept)).content.decode()
    cache.clear()
    assert 'value="again"' in client.get(address(kept)).content.decode()
    client.post(address(kept), {"do": "again"})
    assert ConnectionStep.objects.exists()


def test_dropped(client, by):
    kept = received("connections", by, *ROWS)
    page = client.post(address(kept), {"do": "drop"}, follow=True)
    assert page.status_code == 200
    assert client.post(address(kept), {"do": "confirm"}).status_code == 400
    assert not ConnectionStep.objects.exists()


def test_an_officer_brings_files_for_the_own_facility(client, place):
    officer = factories.user_with(Role.OFFICER, facility=place)
    factories.facility("tanyen")
    client.force_login(officer)
    rows = ("facility", "holder"), ("lucnam", "Đỗ Thị Ánh"), ("tanyen", "Ai đó")
    sent(client, xlsx(*rows), reverse("rollout:import-new", args=["certificates"]))
    kept = ImportFile.objects.get()
    assert kept.facility == place
    client.post(address(kept), {"do": "confirm", "leave_wrong": "yes"})
    assert [c.facility for c in Certificate.objects.all()] == [place]


def test_an_officer_of_two_facilities_says_for_which(client, place):
    officer = factories.user_with(Role.OFFICER, facility=place)
    other = factories.facility("tanyen")
    officer.assignments.create(role=Role.OFFICER, facility=other, valid_from=factories.START)
    client.force_login(officer)
    assert sent(client, xlsx(*ROWS), facility="elsewhere").status_code == 400
    sent(client, xlsx(*ROWS), facility="tanyen")
    assert ImportFile.objects.get().facility == other


def test_registers_of_the_department_are_closed_to_officers(client, place):
    client.force_login(factories.user_with(Role.OFFICER, facility=place))
    for name in ("import-new", "import-template"):
        arguments = ["facilities"] + (["xlsx"] if name == "import-template" else [])
        assert client.get(reverse(f"rollout:{name}", args=arguments)).status_code == 404


def test_a_file_is_open_to_its_sender_and_to_the_department(client, place):
    officer = factories.user_with(Role.OFFICER, facility=place)
    kept = received("connections", officer, *ROWS, facility=place)
    for role, status in ((Role.OFFICER, 404), (Role.DEPARTMENT, 200), (Role.LEADER, 403)):
        more = {"facility": place} if role == Role.OFFICER else {}
        client.force_login(factories.user_with(role, **more))
        assert client.get(address(kept)).status_code == status
        expected = 403 if status == 200 else status
        assert client.post(address(kept), {"do": "confirm"}).status_code == expected
    client.force_login(officer)
    assert client.get(address(kept)).status_code == 200


def test_who_is_no_longer_officer_confirms_nothing(client, place):
    officer = factories.user_with(Role.OFFICER, facility=place)
    kept = received("connections", officer, *ROWS, facility=place)
    officer.assignments.update(facility=factories.facility("tanyen"))
    client.force_login(officer)
    assert client.post(address(kept), {"do": "confirm"}).status_code == 403


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_template_filled_in_can_be_read(client, by, form):
    answer = client.get(reverse("rollout:import-template", args=["certificates", form]))
    assert answer.status_code == 200
    if form == "xlsx":
        register = load_workbook(BytesIO(answer.content))
        table = register.worksheets[0]
        table.append(["lucnam", "Đỗ Thị Ánh"])
        stream = BytesIO()
        register.save(stream)
        content = stream.getvalue()
    else:
        content = answer.content + "lucnam;Đỗ Thị Ánh\r\n".encode()
    kept = received("certificates", by, content=content)
    assert kept.preview["counts"]["new"] == 1


def test_names_stay_out_of_act_and_log(by, caplog):
    rows = ("facility", "holder"), ("lucnam", "Đỗ Thị Ánh")
    kept = stored("certificates", by, *rows, on=ON)
    assert "Ánh" not in caplog.text
    assert not [edit for edit in kept.change_set.edits.all() if "Ánh" in edit.new]
    assert "Ánh" not in str(kept.preview)
