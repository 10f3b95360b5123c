"""No page carries more than 200 options of anything, however many facilities a province has."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse

from equipment.models import DeviceType
from equipment.registers.types import known_types
from facilities.choosing import MOST, meant
from facilities.exchange.choices import Unknown
from facilities.models import Role
from rollout.models import CouncilMeeting
from rollout.registers.catalogue import REGISTERS
from rollout.registers.reorganisation.decisions import DECISIONS
from tests import factories
from tests.rollout.registers.writing import entered

MANY = 300
ON = "2025-05-21"
NAME = "Bệnh viện Đa khoa Lục Ngạn"


@pytest.fixture
def province(db):
    """Three hundred facilities, each with a council whose day is fixed."""
    cache.clear()
    factories.programme()
    places = [factories.facility(name_vi=NAME if n == 7 else None) for n in range(MANY)]
    CouncilMeeting.objects.bulk_create(
        CouncilMeeting(code=f"HD-{place.pk}", facility=place, level="sector", basis="TT 54")
        for place in places
    )
    DeviceType.objects.create(code="tablet", group="bedside", name_vi="Máy tính bảng")
    known_types._forget()
    obstacle = factories.ObstacleFactory()
    return places, obstacle


def addresses(places, obstacle):
    yield reverse("rollout:leader")
    for name in (
        "council-list",
        "council-new",
        "obstacle-list",
        "obstacle-new",
        "directive-list",
        "directive-new",
        "session-list",
        "connection-list",
        "deadline-list",
        "alert-list",
        "forecast",
        "timeline",
        "paper-list",
        "import-list",
        "desk",
        "shortfalls",
        "device-move",
        "asset-pattern",
        "stocktake-list",
        "reporting",
        "tracking",
        "reorganise",
    ):
        yield reverse(f"rollout:{name}")
    yield reverse("rollout:obstacle", args=[obstacle.code])
    yield reverse("rollout:council", args=[f"HD-{places[0].pk}"])
    yield reverse("rollout:facility", args=[places[0].code])
    yield from (f"{reverse('rollout:reorganise')}?act={kind}" for kind in DECISIONS)
    for code, register in REGISTERS.items():
        yield reverse("rollout:register-list", args=[code])
        if register.takes_files:
            yield reverse("rollout:import-new", args=[code])
        if register.makes_rows:
            yield reverse("rollout:record-new", args=[code])


def longest_list(html: str) -> int:
    """The most choices that one element offers: options of a select, boxes of one name."""
    selects = re.findall(r"<select.*?</select>|<datalist.*?</datalist>", html, re.DOTALL)
    options = max((select.count("<option") for select in selects), default=0)
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)"', html)
    return max([options, *(boxes.count(name) for name in set(boxes))])


def test_no_page_offers_more_than_can_be_read(client, province):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    long, opened = {}, 0
    for address in addresses(*province):
        sign = "&" if "?" in address else "?"
        answer = client.get(f"{address}{sign}on={ON}", follow=True)
        assert answer.status_code == 200, address
        opened += 1
        html = answer.content.decode()
        if html.count("<option") > MOST or longest_list(html) > MOST:
            long[address] = (html.count("<option"), longest_list(html))
    assert long == {}
    assert opened > 50


def test_the_count_sees_a_long_list():
    """The test above must be able to fail."""
    assert longest_list(f"<select>{'<option>' * 201}</select>") == 201
    assert longest_list('<input type="checkbox" name="a">' * 201) == 201


def new_council(client, facility: str):
    given = {
        "change_set": "7d7a1a0e-8f0b-4ff5-9a57-3a7ef2d4ad11",
        "code": "M-1",
        "facility": facility,
        "level": "sector",
        "basis": "TT 54",
    }
    return client.post(reverse("rollout:council-new"), given)


@pytest.mark.parametrize("typed", ["name", "no-accents", "code", "with-code", "insurance"])
def test_without_a_script_the_server_finds_what_was_typed(client, province, typed):
    place = province[0][7]
    entered(REGISTERS["codes"], {"code-insurance": "01234"}, row=place, on=date(2025, 1, 1))
    text = {
        "name": NAME,
        "no-accents": "benh vien da khoa luc ngan",
        "code": place.code,
        "with-code": f"{NAME} ({place.code})",
        "insurance": "01234",
    }[typed]
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert new_council(client, text).status_code == 302
    assert CouncilMeeting.objects.get(code="M-1").facility == place


def test_a_name_that_nobody_bears_is_answered_with_near_ones(client, province):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    answer = new_council(client, "Lục Nam Ngạn")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert NAME in page
    assert 'value="Lục Nam Ngạn"' in page


def test_a_list_is_filtered_by_names_or_codes_that_are_typed(client, province):
    one, other = province[0][:2]
    client.force_login(factories.user_with(Role.DEPARTMENT))
    address = reverse("rollout:register-list", args=["councils"])
    for asked in ([one.code, other.code], [f"{one.code}; {other.code}"]):
        page = client.get(address, {"facility": asked, "on": ON}).content.decode()
        assert f"/desk/councils/{CouncilMeeting.objects.get(facility=one).pk}/" in page
        assert page.count('scope="row"') == 2


def test_a_row_is_entered_by_a_typed_name(client, province):
    place = province[0][3]
    client.force_login(factories.user_with(Role.DEPARTMENT))
    given = {
        "change_set": "7d7a1a0e-8f0b-4ff5-9a57-3a7ef2d4ad12",
        "facility": place.code,
        "duty": "other",
        "name": "Nguyễn Văn A",
    }
    answer = client.post(reverse("rollout:record-new", args=["contacts"]), given)
    assert answer.status_code == 302
    assert place.contacts.get().name == "Nguyễn Văn A"


def test_names_are_offered_while_somebody_types(client, province):
    address = reverse("rollout:suggest")
    client.force_login(factories.user_with(Role.DEPARTMENT))

    def offered(**query) -> list[str]:
        return client.get(address, {"of": "facilities"} | query).json()["names"]

    assert offered(q="luc ngan") == [NAME]
    assert offered(q="l") == []
    assert len(offered(q="benh vien")) <= 20
    assert offered(q="luc", of="people") == []
    client.force_login(factories.UserFactory())
    assert client.get(address, {"of": "facilities", "q": "luc"}).status_code == 403


def test_with_few_facilities_a_select_stays(client, db):
    factories.programme()
    factories.facility()
    client.force_login(factories.user_with(Role.DEPARTMENT))
    page = client.get(reverse("rollout:council-new")).content.decode()
    assert re.search(r'<select name="facility"', page)
    assert "data-suggest=" not in page.replace('data-suggest="/suggest/"', "")


def test_a_code_in_brackets_that_is_no_choice_is_unknown():
    with pytest.raises(Unknown):
        meant({"a": "A"}, "B (b)")
    assert meant({"a": "A"}, "Cũ (a)") == "a"
