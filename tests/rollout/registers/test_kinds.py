"""The registers of kinds and managing bodies: entered, brought in a file, changed from a day on, taken back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from facilities.as_of import AsOf
from facilities.models import FacilityOwnership, Kind, ManagingBody, ManagingBodyTerm
from facilities.registers.writers import RowEntry
from rollout.programme.ways import ways
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.entering import TODAY, put
from tests.writing import write

pytestmark = pytest.mark.django_db

KINDS, BODIES = REGISTERS["kinds"], REGISTERS["managing-bodies"]
ON = date(2026, 3, 2)
NEW = {"code": "army_clinic", "name-vi": "Phòng khám quân y", "deadlines": "others"}


def problems(register, new, row=None, old=None):
    [found] = register.problems([RowEntry(row, old or {}, new)], ON)
    return set(found.errors)


class TestRules:
    def test_a_kind_of_our_own_is_taken(self):
        assert problems(KINDS, NEW) == set()

    @pytest.mark.parametrize(
        ("wrong", "column"),
        [
            ({"code": "Army Clinic"}, "code"),
            ({"code": ""}, "code"),
            ({"name-vi": ""}, "name-vi"),
            ({"deadlines": ""}, "deadlines"),
            ({"way-official": "no"}, "way-official"),
        ],
    )
    def test_what_is_wrong_is_named(self, wrong, column):
        assert problems(KINDS, NEW | wrong) == {column}

    def test_a_code_is_one_rows_for_life(self):
        factories.kind_of("medical_centre")
        assert problems(KINDS, NEW | {"code": "medical_centre"}) == {"code"}
        kind = Kind.objects.get()
        old = {"code": "medical_centre", "name-vi": "Trung tâm y tế", "deadlines": "hospitals"}
        assert problems(KINDS, old | {"code": "centre"}, kind, old) == {"code"}
        assert problems(KINDS, old | {"name-vi": "Trung tâm y tế khu vực"}, kind, old) == set()

    def test_a_kind_that_facilities_have_is_not_taken_back(self):
        factories.facility()
        with pytest.raises(ValidationError) as refused:
            KINDS.facts_of(Kind.objects.get(code="medical_centre"))
        assert refused.value.code == "referred_to"

    def test_a_body_that_manages_is_not_taken_back(self):
        body = ManagingBody.objects.create(code="army")
        write(ManagingBodyTerm(body=body, name_vi="Quân khu 1", effective_from=factories.START))
        assert len(BODIES.facts_of(body)) == 1
        place = factories.facility()
        write(
            FacilityOwnership(
                facility=place, ownership="public", managed_by=body, effective_from=ON
            )
        )
        with pytest.raises(ValidationError):
            BODIES.facts_of(body)


def test_names_stand_in_the_order_of_a_dictionary():
    for code, name in (("a", "Điểm trạm"), ("b", "Trạm y tế"), ("c", "Dược"), ("d", "Đà")):
        body = ManagingBody.objects.create(code=code)
        write(ManagingBodyTerm(body=body, name_vi=name, effective_from=factories.START))
    keys = BODIES.keys_in_order(BODIES.base(ON), "name-vi", range(10), ON)
    found = ManagingBody.objects.in_bulk(keys)
    assert [found[key].code for key in keys] == ["c", "d", "a", "b"]


def test_a_step_taken_off_the_way_is_off_from_that_day_on():
    place = factories.facility()
    put(KINDS, Kind.objects.get(code="medical_centre"), way_pilot="no")
    as_of = AsOf(TODAY)
    [facility] = as_of.on(TODAY)
    assert facility.id == place.pk
    assert "pilot" not in ways(as_of).of(facility, TODAY)
    assert "pilot" in ways(as_of).of(facility, TODAY - timedelta(days=1))
