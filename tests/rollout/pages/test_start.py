"""The beginning: an empty product leads whoever may begin, and stores what it is told once."""

import re
import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from facilities.models import Area, AreaName, AreaParent, Role
from rollout.models import Programme
from rollout.programme.beginning import add_areas, begin_programme, provinces
from rollout.programme.provinces import names_on
from tests import factories

pytestmark = pytest.mark.django_db

START = "/start/"
SINCE = date(2026, 1, 1)


def signed_in(client, role, **of):
    user = factories.user_with(role, **of)
    client.force_login(user)
    return client


def sent(**fields) -> dict:
    return {
        "do": "province",
        "change_set": uuid.uuid4(),
        "name_vi": "Cao Bằng",
        "name_en": "",
        "since": "2026-01-01",
        "level": "commune",
        "areas": "Phường Thục Phán; Thuc Phan ward\n\nXã Đàm Thủy",
    } | fields


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.ADMINISTRATOR])
def test_whoever_may_begin_is_led_there_until_the_province_has_a_name(client, role):
    signed_in(client, role)
    assert client.get("/").headers["Location"] == START
    client.post(START, sent())
    assert client.get("/").status_code == 200


def test_who_may_not_begin_is_not_led_and_not_let_in(client):
    signed_in(client, Role.LEADER)
    assert client.get("/").status_code == 200
    assert client.get(START).status_code == 403
    assert client.post(START, sent()).status_code == 403
    assert not Programme.objects.exists()


def test_the_province_and_its_areas_are_there_from_the_day_on(client):
    signed_in(client, Role.DEPARTMENT)
    assert client.post(START, sent()).status_code == 302
    province = Programme.objects.get().area
    assert names_on(SINCE) == ("Cao Bằng", "Cao Bang")  # the list has the English name
    names = dict(AreaName.objects.in_force(SINCE).values_list("name_vi", "name_en"))
    assert names == {
        "Cao Bằng": "Cao Bang",
        "Phường Thục Phán": "Thuc Phan ward",
        "Xã Đàm Thủy": "",
    }
    assert set(AreaParent.objects.values_list("parent", flat=True)) == {province.pk}
    assert Area.objects.filter(level="commune").count() == 2


def test_a_form_sent_twice_begins_once(client):
    signed_in(client, Role.DEPARTMENT)
    form = sent()
    client.post(START, form)
    # By now the page offers another province in this form; the old one is known, and stores nothing.
    assert client.post(START, form).status_code == 302
    assert Programme.objects.count() == 1
    assert Area.objects.count() == 3


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"name_vi": " "}, "name_vi"),
        ({"since": "31/02/2026"}, "since"),
        ({"areas": "Xã A\nxã  Á"}, "areas"),
        ({"areas": "x" * 201}, "areas"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(client, wrong, names):
    signed_in(client, Role.DEPARTMENT)
    answer = client.post(START, sent(**wrong))
    assert answer.status_code == 400
    assert set(answer.context["action"].form.errors) == {names}
    assert not Area.objects.exists()
    assert not Programme.objects.exists()


def test_areas_are_added_later_and_no_name_comes_twice():
    by = factories.recorder()
    programme = begin_programme(
        name_vi="Cà Mau",
        name_en="",
        areas=[("Xã Đất Mũi", "")],
        level="commune",
        since=SINCE,
        by=by,
    )
    common = {"level": "commune", "inside": programme.area, "since": SINCE, "by": by}
    [added] = add_areas(areas=[("Xã Đất Mới", "")], **common)
    assert added.parents.get().parent == programme.area
    with pytest.raises(ValidationError):
        add_areas(areas=[("Xã Năm Căn", ""), ("xã đất mũi", "")], **common)
    assert Area.objects.count() == 3


def test_a_province_begins_once_and_another_beside_it():
    by = factories.recorder()
    given = {"name_en": "", "areas": [], "level": "commune", "since": SINCE, "by": by}
    begin_programme(name_vi="Huế", **given)
    with pytest.raises(ValidationError) as refused:
        begin_programme(name_vi="HUE", **given)
    assert set(refused.value.message_dict) == {"name_vi"}
    assert AreaName.objects.count() == 1
    begin_programme(name_vi="Đà Nẵng", **given)
    assert [str(one) for one in Programme.objects.order_by("pk")] == ["hue", "da-nang"]


def test_two_areas_of_one_name_in_two_places_have_codes_of_their_own():
    by = factories.recorder()
    one, other = (Area.objects.create(code=code, level="district") for code in ("a", "b"))
    for inside in (one, other):
        add_areas(areas=[("Tân An", "")], level="commune", inside=inside, since=SINCE, by=by)
    assert sorted(Area.objects.filter(level="commune").values_list("code", flat=True)) == [
        "tan-an",
        "tan-an-2",
    ]


def test_the_administrator_is_told_what_only_the_department_may(client):
    signed_in(client, Role.ADMINISTRATOR)
    client.cookies["django_language"] = "en"
    page = client.get(START).content.decode()
    assert page.count("This is done by the Department of Health.") == 2
    assert reverse("rollout:import-new", args=["facilities"]) not in page


def test_steps_are_done_as_something_of_them_is_there(client):
    signed_in(client, Role.DEPARTMENT)
    client.post(START, sent())
    assert [step.is_done for step in client.get(START).context["steps"]] == [
        True,
        False,
        False,
        False,
    ]
    factories.facility()  # with a province that tracks everything
    factories.user_with(Role.LEADER)
    answer = client.get(START)
    assert all(step.is_done for step in answer.context["steps"])
    assert answer.context["next"] is None


def test_the_country_has_thirty_four_provinces_each_with_a_code_of_its_own():
    assert len({one.official_code for one in provinces()}) == len(provinces()) == 34
    assert all(re.fullmatch(r"\d\d", one.official_code) for one in provinces())
