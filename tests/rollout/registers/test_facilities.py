"""The register of facilities: described from a day on, standing computed, found by where they stand."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation

from facilities.as_of import AsOf
from facilities.models import Area, AreaName, ChangeSet, Facility, FacilityName
from facilities.registers.entering import begin, enter, undo
from facilities.registers.filtering import filter_set
from facilities.reorganising import close_facility
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of
from tests.rollout.small_province import small_province

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["facilities"]
NEW = {
    "code": "tt-luc-nam",
    "name-vi": "Trung tâm Y tế Lục Nam",
    "kind": "medical_centre",
    "ownership": "public",
    "scope": "rollout",
}


@pytest.fixture(autouse=True)
def _kind():
    factories.kind_of("medical_centre")


def filtered(on: date = TODAY, **asked) -> list[str]:
    question = QueryDict(mutable=True)
    question.update(asked)
    rows = REGISTER.with_columns(REGISTER.base(on), [c.code for c in REGISTER.columns], on)
    return sorted(filter_set(REGISTER)(question, queryset=rows).qs.values_list("code", flat=True))


def test_a_new_facility_is_described_from_the_day_on():
    area = Area.objects.create(code="luc-nam", level=Area.Level.DISTRICT)
    AreaName.objects.create(
        area=area, name_vi="Lục Nam", effective_from=TODAY, recorded_by=factories.recorder()
    )
    made = entered(REGISTER, NEW | {"area": "luc-nam"})
    assert values_of(REGISTER, made) | NEW | {"area": "luc-nam"} == values_of(REGISTER, made)
    assert list(REGISTER.base(TODAY)) == [made]
    assert list(REGISTER.base(TODAY - timedelta(days=1))) == []


def test_a_new_facility_may_have_been_in_the_register_for_long():
    since = TODAY - timedelta(days=400)
    area = Area.objects.create(code="luc-nam", level=Area.Level.DISTRICT)
    AreaName.objects.create(
        area=area, name_vi="Lục Nam", effective_from=since, recorded_by=factories.recorder()
    )
    made = entered(REGISTER, NEW | {"area": "luc-nam", "since": since, "beds": 120})
    for on in (since, TODAY):
        assert list(REGISTER.base(on)) == [made]
        [described] = AsOf(on).on(on)
        assert (described.name, described.kind, described.scope) == (
            NEW["name-vi"],
            NEW["kind"],
            NEW["scope"],
        )
        assert (described.ownership, described.area, described.beds) == ("public", "Lục Nam", 120)
    assert list(REGISTER.base(since - timedelta(days=1))) == []
    assert values_of(REGISTER, made)["since"] == since


def test_since_when_is_said_once_and_not_ahead():
    tomorrow = TODAY + timedelta(days=1)
    assert refusals(REGISTER, NEW | {"since": tomorrow}) == ({"since"}, set())
    made = entered(REGISTER, NEW)
    assert values_of(REGISTER, made)["since"] == TODAY
    earlier = {"since": TODAY - timedelta(days=9)}
    assert refusals(REGISTER, earlier, row=made) == ({"since"}, set())
    entered(REGISTER, {"since": TODAY, "name-vi": "Trung tâm Y tế khu vực Lục Nam"}, row=made)
    assert values_of(REGISTER, made)["since"] == TODAY


def test_a_changed_name_holds_from_the_day_of_writing():
    place = factories.facility(name_vi="Bệnh viện cũ")
    entered(REGISTER, {"name-vi": "Bệnh viện mới"}, row=place)
    assert values_of(REGISTER, place, TODAY - timedelta(days=1))["name-vi"] == "Bệnh viện cũ"
    assert values_of(REGISTER, place)["name-vi"] == "Bệnh viện mới"


@pytest.mark.parametrize("code", ["Lục Nam", "LUC-NAM", "luc_nam", "-luc", "luc--nam", "luc nam"])
def test_a_code_is_written_with_small_letters_digits_and_hyphens(code):
    assert refusals(REGISTER, NEW | {"code": code}) == ({"code"}, set())


def test_a_code_in_use_is_refused_and_a_name_in_use_asks_for_a_reason():
    factories.facility("tt-luc-nam", name_vi="TRUNG TAM Y TE LUC NAM")
    assert refusals(REGISTER, NEW | {"name-vi": "Khác"}) == ({"code"}, set())
    assert refusals(REGISTER, NEW | {"code": "khac"}) == ({"name-vi"}, {"name-vi"})
    assert refusals(REGISTER, NEW | {"code": "khac"}, because={"name-vi": "Hai cơ sở"})[0] == set()


def test_a_code_stays_for_life():
    place = factories.facility("cu")
    assert refusals(REGISTER, {"code": "moi"}, row=place) == ({"code"}, set())


def test_another_scope_needs_its_reason():
    place = factories.facility()
    assert refusals(REGISTER, {"scope": "none"}, row=place) == ({"scope-because"}, set())
    entered(REGISTER, {"scope": "none", "scope-because": "Không còn nội trú"}, row=place)
    assert values_of(REGISTER, place)["scope"] == "none"


def test_a_closed_facility_is_not_in_the_book():
    place = factories.facility()
    close_facility(facility=place, on=TODAY, because="Giải thể", by=factories.recorder())
    assert list(REGISTER.base(TODAY - timedelta(days=1))) == [place]
    assert list(REGISTER.base(TODAY)) == []


def test_a_facility_says_where_it_stands():
    found = small_province()
    official, bidding = (values_of(REGISTER, place) for place in (found.official, found.bidding))
    assert official["servers"] == "yes"
    assert bidding["servers"] == "no"
    assert bidding["server-stage"] == "selection_plan"
    assert bidding["server-award-due"] == date(2025, 5, 1)
    assert bidding["days-late"] == 14
    assert values_of(REGISTER, found.clinic)["stage"] == ""


def test_facilities_are_found_by_what_is_missing_and_why():
    small_province()
    assert filtered(servers="no") == ["bidding"]
    assert filtered(servers="no", **{"server-stage": "selection_plan"}) == ["bidding"]
    assert filtered(servers="no", **{"server-stage": "contract"}) == []
    assert filtered(servers="yes") == ["official"]
    assert filtered(scope="rollout", **{"days-late_min": "1"}) == ["bidding"]
    assert filtered(**{"server-award-due_to": "2025-05-01"}) == ["bidding"]
    assert filtered(**{"days-late_is": "missing"}) == ["clinic"]


def test_facilities_are_sorted_by_what_is_computed():
    small_province()
    rows = REGISTER.base(TODAY).order_by(REGISTER.order("days-late", TODAY).desc(nulls_last=True))
    assert next(row.code for row in rows) == "bidding"


def test_a_facility_is_not_closed_by_its_scope():
    place = factories.facility()
    closing = {"scope": "closed", "scope-because": "Giải thể"}
    assert refusals(REGISTER, closing, row=place) == ({"scope"}, set())


def test_search_ignores_accents():
    factories.facility("a", name_vi="Trung tâm Y tế Lục Nam")
    factories.facility("b", name_vi="Trung tâm Y tế Tân Yên")
    found = REGISTER.search(REGISTER.base(TODAY), "luc nam", TODAY)
    assert [row.code for row in found] == ["a"]


def test_names_sort_as_in_a_dictionary():
    for name in ("Đông", "Dương", "Ân", "An"):
        factories.facility(name_vi=name)
    rows = REGISTER.base(TODAY).order_by(REGISTER.sorts["name-vi"])
    names = [values_of(REGISTER, row)["name-vi"] for row in rows]
    assert names == ["An", "Ân", "Dương", "Đông"]


def test_a_new_facility_can_be_taken_back_and_its_code_used_again():
    change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder())
    made = enter(register=REGISTER, row=None, values=NEW, change_set=change_set, on=TODAY)
    undo(
        change_set=change_set,
        registers=REGISTERS,
        by=factories.recorder(),
        because="Nhập nhầm",
        on=TODAY,
    )
    assert list(REGISTER.base(TODAY)) == []
    assert entered(REGISTER, NEW).pk == made.pk
    assert Facility.objects.count() == 1


def test_a_facility_with_facts_is_closed_and_not_taken_back():
    found = small_province()
    with pytest.raises(ValidationError):
        REGISTER.facts_of(found.official)
    assert FacilityName.objects.known().filter(facility=found.official).exists()


def test_questions_do_not_grow_with_the_facilities(django_assert_max_num_queries):
    for _number in range(3):
        factories.facility()
    keys = list(REGISTER.base(TODAY).values_list("pk", flat=True))
    with django_assert_max_num_queries(75):
        REGISTER.values(keys, TODAY)


@pytest.mark.parametrize(("language", "first"), [("vi", "name-vi"), ("en", "name-en")])
def test_a_list_names_facilities_in_the_language_of_its_reader(language, first):
    with translation.override(language):
        assert REGISTER.at_first(REGISTER.bound())[0].code == first
