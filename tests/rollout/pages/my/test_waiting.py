"""Certificates that wait for a step: all, some, none; impossible days, odd days."""

import uuid
from datetime import date

import pytest

from facilities.models import ChangeSet, Document, Draft
from signatures.models import CertificateEvent
from signatures.services import record_event
from tests import factories
from tests.papers import JPEG, upload

pytestmark = pytest.mark.django_db
PAGE = "/my/waiting/handed-over/"
ISSUED = date(2025, 4, 1)


def certificate(place, holder: str, received: date | None = None):
    made = factories.CertificateFactory(facility=place, holder=holder)
    days = {"requested": ISSUED, "issued": ISSUED, "received": received}
    for kind, day in days.items():
        if day:
            record_event(
                certificate=made,
                kind=kind,
                happened_on=day,
                valid_until=date(2030, 4, 1) if kind == "issued" else None,
                by=factories.recorder(),
            )
    return made


@pytest.fixture
def three(officer, place):
    return [certificate(place, f"Nguyễn Thị {letter}") for letter in "ABC"]


def send(client, **fields):
    return client.post(
        PAGE, {"change_set": str(uuid.uuid4()), "handed-over": "2025-05-20"} | fields
    )


def handed_over() -> set[int]:
    events = CertificateEvent.objects.known().filter(kind="handed_over")
    return set(events.values_list("certificate", flat=True))


def test_all_on_one_day_with_one_paper(client, three):
    answer = send(client, all="yes", file=upload(JPEG, "giao.jpg"))
    assert answer.status_code == 302
    assert handed_over() == {made.pk for made in three}
    papers = CertificateEvent.objects.filter(kind="handed_over").values_list("document", flat=True)
    assert set(papers) == {Document.objects.get().pk}
    assert ChangeSet.objects.get().facility == three[0].facility
    assert client.get(PAGE).context["count"] == 0


def test_those_that_are_ticked(client, three):
    assert send(client, row=[three[0].pk, three[2].pk]).status_code == 302
    assert handed_over() == {three[0].pk, three[2].pk}
    assert client.get(PAGE).context["count"] == 1


def test_the_value_of_a_tick_is_the_bare_number(client, officer, place):
    factories.CertificateFactory(pk=12345, facility=place)
    made = certificate(place, "Nguyễn Văn D")
    assert f'name="row" value="{made.pk}"' in client.get(PAGE).content.decode()


def test_none_ticked_is_asked_for_and_the_day_is_kept(client, three):
    answer = send(client)
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()
    assert answer.context["form"]["handed-over"].value() == "2025-05-20"
    assert handed_over() == set()


def test_the_day_is_needed_and_the_ticks_are_kept(client, three):
    answer = send(client, row=[three[1].pk], **{"handed-over": ""})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["handed-over"]
    assert answer.context["ticked"] == [str(three[1].pk)]


@pytest.mark.parametrize("day", ["2025-03-31", "2025-05-22"], ids=["before its issue", "to come"])
def test_an_impossible_day_stores_none(client, three, day):
    answer = send(client, all="yes", **{"handed-over": day, "because-handed-over": "x"})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["handed-over"]
    assert handed_over() == set()
    assert not ChangeSet.objects.exists()


def test_an_odd_day_is_taken_with_a_reason(client, officer, place):
    certificate(place, "Nguyễn Thị A", received=date(2025, 5, 10))
    odd = {"all": "yes", "handed-over": "2025-05-02"}
    answer = send(client, **odd)
    assert answer.status_code == 400
    assert 'name="because-handed-over"' in answer.content.decode()
    assert handed_over() == set()
    assert send(client, **odd, **{"because-handed-over": "Nhận thay"}).status_code == 302
    assert len(handed_over()) == 1


def test_of_many_that_cannot_be_so_a_few_are_named(client, officer, place):
    for number in range(5):
        certificate(place, f"Nguyễn {number}")
    answer = send(client, all="yes", **{"handed-over": "2025-03-01"})
    assert len(answer.context["form"].errors["handed-over"]) == 4


def test_sent_twice_is_stored_once(client, three):
    fields = {"change_set": str(uuid.uuid4()), "row": [three[0].pk]}
    assert send(client, **fields).status_code == 302
    assert send(client, **fields | {"row": [three[1].pk]}).status_code == 302
    assert handed_over() == {three[0].pk}


def test_those_of_another_facility_are_neither_shown_nor_written(client, three, other):
    theirs = certificate(other, "Trần Văn Khác")
    assert "Trần Văn Khác" not in client.get(PAGE).content.decode()
    assert send(client, row=[theirs.pk]).status_code == 400
    assert send(client, all="yes", facility=other.code).status_code == 404
    assert handed_over() == set()


def test_a_step_that_is_none(client, three):
    assert client.get("/my/waiting/revoked/").status_code == 404


def test_a_draft_brings_the_ticks_back_and_goes_when_it_is_stored(client, three, officer, place):
    fields = {"row": [str(three[1].pk)], "handed-over": ["2025-05-19"]}
    Draft.objects.create(user=officer, form=f"my:waiting:handed-over:{place.pk}:1", fields=fields)
    assert client.get(PAGE).context["draft"]
    page = client.get(PAGE + "?draft=yes")
    assert page.context["ticked"] == [str(three[1].pk)]
    assert page.context["form"]["handed-over"].value() == "2025-05-19"
    send(client, row=[three[1].pk])
    assert not Draft.objects.exists()
