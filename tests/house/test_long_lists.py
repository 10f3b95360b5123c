"""No page carries more than 200 options of anything, however many facilities a province has."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse

from equipment.models import DeviceType
from equipment.registers.types import known_types
from facilities.choosing import AREAS, MOST, SearchedSelect, meant
from facilities.exchange.choices import Unknown
from facilities.models import Area, AreaName, AreaParent, Role
from facilities.registers.choices import area_names
from rollout.models import CouncilMeeting, ReportingCalendar, Tracking
from rollout.registers.catalogue import REGISTERS
from rollout.registers.reorganisation.decisions import DECISIONS
from tests import factories
from tests.rollout.registers.writing import entered
from tests.writing import write

MANY = 300
ON = "2025-05-21"
NAME = "Bệnh viện Đa khoa Lục Ngạn"


@pytest.fixture
def province(db):
    """Three hundred facilities, each with a council whose day is fixed, and as many areas."""
    cache.clear()
    factories.programme()
    by = factories.recorder()
    write(ReportingCalendar(effective_from=factories.START, weekday=5, hour=16))
    places = [factories.facility(name_vi=NAME if n == 7 else None) for n in range(MANY)]
    CouncilMeeting.objects.bulk_create(
        CouncilMeeting(code=f"HD-{place.pk}", facility=place, level="sector", basis="TT 54")
        for place in places
    )
    DeviceType.objects.create(code="tablet", group="bedside", name_vi="Máy tính bảng")
    known_types._forget()
    areas = Area.objects.bulk_create(Area(code=f"xa-{n}", level="commune") for n in range(MANY))
    AreaName.objects.bulk_create(
        AreaName(area=one, name_vi=f"Xã {one.code}", effective_from=factories.START, recorded_by=by)
        for one in areas
    )
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
    factories.code_systems()
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


@pytest.fixture
def communes(db):
    """Three hundred areas in ten districts; a commune of the same name in each district."""
    cache.clear()
    factories.programme()
    by = factories.recorder()
    for number in range(10):
        district = Area.objects.create(code=f"h-{number}", level=Area.Level.DISTRICT)
        names = [(district, f"Huyện số {number}")]
        for place in range(29):
            commune = Area.objects.create(code=f"x-{number}-{place}", level=Area.Level.COMMUNE)
            names.append((commune, "Xã Tân Tiến" if not place else f"Xã {number} {place}"))
            AreaParent.objects.create(
                area=commune, parent=district, effective_from=factories.START, recorded_by=by
            )
        for area, name in names:
            AreaName.objects.create(
                area=area, name_vi=name, effective_from=factories.START, recorded_by=by
            )


def test_an_area_is_typed_where_there_are_too_many_to_list(client, communes):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    place = factories.facility("tyt-tan-tien", name_vi="Trạm y tế Tân Tiến")
    address = reverse("rollout:record-edit", args=["facilities", place.pk])
    page = client.get(address)
    assert 'data-suggest="areas"' in page.content.decode()
    assert longest_list(page.content.decode()) <= MOST
    offered = client.get(reverse("rollout:suggest"), {"of": "areas", "q": "tan tien"}).json()
    assert "Xã Tân Tiến · Huyện số 3" in offered["names"]
    labels = area_names()
    assert meant(labels, "Xã Tân Tiến · Huyện số 3", AREAS) == "x-3-0"
    with pytest.raises(Unknown):
        meant(labels, "Xã Tân Tiến", AREAS)


def test_a_field_writes_an_area_that_shares_its_name_so_that_it_is_found_again(communes):
    field = SearchedSelect(choices=area_names().items())
    written = re.search(r'value="([^"]+)"', field.render("area", "x-3-0"))[1]
    assert meant(area_names(), written, AREAS) == "x-3-0"


@pytest.mark.parametrize(
    "typed", ["x-3-0", "Xã Tân Tiến · Huyện số 3", "Xã Tân Tiến (x-3-0)", "huyen so 3"]
)
def test_the_lens_takes_what_people_type(client, communes, typed):
    client.force_login(factories.user_with(Role.LEADER))
    page = client.get(reverse("rollout:timeline"), {"area": typed})
    wanted = "h-3" if typed.startswith("huyen") else "x-3-0"
    assert page.context["day"].area.code == wanted
    shown = re.search(r'name="area" value="([^"]+)"', page.content.decode())[1]
    again = client.get(reverse("rollout:timeline"), {"area": shown})
    assert again.context["day"].area.code == wanted


def test_an_area_whose_name_several_bear_is_asked_for_again_with_where_they_lie(client, communes):
    client.force_login(factories.user_with(Role.LEADER))
    page = client.get(reverse("rollout:timeline"), {"area": "tan tien"})
    assert page.status_code == 400
    assert "Xã Tân Tiến · Huyện số 3" in page.content.decode()


def test_a_calendar_and_tracking_are_of_an_area_that_is_typed(client, province):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    area = Area.objects.get(code="xa-7")
    given = {"do": "calendar", "effective_from": "2100-01-04", "weekday": 1, "hour": 9}
    given |= {"change_set": "7d7a1a0e-8f0b-4ff5-9a57-3a7ef2d4ad13", "source": "Công văn"}
    address = reverse("rollout:reporting")
    assert client.post(address, given | {"area": "Xã xa-7777"}).status_code == 400
    assert client.post(address, given | {"area": "xã XA-7"}).status_code == 302
    assert ReportingCalendar.objects.latest("pk").area == area
    given = {"do": "track", "measures": "servers", "is_tracked": "yes", "since": "2025-01-01"}
    given |= {"change_set": "7d7a1a0e-8f0b-4ff5-9a57-3a7ef2d4ad14", "source": "Công văn"}
    assert client.post(reverse("rollout:tracking"), given | {"of": "Xã xa-7"}).status_code == 302
    assert Tracking.objects.latest("pk").area == area
