"""One cell changed by itself, as in a list: the record's form of that cell, and no other value moves."""

import uuid

import pytest
from django.urls import reverse

from facilities.models import ChangeSet, Edit
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("department")]


@pytest.fixture
def file():
    factories.programme()
    place = factories.facility("luc-nam")
    return factories.ProcurementFactory(code="BG-1", title="Máy chủ", facility=place)


def cell(file, column: str = "title") -> str:
    return f"{reverse('rollout:record-edit', args=['procurements', file.pk])}?cell={column}"


def send(client, file, new: str, *, seen="Máy chủ", because="", **fields):
    sent = {"change_set": str(uuid.uuid4()), "title": new, "seen-title": seen, "because": because}
    return client.post(cell(file), sent | fields)


def test_that_cell_alone_is_asked_and_written(client, file):
    page = client.get(cell(file))
    assert [line["column"].code for line in page.context["form"].lines()] == ["title"]
    before = (file.code, file.facility_id, file.path)
    # What is not asked is not taken either.
    answer = send(client, file, "Máy chủ mới", because="Ghi thiếu chữ", code="BG-2")
    assert answer.url == reverse("rollout:record", args=["procurements", file.pk])
    file.refresh_from_db()
    assert file.title == "Máy chủ mới"
    assert (file.code, file.facility_id, file.path) == before
    change_set = ChangeSet.objects.get(because="Ghi thiếu chữ")
    assert [edit.column for edit in Edit.objects.filter(change_set=change_set)] == ["title"]


def test_it_is_refused_as_the_whole_form_refuses(client, file):
    no_reason = send(client, file, "Khác")
    assert no_reason.status_code == 400
    assert list(no_reason.context["form"].errors) == ["because"]
    empty = send(client, file, "", because="Xóa")
    assert empty.status_code == 400
    assert "title" in empty.context["form"].errors
    stale = send(client, file, "Khác", seen="Cũ", because="Sửa tên")
    assert stale.status_code == 409
    assert [(one["now"], one["yours"]) for one in stale.context["stale"]] == [("Máy chủ", "Khác")]
    file.refresh_from_db()
    assert file.title == "Máy chủ"
    # What is computed, or is no column, has no form.
    for column in ("stage", "no-such"):
        assert client.get(cell(file, column)).status_code == 404


def test_a_list_says_which_cells_change_and_only_today(client, file):
    def marked(**asked) -> set[str]:
        page = client.get(reverse("rollout:register-list", args=["procurements"]), asked)
        heads = page.content.decode().split('data-cell="')[1:]
        return {head.split('"')[0] for head in heads}

    assert {"code", "title", "facility"} <= marked()
    assert "stage" not in marked()
    assert marked(on="2025-05-01") == set()
