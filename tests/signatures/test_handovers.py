"""Minutes of a ward: who has signed, who has not yet; the photographed copy closes them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document as WordDocument

from facilities.models import Document, Edit, Role
from signatures.handovers import minutes
from signatures.models import Batch, CertificateEvent
from signatures.services import record_event
from tests import factories, papers
from tests.entering import TODAY
from tests.factories import user_with

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def batch(place):
    return Batch.objects.create(code="ln-1", facility=place, form="01")


def issued(batch, holder, unit, until=TODAY + 99 * DAY):
    found = factories.CertificateFactory(
        facility=batch.facility, batch=batch, holder=holder, unit=unit
    )
    for kind, shift in ((Kind.REQUESTED, 9), (Kind.ISSUED, 8)):
        record_event(
            certificate=found,
            kind=kind,
            happened_on=TODAY - shift * DAY,
            valid_until=until if kind == Kind.ISSUED else None,
            by=factories.recorder(),
        )
    return found


def photo(name="ký.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, papers.jpeg())


def of(place) -> dict[str, tuple[int, int]]:
    return {one.unit: (one.signed, len(one.waiting)) for one in minutes(place.pk, TODAY)}


def test_the_signed_copy_closes_the_minutes_of_a_ward(client, place, batch):
    be, ca = issued(batch, "Lê Thị Bé", "Khoa Nội"), issued(batch, "Vũ Văn Cả", "Khoa Nội")
    issued(batch, "Đỗ Văn Nhi", "Khoa Nhi")
    issued(batch, "Hồ Văn Hết", "Khoa Nội", until=TODAY)  # it is over: nothing to hand over
    record_event(
        certificate=ca, kind=Kind.HANDED_OVER, happened_on=TODAY - 3 * DAY, by=factories.recorder()
    )
    assert of(place) == {"Khoa Nội": (0, 2), "Khoa Nhi": (0, 1)}

    client.force_login(user_with(Role.OFFICER, facility=place))
    page = reverse("rollout:handovers", args=[place.code]) + "?batch=ln-1&unit=Khoa+Nội"
    shown = client.get(page)
    assert ("Lê Thị Bé" in shown.content.decode(), "Đỗ Văn Nhi" in shown.content.decode()) == (
        True,
        False,
    )
    sheet = client.get(
        reverse("rollout:handover-minutes", args=[place.code]),
        {"batch": "ln-1", "unit": "Khoa Nội"},
    )
    words = "".join(
        cell.text
        for table in WordDocument(BytesIO(sheet.content)).tables
        for row in table.rows
        for cell in row.cells
    )
    assert ("Lê Thị Bé" in words, "Đỗ Văn Nhi" in words) == (True, False)

    given = {"change_set": str(shown.context["form"]["change_set"].value()), "row": [be.pk, ca.pk]}
    day = {"day": TODAY.isoformat()}
    assert client.post(page, given | day).status_code == 400  # no photograph
    late = {"day": (TODAY + DAY).isoformat(), "file": photo()}
    assert client.post(page, given | late).status_code == 400
    assert client.post(page, given | day | {"row": [], "file": photo()}).status_code == 400
    early = {"day": (TODAY - 9 * DAY).isoformat(), "file": photo()}
    assert client.post(page, given | early).status_code == 400  # before it was issued
    assert of(place)["Khoa Nội"] == (0, 2)
    assert not Document.objects.exists()

    assert client.post(page, given | day | {"file": photo()}).status_code == 302
    assert of(place) == {"Khoa Nội": (2, 0), "Khoa Nhi": (0, 1)}
    handed = {
        event.certificate_id: (event.happened_on, event.document.file != "")
        for event in CertificateEvent.objects.known().filter(kind=Kind.HANDED_OVER)
    }
    assert handed == {be.pk: (TODAY, True), ca.pk: (TODAY - 3 * DAY, True)}
    edit = Edit.objects.get(register="certificates", column="handed-over")
    assert (edit.row, edit.new) == (be.pk, TODAY.isoformat())
    assert client.get(page).context["chosen"].is_closed

    client.force_login(user_with(Role.OFFICER, facility=factories.facility("bv-phoi")))
    assert client.get(page).status_code == 403
    client.force_login(user_with(Role.LEADER))
    assert client.get(page).status_code == 403
