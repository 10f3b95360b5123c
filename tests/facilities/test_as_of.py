"""What facilities were called, and what they were, on each day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from facilities.as_of import AsOf, once_per_as_of
from facilities.models import (
    Area,
    AreaName,
    FacilityArea,
    FacilityKind,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Ownership,
    Scope,
)
from facilities.services import correct, record
from tests import factories

pytestmark = pytest.mark.django_db

MERGER = date(2025, 7, 1)
OLD, NEW = "Bệnh viện Đa khoa tỉnh Bắc Giang", "Bệnh viện Đa khoa Bắc Ninh số 1"
LATER = date(2025, 12, 31)


def write(row):
    return record(row, by=factories.recorder())


@pytest.fixture
def renamed():
    place = factories.facility("general", name_vi=OLD, name_en="Bac Giang General Hospital")
    write(FacilityName(facility=place, name_vi=NEW, effective_from=MERGER))
    return place


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (factories.START, OLD),
        (MERGER - timedelta(days=1), OLD),
        (MERGER, NEW),
        (MERGER + timedelta(days=1), NEW),
    ],
)
@pytest.mark.parametrize("look_ahead", [0, 90])
def test_a_renamed_facility_is_one_under_the_name_of_each_day(renamed, on, name, look_ahead):
    as_of = AsOf(on + timedelta(days=look_ahead))
    assert [(f.id, f.code, f.name_vi) for f in as_of.on(on)] == [(renamed.pk, "general", name)]


def test_the_day_before_it_had_a_name_there_was_no_facility():
    place = factories.facility(since=MERGER)
    as_of = AsOf(LATER)
    assert as_of.on(MERGER - timedelta(days=1)) == []
    assert [f.id for f in as_of.on(MERGER)] == [place.pk]


def test_a_misspelt_name_was_shown_until_it_was_corrected(renamed):
    old = FacilityName.objects.get(name_vi=OLD)
    before = datetime.now(UTC)
    correct(fact=old, because="misspelt", by=factories.recorder(), name_vi="Đúng chính tả")
    day = MERGER - timedelta(days=1)
    assert AsOf(day, before).on(day)[0].name_vi == OLD
    assert AsOf(day).on(day)[0].name_vi == "Đúng chính tả"


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [("vi", OLD, NEW), ("en", "Bac Giang General Hospital", NEW)],
)
def test_vietnamese_stands_in_where_there_is_no_english(renamed, language, before, after):
    as_of = AsOf(LATER)
    with translation.override(language):
        assert as_of.on(MERGER - timedelta(days=1))[0].name == before
        assert as_of.on(MERGER)[0].name == after


@pytest.mark.parametrize(("shift", "changed"), [(-1, False), (0, True), (1, True)])
def test_every_description_changes_on_its_day(shift, changed):
    place = factories.facility(kind=factories.Kind.MEDICAL_CENTRE, ownership=Ownership.PUBLIC)
    common = {"facility": place, "effective_from": MERGER}
    write(FacilityKind(kind_id=factories.kind_of(factories.Kind.GENERAL_HOSPITAL), **common))
    write(FacilityOwnership(ownership=Ownership.PRIVATE, **common))
    write(FacilityScope(scope=Scope.CONNECTIVITY, **common))
    [seen] = AsOf(LATER).on(MERGER + timedelta(days=shift))
    assert (seen.kind == factories.Kind.GENERAL_HOSPITAL) == changed
    assert seen.is_public != changed
    assert seen.in_rollout != changed
    assert seen.in_connectivity


def test_what_nobody_has_said_is_empty_and_counts_nowhere():
    place = factories.Facility.objects.create(code="bare")
    write(FacilityName(facility=place, name_vi="Chỉ có tên", effective_from=MERGER))
    [seen] = AsOf(LATER).on(MERGER)
    assert (seen.kind, seen.kind_label, seen.ownership, seen.scope, seen.area) == ("",) * 5
    assert (seen.is_public, seen.in_rollout, seen.in_connectivity) == (False,) * 3


def test_the_area_and_its_name_are_those_of_the_day():
    district = Area.objects.create(code="luc-nam", level=Area.Level.DISTRICT)
    ward = Area.objects.create(code="doi-ngo", level=Area.Level.COMMUNE)
    for area, name, since in (
        (district, "Huyện Lục Nam", factories.START),
        (district, "Lục Nam", date(2025, 5, 1)),
        (ward, "Xã Lục Nam", MERGER),
    ):
        write(AreaName(area=area, name_vi=name, effective_from=since))
    place = factories.facility(area=district)
    write(FacilityArea(facility=place, area=ward, effective_from=MERGER))
    as_of = AsOf(LATER)
    seen = [
        (found.area_id, found.area)
        for day in (date(2025, 4, 30), date(2025, 5, 1), date(2025, 6, 30), MERGER)
        for found in as_of.on(day)
    ]
    assert seen == [
        (district.pk, "Huyện Lục Nam"),
        (district.pk, "Lục Nam"),
        (district.pk, "Lục Nam"),
        (ward.pk, "Xã Lục Nam"),
    ]


def test_the_days_of_change_are_those_on_which_something_begins(renamed):
    assert AsOf(LATER).days_of_change() == {factories.START, MERGER}
    assert AsOf(MERGER - timedelta(days=1)).days_of_change() == {factories.START}


def test_facilities_come_by_code_and_only_those_asked_for():
    places = {code: factories.facility(code) for code in ("c", "a", "b")}
    assert [f.code for f in AsOf(LATER).on(MERGER)] == ["a", "b", "c"]
    chosen = frozenset({places["c"].pk, places["a"].pk})
    assert [f.code for f in AsOf(LATER, facility_ids=chosen).on(MERGER)] == ["a", "c"]
    assert AsOf(LATER, facility_ids=frozenset()).on(MERGER) == []


def test_reading_takes_the_same_queries_for_any_number_of_facilities(
    django_assert_num_queries,
):
    factories.facility()
    with django_assert_num_queries(11):
        assert len(AsOf(LATER).on(LATER)) == 1
    for _ in range(5):
        factories.facility()
    with django_assert_num_queries(11):
        assert len(AsOf(LATER).on(LATER)) == 6


def test_a_question_is_asked_once_per_register_and_anew_for_another_day():
    asked = []

    @once_per_as_of
    def question(as_of):
        asked.append(as_of.until)
        return as_of.until

    first, second = AsOf(MERGER), AsOf(LATER)
    answers = [question(first), question(first), question(second)]
    assert answers == [MERGER, MERGER, LATER]
    assert asked == [MERGER, LATER]
