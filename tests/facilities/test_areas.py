"""The tree of areas on a day: what lies in what, what is left over, and what nobody recorded."""

from datetime import date

import pytest

from facilities.areas import OWN, Areas, in_area, lying_in
from facilities.as_of import AsOf
from facilities.models import Area, AreaName, AreaParent, FacilityArea
from tests import factories

FIRST, LATER = date(2024, 1, 1), date(2025, 7, 1)
EVE = date(2025, 6, 30)


def area(code, name="", *, inside=None, since=FIRST, level=Area.Level.DISTRICT):
    made = Area.objects.get_or_create(code=code, defaults={"level": level})[0]
    written = {"area": made, "effective_from": since, "recorded_by": factories.recorder()}
    if name:
        AreaName.objects.create(name_vi=name, **written)
    if inside:
        AreaParent.objects.create(parent=inside, **written)
    return made


@pytest.fixture
def province(db):
    whole = area("tinh", "Tỉnh Thử", level=Area.Level.PROVINCE)
    north = area("bac", "Huyện Bắc", inside=whole)
    area("nam", "Huyện Nam", inside=whole)
    area("xa", "Xã Đông", inside=north, level=Area.Level.COMMUNE)
    return whole


def move(facility, code, on):
    FacilityArea.objects.create(
        facility=facility,
        area=Area.objects.get(code=code),
        effective_from=on,
        recorded_by=factories.recorder(),
    )


def inside(code, on):
    as_of = AsOf(on)
    return {as_of.codes[pk] for pk in lying_in(as_of, code)}


def test_a_facility_lies_in_its_area_and_in_all_above(province):
    factories.facility("a", area=Area.objects.get(code="xa"), since=FIRST)
    factories.facility("b", area=Area.objects.get(code="nam"), since=FIRST)
    found = {code: inside(code, EVE) for code in ("xa", "bac", "nam", "tinh", OWN)}
    assert found == {"xa": {"a"}, "bac": {"a"}, "nam": {"b"}, "tinh": {"a", "b"}, OWN: set()}


def test_what_lies_in_an_area_and_in_no_part_of_it_is_a_group(province):
    factories.facility("a", area=Area.objects.get(code="xa"), since=FIRST)
    factories.facility("b", area=Area.objects.get(code="bac"), since=FIRST)
    factories.facility("c", since=FIRST)
    assert inside(f"{OWN}bac", EVE) == {"b"}
    assert inside(OWN, EVE) == {"c"}


def test_a_move_changes_only_the_days_from_it_on(province):
    place = factories.facility("a", area=Area.objects.get(code="nam"), since=FIRST)
    move(place, "xa", LATER)
    assert (inside("nam", EVE), inside("bac", EVE)) == ({"a"}, set())
    assert (inside("nam", LATER), inside("bac", LATER)) == (set(), {"a"})


def test_by_the_map_of_today_every_day_has_todays_areas(province):
    place = factories.facility("a", area=Area.objects.get(code="nam"), since=FIRST)
    move(place, "xa", LATER)
    as_of = AsOf(EVE, map_on=LATER)
    assert lying_in(as_of, "bac") == {place.pk}
    assert lying_in(as_of, "nam") == frozenset()


def test_an_area_is_there_from_the_first_row_on_that_speaks_of_it(province):
    area("moi", "Huyện Mới", inside=province, since=LATER)
    areas = Areas(LATER)
    assert areas.on(EVE).find("moi") is None
    assert areas.on(LATER).find("moi").name == "Huyện Mới"
    assert areas.on(LATER).find("khong") is None


def test_an_area_without_a_name_is_shown_by_its_code(province):
    unnamed = Area.objects.create(code="vo-danh", level=Area.Level.COMMUNE)
    factories.facility("a", area=unnamed, since=FIRST)
    assert Areas(EVE).on(EVE).find("vo-danh").name == "vo-danh"
    assert inside("vo-danh", EVE) == {"a"}


def test_the_parts_of_the_whole_are_those_of_its_only_province(province):
    tree = Areas(EVE).on(EVE)
    assert [part.code for part in tree.parts(None)] == ["bac", "nam", f"{OWN}tinh", OWN]
    assert [part.code for part in tree.parts(tree.find("bac"))] == ["xa", f"{OWN}bac"]
    assert [part.code for part in tree.parts(tree.find("xa"))] == ["xa"]


def test_areas_in_a_circle_are_not_lost(province):
    one, other = Area.objects.get(code="bac"), Area.objects.get(code="nam")
    for below, above in ((one, other), (other, one)):
        AreaParent.objects.create(
            area=below, parent=above, effective_from=LATER, recorded_by=factories.recorder()
        )
    codes = {area.code for _depth, area in Areas(LATER).on(LATER)}
    assert codes == {"tinh", "bac", "nam", "xa"}


@pytest.mark.parametrize("text", ["huyen bac", "Huyện Bắc", "HUYỆN BẮC · tỉnh thử"])
def test_an_area_is_found_by_its_name_as_people_type_it(province, text):
    assert [one.code for one in Areas(EVE).on(EVE).called(text)] == ["bac"]


def test_narrowed_it_tells_of_those_facilities_and_reads_nothing_again(
    province, django_assert_num_queries
):
    factories.facility("a", area=Area.objects.get(code="xa"), since=FIRST)
    factories.facility("b", area=Area.objects.get(code="nam"), since=FIRST)
    as_of = AsOf(EVE)
    assert in_area(as_of, "") is as_of
    with django_assert_num_queries(4):  # the tree
        narrowed = in_area(as_of, "bac")
        assert [found.code for found in narrowed.on(EVE)] == ["a"]
    assert [found.code for found in as_of.on(EVE)] == ["a", "b"]
