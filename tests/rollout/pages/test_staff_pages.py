"""The staff list on the pages: entered and taken away by those it concerns, and who did so is on record."""

import uuid

import pytest
from django.urls import reverse

from facilities.access_log import OF_NAMES
from facilities.models import ChangeSet, Edit, LogEntry, Role
from rollout.registers.catalogue import REGISTERS
from signatures.models import StaffMember
from tests import factories
from tests.factories import user_with
from tests.rollout.registers.writing import entered

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Thị Lan"
MAIL = "lan@syt.gov.vn"


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("own", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def member(place):
    return entered(REGISTERS["staff"], {"facility": place.code, "name": NAME, "email": MAIL})


def address(name: str, *args, **query) -> str:
    return reverse(f"rollout:{name}", args=args, query=query)


def test_an_officer_enters_a_person_of_the_own_facility(client, place):
    officer = user_with(Role.OFFICER, facility=place)
    client.force_login(officer)
    assert address("my-new", "staff") in client.get(address("my-list", "staff")).content.decode()
    path = address("my-new", "staff", facility=place.code)
    assert client.get(path).status_code == 200
    sent = {"change_set": uuid.uuid4(), "name": NAME, "unit": "Khoa Nội", "email": MAIL}
    assert client.post(path, sent).status_code == 302
    assert client.post(path, sent).status_code == 302  # sent twice
    row = StaffMember.objects.get()
    assert (row.facility, row.name, row.email) == (place, NAME, MAIL)
    made = ChangeSet.objects.get(edits__register="staff")
    assert (made.by, made.facility) == (officer, place)
    shown = client.get(address("my-list", "staff")).content.decode()
    assert NAME in shown
    assert MAIL in shown


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_stored(client, place):
    client.force_login(user_with(Role.OFFICER, facility=place))
    sent = {"change_set": uuid.uuid4(), "name": NAME, "email": "lan@gmail.com"}
    answer = client.post(address("my-new", "staff"), sent)
    assert answer.status_code == 400
    assert NAME in answer.content.decode()
    assert not StaffMember.objects.exists()


@pytest.mark.parametrize("code", ["certificates", "milestones", "nothing"])
def test_officers_add_to_no_other_register_one_by_one(client, place, code):
    client.force_login(user_with(Role.OFFICER, facility=place))
    assert client.get(address("my-new", code)).status_code == 404


def names_read():
    return LogEntry.objects.filter(kind__in=OF_NAMES)


def test_reading_and_taking_away_names_is_on_record_with_what_it_was_for(client, place, member):
    officer = user_with(Role.OFFICER, facility=place)
    client.force_login(officer)
    client.get(address("my-list", "staff"))
    path = address("my-export", "staff", "csv", facility=place.code)
    assert client.get(path).status_code == 405
    answer = client.post(path, {"because": "chấm công"})
    assert NAME in b"".join(answer.streaming_content).decode("utf-8-sig")
    told = names_read().order_by("pk").values_list("by", "facility", "kind", "count", "because")
    assert list(told) == [
        (officer.pk, place.pk, "page", 1, ""),
        (officer.pk, place.pk, "export", 1, "chấm công"),
    ]


def test_the_desk_notes_a_line_for_each_facility_of_its_list(client, place, member):
    other = factories.facility("other")
    for name in ("A", "B"):
        entered(REGISTERS["staff"], {"facility": other.code, "name": name})
    clerk = user_with(Role.DEPARTMENT)
    client.force_login(clerk)
    client.get(address("register-list", "staff"))
    counted = names_read().values_list("facility", "count")
    assert dict(counted) == {place.pk: 1, other.pk: 2}
    client.get(address("register-list", "staff", columns="unit"))  # no name is shown
    assert names_read().count() == 2
    client.post(address("register-export", "staff", "csv"), {"because": "gửi Ban Cơ yếu"})
    assert names_read().filter(kind="export", because="gửi Ban Cơ yếu").count() == 2


def test_the_head_sees_who_read_names_and_no_name_in_the_log(client, place, member):
    officer = user_with(Role.OFFICER, facility=place)
    client.force_login(officer)
    client.post(address("my-export", "staff", "csv", facility=place.code), {"because": "họp"})
    client.force_login(user_with(Role.HEAD, facility=place))
    page = client.get(address("names-read", place.code)).content.decode()
    assert "họp" in page
    assert NAME not in page


@pytest.mark.parametrize(
    ("role", "place_of"),
    [(Role.LEADER, None), (Role.CLIENT, None), (Role.ADMINISTRATOR, None), (Role.OFFICER, "other")],
)
def test_others_see_neither_names_nor_who_read_them(client, place, member, role, place_of):
    extra = {"facility": factories.facility(place_of)} if place_of else {}
    client.force_login(user_with(role, **extra))
    assert client.get(address("names-read", place.code)).status_code == 403
    assert client.get(address("register-list", "staff")).status_code == 403
    assert client.get(address("my-row", "staff", member.pk)).status_code in (403, 404)
    exported = client.post(address("my-export", "staff", "csv", facility=place.code))
    assert exported.status_code in (403, 404)
    assert not names_read().exists()


def test_a_holder_changed_in_the_register_leaves_old_new_and_why(place):
    register = REGISTERS["certificates"]
    row = entered(register, {"facility": place.code, "holder": NAME})
    entered(register, {"holder": "Nguyễn Thị Lan Anh"}, row=row)
    edit = Edit.objects.get(column="holder")
    assert (edit.old, edit.new) == (NAME, "Nguyễn Thị Lan Anh")
    assert edit.change_set.because == "Theo văn bản"


def test_the_administration_changes_no_holder(client, place):
    row = entered(REGISTERS["certificates"], {"facility": place.code, "holder": NAME})
    client.force_login(user_with(Role.DEPARTMENT))
    path = reverse("admin:signatures_certificate_change", args=[row.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"holder": "Khác"}).status_code == 403
    row.refresh_from_db()
    assert row.holder == NAME
    assert client.get(reverse("admin:signatures_certificate_add")).status_code == 403
