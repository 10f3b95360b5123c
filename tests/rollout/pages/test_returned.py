"""Lists back from the Committee: what is matched waits for a yes, and every yes can be taken back."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from facilities import clock
from facilities.models import ChangeSet, Edit, Role
from facilities.registers.entering import undo
from rollout.registers.catalogue import REGISTERS
from signatures.digests import digest
from signatures.models import Certificate, DocumentMark, ReturnedLine, ReturnedList
from tests import factories
from tests.factories import user_with
from tests.rollout.pages.test_sheets import everything_stored
from tests.rollout.registers.writing import TODAY, entered

pytestmark = pytest.mark.django_db

HEAD = "Họ và tên\tKhoa, phòng\tSố CCCD\tSố hiệu chứng thư\tNgày cấp\tNgày hết hạn"
NUMBER = "024189001234"


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("own", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def officer(client, place):
    user = user_with(Role.OFFICER, facility=place)
    client.force_login(user)
    return user


def requested(place, name, **cells):
    values = {"facility": place.code, "holder": name, "requested": date(2025, 1, 10)} | cells
    return entered(REGISTERS["certificates"], values)


def bring(client, *rows, status=302, title="CV 12/CTS"):
    pasted = "\n".join([HEAD, *("\t".join(row) for row in rows)])
    path = reverse("rollout:returned-lists", args=["own"])
    answer = client.post(path, {"title": title, "pasted": pasted})
    assert answer.status_code == status
    return answer["Location"] if status == 302 else answer


def row(name, serial="54010ABC01", issued="20/01/2025", until="20/01/2030", unit="", number=""):
    return (name, unit, number, serial, issued, until)


def yes(client, path, *numbers, **chosen):
    sent = {"change_set": uuid.uuid4(), "row": numbers}
    return client.post(path, sent | {f"of-{n[1:]}": pk for n, pk in chosen.items()})


def work(client, path):
    return client.get(path).context["found"]


def test_what_is_matched_counts_only_after_a_yes_and_the_yes_can_be_taken_back(
    client, officer, place
):
    lan = requested(place, "Nguyễn Thị Lan")
    path = bring(client, row("NGUYỄN THỊ LAN"))
    (one,) = work(client, path).work
    assert (one.kind, [choice.certificate for choice in one.choices]) == ("matched", [lan])
    lan.refresh_from_db()
    assert lan.serial == ""
    assert yes(client, path, "2").status_code == 302
    lan.refresh_from_db()
    assert lan.serial == "54010ABC01"
    assert [e.happened_on for e in lan.events.known().filter(kind="issued")] == [date(2025, 1, 20)]
    found = work(client, path)
    assert (found.work, len(found.settled)) == ([], 1)
    made = ChangeSet.objects.get(file_name__startswith="returned-list:")
    assert {e.column for e in made.edits.all()} == {"serial", "issued", "valid-until"}
    assert Edit.objects.get(change_set=made, column="serial").old == ""

    client.post(reverse("rollout:returned-undo", args=["own", path.split("/")[-2]]))
    lan.refresh_from_db()
    assert lan.serial == ""
    assert not lan.events.known().filter(kind="issued").exists()
    assert len(work(client, path).work) == 1

    # What was taken back itself does not keep what came before it.
    first = ChangeSet.objects.get(
        edits__row=lan.pk, edits__register="certificates", edits__column=""
    )
    undo(change_set=first, registers=REGISTERS, by=officer, because="Nhập thử", on=TODAY)
    lan.refresh_from_db()
    assert lan.withdrawn_at is not None


def test_a_near_name_is_proposed_with_its_reason_and_keeps_the_name_on_record(
    client, officer, place
):
    lan = requested(place, "Nguyễn Thị Lan")
    path = bring(client, row("Nguyễn Thị Làn"))
    (one,) = work(client, path).work
    assert (one.kind, bool(one.choices[0].reason)) == ("near", True)
    assert 'name="row" value="2" id="row-2"' in client.get(path).content.decode()
    assert yes(client, path, "2").status_code == 400  # nobody was chosen
    assert yes(client, path, "2", _2=999).status_code == 400  # nobody who was offered
    assert yes(client, path, "2", _2=lan.pk).status_code == 302
    lan.refresh_from_db()
    assert (lan.holder, lan.serial) == ("Nguyễn Thị Lan", "54010ABC01")


def test_two_rows_are_not_one_persons(client, officer, place):
    lan = requested(place, "Nguyễn Thị Lan")
    path = bring(client, row("Nguyễn Thị Lan"), row("Nguyễn Thị Lan", serial="54010ABC02"))
    assert [one.kind for one in work(client, path).work] == ["doubled", "doubled"]
    assert yes(client, path, "2", "3", _2=lan.pk, _3=lan.pk).status_code == 400
    assert yes(client, path).status_code == 400  # nothing ticked
    assert Certificate.objects.get().serial == ""


def test_missing_expired_leavers_and_never_tested_are_told(client, officer, place):
    staff = REGISTERS["staff"]
    member = entered(staff, {"facility": place.code, "name": "Trần Nam", "left-on": TODAY})
    requested(place, "Trần Nam", member=member.pk)
    nobody = requested(place, "Lê Hùng")
    old = requested(place, "Đỗ Yến")
    day = clock.today()
    entered(
        REGISTERS["certificates"],
        {
            "issued": day - timedelta(days=30),
            "valid-until": day + timedelta(days=900),
            "serial": "AB",
        },
        row=old,
        on=day,
    )
    path = bring(client, row("Trần Nam", until="21/01/2025"))
    found = work(client, path)
    (one,) = found.work
    assert one.expired
    assert one.choices[0].left
    assert found.missing == [nobody]
    assert [late.certificate for late in found.untested] == [old]


def test_document_numbers_are_compared_and_kept_nowhere(client, officer, place):
    member = entered(REGISTERS["staff"], {"facility": place.code, "name": "Nguyễn Thị Lan"})
    lan = requested(place, "Nguyễn Thị Lan", member=member.pk)
    DocumentMark.objects.create(member=member, digest=digest("024189009999"))
    path = bring(client, row("Nguyễn Thị Lan", number=NUMBER))
    assert work(client, path).work[0].kind == "unknown"  # another number: another person
    DocumentMark.objects.update(digest=digest(NUMBER))
    (one,) = work(client, path).work
    assert (one.kind, one.choices[0].certificate) == ("matched", lan)
    assert NUMBER not in everything_stored()


@pytest.mark.parametrize(
    "wrong",
    [
        row("A", issued="32/01/2025"),
        row("A", serial=""),
        row(""),
        row("A", until="20/01/2025"),
        row("A", until="x"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_kept(client, officer, place, wrong):
    answer = bring(client, wrong, status=400)
    assert [problem.row for problem in answer.context["problems"]] == [2]
    assert not ReturnedList.objects.exists()


def test_a_row_that_cannot_be_issued_stops_all_of_them(client, officer, place):
    lan = requested(place, "Nguyễn Thị Lan")
    requested(place, "Trần Nam")
    path = bring(client, row("Nguyễn Thị Lan", issued="01/01/2025"), row("Trần Nam", serial="CD01"))
    assert yes(client, path, "2", "3").status_code == 400  # issued before it was asked for
    lan.refresh_from_db()
    assert not Certificate.objects.exclude(serial="").exists()
    assert yes(client, path, "3").status_code == 302


@pytest.mark.parametrize("role", [Role.LEADER, Role.HEAD, Role.CLIENT, Role.ADMINISTRATOR])
def test_others_see_no_list(client, officer, place, role):
    path = bring(client, row("Nguyễn Thị Lan"))
    client.force_login(user_with(role, **({"facility": place} if role == Role.HEAD else {})))
    assert client.get(path).status_code == 403
    assert client.get(reverse("rollout:returned-lists", args=["own"])).status_code == 403
    assert yes(client, path, "2").status_code == 403


def test_a_list_of_another_facility_is_not_found(client, officer, place):
    other = factories.facility("other")
    kept = ReturnedList.objects.create(facility=other, title="x", by=officer)
    assert client.get(reverse("rollout:returned", args=["own", kept.pk])).status_code == 404
    assert client.get(reverse("rollout:returned", args=["other", kept.pk])).status_code == 403


def test_the_number_of_queries_does_not_grow(client, officer, place, django_assert_max_num_queries):
    for number in range(30):
        requested(place, f"Nguyễn Thị {'ABCDEFGHIJ'[number % 10]}{'XYZ'[number // 10]}")
    path = bring(
        client,
        *(row(f"Nguyễn Thị {c}{d}", serial=f"54{c}{d}") for c in "ABCDEFGHIJ" for d in "XYZ"),
    )
    with django_assert_max_num_queries(40):
        assert len(work(client, path).work) == ReturnedLine.objects.count() == 30
