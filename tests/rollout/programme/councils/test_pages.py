"""The pages of councils: the Department runs them, the leader reads, nobody else sees them."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facilities.models import Role
from rollout.models import (
    CouncilMeeting,
    CouncilRuling,
    CouncilScore,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    MilestoneEvent,
)
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def criteria_set():
    made = CriteriaSet.objects.create(
        code="s",
        name_vi="Bộ",
        name_en="The set",
        basis="x",
        signed_on="2018-12-28",
        in_force_from="2019-03-01",
    )
    group = CriteriaGroup.objects.create(
        code="g", criteria_set=made, number="I", place=1, name_vi="Hạ tầng"
    )
    for place in (1, 2):
        Criterion.objects.create(
            code=f"c{place}",
            group=group,
            number=str(place),
            place=place,
            name_vi=f"Tiêu chí {place}",
        )
    return made


@pytest.fixture
def department(criteria_set):
    factories.programme()
    return signed_in(Role.DEPARTMENT)


def signed_in(role, **options) -> Client:
    client = Client()
    client.force_login(user_with(role, **options))
    client.cookies["django_language"] = "en"
    return client


def opened(client, criteria_set, **fields):
    given = {
        "change_set": uuid.uuid4(),
        "code": "HD-1",
        "facility": factories.facility().pk,
        "level": "sector",
        "criteria_set": criteria_set.pk if criteria_set else "",
    }
    return client.post(reverse("rollout:council-new"), given | fields)


def page(code="HD-1"):
    return reverse("rollout:council", args=[code])


def sent(client, do, **fields):
    return client.post(page(), {"change_set": uuid.uuid4(), "do": do} | fields)


def today(shift=0) -> str:
    return (timezone.localdate() + timedelta(days=shift)).isoformat()


def test_from_opening_to_official_use(department, criteria_set):
    assert opened(department, criteria_set).status_code == 302
    listed = department.get(reverse("rollout:council-list")).text
    assert "Opened, no day fixed" in listed

    day = {"scheduled_on": today(), "set_on": today(-1)}
    refused = sent(department, "fix", **day)
    assert refused.status_code == 400
    assert "Say why the day is fixed all the same" in refused.text
    assert sent(department, "fix", **day, override="the law's day is near").status_code == 302
    assert "although not ready: the law&#x27;s day is near" in department.get(page()).text

    for name, seat in (("Nguyễn An", "chair"), ("Trần Bình", "secretary")):
        given = {"name": name, "organisation": "Sở Y tế", "seat": seat}
        assert sent(department, "member", **given).status_code == 302
    assert sent(department, "examined", kind="ward", what="Khoa Nội").status_code == 302
    council = CouncilMeeting.objects.get()
    [first, second] = Criterion.objects.order_by("place")
    chair = council.members.get(seat="chair")
    assert "Marks of Nguyễn An" in department.get(page(), {"member": chair.pk}).text
    marks = {"member": chair.pk, f"mark-{first.pk}": "met", f"mark-{second.pk}": ""}
    assert sent(department, "marks", **marks).status_code == 302
    assert CouncilScore.objects.get().criterion == first
    wrong = sent(department, "marks", **marks | {f"mark-{first.pk}": "perfect"})
    assert wrong.status_code == 400
    group = CriteriaGroup.objects.get()
    results = {f"result-{group.pk}": "basically", f"remark-{group.pk}": "thiếu sao lưu"}
    assert sent(department, "results", **results).status_code == 302

    ruling = {
        "held_on": today(),
        "conclusion": "conditions",
        "votes_for": 2,
        "minutes_number": "9/BB",
    }
    assert sent(department, "rule", **ruling | {"votes_for": 3}).status_code == 400
    assert sent(department, "rule", **ruling).status_code == 302
    asked = {"text": "Bổ sung sao lưu", "owner": "Tổ CNTT", "due_on": today(30)}
    assert sent(department, "ask", **asked).status_code == 302
    [condition] = council.conditions.all()
    met = {"condition": condition.pk, "met_on": today()}
    assert sent(department, "fulfil", **met).status_code == 302
    event = {"milestone": "decision", "happened_on": today(), "number": "88/QĐ-BV"}
    assert sent(department, "event", **event).status_code == 302
    assert MilestoneEvent.objects.get().document.number == "88/QĐ-BV"

    shown = department.get(page()).text
    for words in (
        "Nguyễn An",
        "Khoa Nội",
        "thiếu sao lưu",
        "9/BB",
        "Pass with conditions",
        "88/QĐ-BV",
    ):
        assert words in shown


def test_the_leader_reads_and_writes_nothing(department, criteria_set):
    opened(department, criteria_set)
    leader = signed_in(Role.LEADER)
    assert leader.get(reverse("rollout:council-new")).status_code == 403
    assert "Actions" not in leader.get(page()).text
    ruling = {"held_on": today(), "conclusion": "pass"}
    assert sent(leader, "rule", **ruling).status_code == 403
    assert not CouncilRuling.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.AGENCY, Role.CLIENT])
def test_others_do_not_see_it(department, criteria_set, role):
    opened(department, criteria_set)
    place = factories.facility() if role in (Role.OFFICER, Role.HEAD) else None
    agency = factories.AgencyFactory() if role == Role.AGENCY else None
    client = signed_in(role, facility=place, agency=agency)
    for address in (page(), reverse("rollout:criteria-list")):
        assert client.get(address).status_code == 403


def test_a_wrong_form_keeps_what_was_typed(department, criteria_set):
    wrong = opened(department, None, place="Hội trường A")
    assert wrong.status_code == 400
    assert "Hội trường A" in wrong.text
    assert not CouncilMeeting.objects.exists()


def test_a_member_goes_with_the_marks(department, criteria_set):
    opened(department, criteria_set)
    sent(department, "member", name="An", organisation="SYT", seat="member")
    [row] = CouncilMeeting.objects.get().members.all()
    sent(department, "marks", member=row.pk, **{f"mark-{Criterion.objects.first().pk}": "met"})
    taken = {"row": row.pk, "because": "left the council"}
    assert sent(department, "withdraw-member", **taken).status_code == 302
    assert not CouncilScore.objects.known().exists()
    assert "No member is on record" in department.get(page()).text


def test_the_criteria_are_read_by_version(department):
    shown = department.get(reverse("rollout:criteria-list")).text
    assert "The set" in shown
    assert "in force" in shown
