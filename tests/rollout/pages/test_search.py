"""One search: what is typed is found where its reader may see it, and stands nowhere afterwards."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from facilities.models import Contact, Document, Role
from rollout.models import Obstacle, WorkingSession
from signatures.models import Certificate, StaffMember
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

SEARCH = "/search/"


@pytest.fixture
def world():
    """Two hospitals with a signer each of nearly the same name."""
    factories.programme()
    here = factories.facility(name_vi="Bệnh viện Đa khoa <Sơn Động>, cơ sở 1", name_en="Here")
    there = factories.facility(name_vi="Trung tâm Y tế Lục Nam", name_en="There")
    for place, holder in ((here, "Đỗ Thị Hồng Ánh"), (there, "Đỗ Văn Ánh")):
        Certificate.objects.create(
            facility=place,
            holder=holder,
            unit="Khoa Nội",
            serial=f"54AB{place.pk}",
        )
        StaffMember.objects.create(facility=place, name=f"Lý {holder}", unit="Khoa Nhi")
        Contact.objects.create(
            facility=place,
            duty=Contact.Duty.IT_OFFICER,
            name=f"Nguyễn {holder}",
            effective_from=date(2025, 1, 1),
            recorded_by=factories.recorder(),
        )
    Obstacle.objects.create(
        code="vm-1",
        name_vi="Chậm cấp chữ ký",
        name_en="Slow",
        raised_on=date(2025, 5, 2),
        recorded_by=factories.recorder(),
    )
    Document.objects.create(
        title="Quyết định đơn giá", number="12/QĐ-SYT", recorded_by=factories.recorder()
    )
    WorkingSession.objects.create(
        name_vi="Làm việc về chữ ký số",
        held_on=date(2025, 5, 21),
        chair="Phó Chủ tịch",
        recorded_by=factories.recorder(),
    )
    return here, there


@pytest.fixture
def ask(client):
    def asked(text, role=Role.DEPARTMENT, **of):
        client.force_login(user_with(role, **of))
        client.cookies["django_language"] = "vi"
        return client.post(SEARCH, {"q": text})

    return asked


def hits(answer) -> list[str]:
    assert answer.status_code == 200
    return [hit.label for group in answer.context["groups"] for hit in group.hits]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("son dong", "Bệnh viện Đa khoa <Sơn Động>, cơ sở 1"),
        ("LỤC  NAM", "Trung tâm Y tế Lục Nam"),
        ("do thi hong anh", "Đỗ Thị Hồng Ánh"),
        ("ánh hồng", "Đỗ Thị Hồng Ánh"),
        ("nguyen do van", "Nguyễn Đỗ Văn Ánh"),
        ("ly do van", "Lý Đỗ Văn Ánh"),
        ("cham cap", "Chậm cấp chữ ký"),
        ("12/qd", "12/QĐ-SYT Quyết định đơn giá"),
        ("21/05/2025", "Làm việc về chữ ký số"),
        ("54ab", "Đỗ Văn Ánh"),
    ],
)
def test_each_kind_of_thing_is_found_without_accents(world, ask, typed, found):
    assert any(found in label for label in hits(ask(typed)))


def test_every_word_must_be_found(world, ask):
    assert "Đỗ Văn Ánh" in hits(ask("do anh"))
    assert "Đỗ Văn Ánh" not in hits(ask("do hong anh"))
    assert hits(ask("do anh zzz")) == []


def test_an_officer_finds_the_people_of_the_own_facility_alone(world, ask):
    here, _there = world
    found = hits(ask("đỗ ánh", Role.OFFICER, facility=here))
    assert "Đỗ Thị Hồng Ánh" in found
    assert "Nguyễn Đỗ Thị Hồng Ánh" in found
    assert "Lý Đỗ Thị Hồng Ánh" in found
    assert not any("Văn" in label for label in found)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLIENT, Role.ADMINISTRATOR])
def test_nobody_else_finds_people(world, ask, role):
    assert not any("Ánh" in label for label in hits(ask("anh", role)))


def test_a_leader_finds_places_and_what_stands_in_the_way(world, ask):
    assert "Trung tâm Y tế Lục Nam" in hits(ask("luc nam", Role.LEADER))
    assert "Chậm cấp chữ ký" in hits(ask("cham cap", Role.LEADER))
    assert hits(ask("quyet dinh don gia", Role.LEADER)) == []


def test_what_is_typed_stands_in_no_address_and_every_hit_opens(world, ask, client, caplog):
    answer = ask("đỗ hồng ánh")
    text = answer.content.decode()
    assert "&lt;Sơn Động&gt;" in ask("son dong").content.decode()
    # Only in the field, in what is found, and nowhere in an address.
    assert not re.findall(r'(?:href|action|src)="[^"]*(?:%C3%81nh|ánh)', text, re.I)
    assert "no-store" in answer["Cache-Control"]
    for group in answer.context["groups"]:
        for hit in group.hits:
            assert client.get(hit.url).status_code == 200
    assert "ánh" not in caplog.text.casefold()
    # An address cannot ask.
    assert client.get(SEARCH, {"q": "ánh"}).context["groups"] == []


def test_less_than_two_letters_ask_for_more(world, ask):
    answer = ask("đ")
    assert answer.context["is_short"]
    assert 'aria-invalid="true"' in answer.content.decode()


def test_on_another_day_the_names_and_links_are_of_that_day(world, client):
    client.force_login(user_with(Role.DEPARTMENT))
    later = factories.facility(name_vi="Phòng khám Mới", since=date(2025, 6, 1))
    before = client.post(f"{SEARCH}?on=2025-05-21", {"q": "phong kham moi"})
    assert hits(before) == []
    after = client.post(f"{SEARCH}?on=2025-06-02", {"q": "phong kham moi"})
    assert hits(after) == ["Phòng khám Mới"]
    assert f"{reverse('rollout:facility', args=[later.code])}?on=2025-06-02" in after.text


def test_the_number_of_queries_does_not_grow_with_what_is_found(world, ask):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask("luc nam")
        return len(queries)

    count()
    few = count()
    for number in range(12):
        factories.facility(name_vi=f"Lục Nam {number}")
    count()  # what is kept until a fact changes is read anew
    assert count() == few
    [group] = [one for one in ask("luc nam").context["groups"] if len(one.hits) > 1]
    assert len(group.hits) == 8
    assert group.more
