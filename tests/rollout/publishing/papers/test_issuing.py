"""A draft is numbered, its signed copy attached, and from then on it says what it said."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

import pytest
from django.urls import reverse

from facilities.models import Facility, Role
from rollout.models import IssuedPaper, Milestone, MilestoneEvent
from tests.factories import recorder, user_with
from tests.papers import PDF, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)
ISSUE = reverse("rollout:paper-issue", args=["report"]) + "?on=2025-05-21&language=vi"


def given(number: str = "05/BC-SYT", on: str = "22/05/2025", **more: object) -> dict[str, object]:
    sent = {"do": "issue", "change_set": uuid4(), "number": number, "issued_on": on}
    return sent | {"paper": upload(PDF)} | more


def test_what_was_signed_stays_and_can_be_held_against_the_records(client):
    client.force_login(user_with(Role.DEPARTMENT))
    assert "Kết quả triển khai hồ sơ bệnh án điện tử" in client.get(ISSUE).text
    assert client.post(ISSUE, given()).status_code == 302

    issued = IssuedPaper.objects.get()
    assert (issued.number, issued.issued_on, issued.on) == ("05/BC-SYT", date(2025, 5, 22), ON)
    assert issued.document.sha256 == sha256(PDF).hexdigest()
    assert issued.digest == sha256("\n".join(issued.lines).encode()).hexdigest()
    assert any("11/17" in line for line in issued.lines)
    address = reverse("rollout:issued-paper", args=[issued.pk])
    same = "Lập lại từ cùng dữ liệu: nội dung giống hệt."

    def shown() -> str:
        page = client.get(address).text
        assert issued.digest in page
        assert issued.document.sha256 in page
        return page

    assert same in shown()
    listed = client.get(reverse("rollout:paper-list"), {"on": "2025-06-01"}).text
    assert address in listed

    # What is recorded afterwards changes no paper that went out; the records of then give it again.
    MilestoneEvent.objects.create(
        facility=Facility.objects.get(code="bg-ttyt-lucnam"),
        milestone=Milestone.OFFICIAL,
        happened_on=ON,
        recorded_by=recorder(),
    )
    assert same in shown()
    # Somebody who changed the frozen words themselves is seen.
    IssuedPaper.objects.update(lines=["6/17", *issued.lines[1:]])
    assert same not in client.get(address).text
    assert "+" + issued.lines[0] in client.get(address).text


def test_a_number_is_given_once_and_nobody_signs_before_the_facts(client):
    client.force_login(user_with(Role.DEPARTMENT))
    assert client.post(ISSUE, given()).status_code == 302
    for wrong in (
        given(),
        given("06/BC-SYT", "20/05/2025"),
        given("06/BC-SYT", paper=upload(b"no paper", "x.pdf")),
        given("", paper=upload(PDF)),
    ):
        assert client.post(ISSUE, wrong).status_code == 400
    assert IssuedPaper.objects.count() == 1
    assert client.post(ISSUE, given("06/BC-SYT")).status_code == 302


def test_the_department_issues_and_leaders_read(client):
    client.force_login(user_with(Role.DEPARTMENT))
    client.post(ISSUE, given())
    issued = IssuedPaper.objects.get()
    read = reverse("rollout:issued-paper", args=[issued.pk])
    officer = {"facility": Facility.objects.get(code="bg-ttyt-yenthe")}
    for role, about, issues, reads in (
        (Role.LEADER, {}, 403, 200),
        (Role.OFFICER, officer, 403, 403),
    ):
        client.force_login(user_with(role, **about))
        assert client.get(ISSUE).status_code == issues
        assert client.post(ISSUE, given("09/BC-SYT")).status_code == issues
        assert client.get(read).status_code == reads
        document = client.get(reverse("rollout:document", args=[issued.document_id]))
        assert document.status_code == (200 if reads == 200 else 404)
        assert (document.getvalue() == PDF) is (reads == 200)
    assert IssuedPaper.objects.count() == 1
