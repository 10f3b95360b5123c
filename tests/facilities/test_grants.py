"""A role holds at its place: assignments of one person add up and never spread."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities.models import (
    OF_A_FACILITY,
    OF_AN_AREA,
    ApiToken,
    Area,
    AreaParent,
    FacilityArea,
    Role,
    RoleAssignment,
)
from facilities.permissions import access_as, access_of, is_in
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
EVERYWHERE = (
    "sees_summary",
    "sees_all_rows",
    "sees_all_papers",
    "sees_programme",
    "reads_programme",
    "issues_directives",
    "keeps_programme",
    "keeps_registers",
    "manages_reference",
    "manages_users",
)
AT_A_FACILITY = {
    "rows": lambda access, pk: access.sees_rows_of(pk),
    "names": lambda access, pk: access.sees_names_in(pk),
    "records": lambda access, pk: access.records_for(pk),
    "keeps": lambda access, pk: access.keeps_of(pk),
    "papers": lambda access, pk: is_in(pk, access.papers),
    "programme": lambda access, pk: is_in(pk, access.programme),
    "told": lambda access, pk: is_in(pk, access.told),
    "reports": lambda access, pk: pk in access.own_facility_ids,
}


def area(code: str, within: Area | None = None) -> Area:
    made = Area.objects.create(code=code, level=Area.Level.DISTRICT)
    if within:
        AreaParent.objects.create(
            area=made,
            parent=within,
            effective_from=factories.START,
            recorded_by=factories.recorder(),
        )
    return made


@pytest.fixture
def places():
    """A district with a ward in it, another district; a facility in each."""
    north, south = area("north"), area("south")
    ward = area("ward", within=north)
    facilities = [factories.facility(area=one) for one in (north, ward, south)]
    return {
        "areas": [north, ward, south],
        "facilities": facilities,
        "agencies": [factories.AgencyFactory() for _each in range(2)],
    }


@st.composite
def held(draw):
    role = draw(st.sampled_from(Role.values))
    if role in OF_A_FACILITY:
        return role, "facility", draw(st.integers(0, 2))
    if role == Role.AGENCY:
        return role, "agency", draw(st.integers(0, 1))
    if role in OF_AN_AREA and draw(st.booleans()):
        return role, "area", draw(st.integers(0, 2))
    return role, "", 0


def may(access, places) -> set[str]:
    found = {name for name in EVERYWHERE if getattr(access, name)}
    for place in places["facilities"]:
        found |= {f"{n} {place.pk}" for n, ask in AT_A_FACILITY.items() if ask(access, place.pk)}
    for agency in places["agencies"]:
        if access.answers_for({agency.pk}):
            found.add(f"answers {agency.pk}")
        if access.sees_directive_of({agency.pk}):
            found.add(f"sees {agency.pk}")
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(held(), max_size=4))
def test_a_mix_of_assignments_may_what_each_may_alone_and_never_more(rows, places):
    of = {"facility": "facilities", "agency": "agencies", "area": "areas"}
    with transaction.atomic():
        user = factories.UserFactory()
        alone: set[str] = set()
        for role, kind, number in rows:
            place = {kind: places[of[kind]][number]} if kind else {}
            made = RoleAssignment.objects.create(
                user=user, role=role, valid_from=factories.START, **place
            )
            alone |= may(access_as(made, DAY), places)
        assert may(access_of(user, DAY), places) == alone
        transaction.set_rollback(True)


def test_the_head_of_one_hospital_has_no_officers_rights_there_for_being_officer_elsewhere(places):
    first, second, _third = places["facilities"]
    user = factories.user_with(Role.HEAD, facility=first)
    user.assignments.create(role=Role.OFFICER, facility=second, valid_from=factories.START)
    access = access_of(user, DAY)
    assert access.sees_rows_of(first.pk)
    assert access.sees_rows_of(second.pk)
    assert access.sees_names_in(first.pk)
    assert access.sees_names_in(second.pk)
    assert not access.records_for(first.pk)
    assert access.records_for(second.pk)


def test_an_area_holds_what_lies_in_the_areas_within_it_and_nothing_beside(places):
    inside, within, outside = places["facilities"]
    north, ward, _south = places["areas"]
    kept = access_of(factories.user_with(Role.DEPARTMENT, area=north), DAY).kept
    assert kept == {inside.pk, within.pk}
    assert access_of(factories.user_with(Role.DEPARTMENT, area=ward), DAY).kept == {within.pk}
    assert outside.pk not in kept


def test_a_facility_is_kept_by_the_area_in_which_it_lies_on_the_day(places):
    north, _ward, south = places["areas"]
    moved = places["facilities"][2]
    FacilityArea.objects.create(
        facility=moved, area=north, effective_from=DAY, recorded_by=factories.recorder()
    )
    user = factories.user_with(Role.DEPARTMENT, area=south)
    assert access_of(user, DAY - timedelta(days=1)).keeps_of(moved.pk)
    assert not access_of(user, DAY).keeps_of(moved.pk)


def test_what_is_of_no_facility_is_the_provinces(places):
    of_area = access_of(factories.user_with(Role.DEPARTMENT, area=places["areas"][0]), DAY)
    of_province = access_of(factories.user_with(Role.DEPARTMENT), DAY)
    assert not of_area.keeps_of(None)
    assert of_province.keeps_of(None)
    assert of_area.is_of_an_area
    assert not of_province.is_of_an_area
    assert not of_area.sees_admin
    assert of_province.sees_admin


def test_a_key_opens_the_rows_of_its_holders_area_and_no_others(places):
    inside, _within, outside = places["facilities"]
    user = factories.user_with(Role.CLIENT, area=places["areas"][0])
    for scope, rows in ((ApiToken.Scope.REGISTERS, True), (ApiToken.Scope.PROGRESS, False)):
        access = access_of(user, DAY, token=ApiToken(scope=scope))
        assert access.sees_rows_of(inside.pk) is rows
        assert not access.sees_rows_of(outside.pk)
        assert not access.sees_names_in(inside.pk)


@pytest.mark.parametrize(("role", "allowed"), [(role, role in OF_AN_AREA) for role in Role.values])
def test_which_roles_may_have_an_area(role, allowed, places):
    place = {
        "facility": places["facilities"][0] if role in OF_A_FACILITY else None,
        "agency": places["agencies"][0] if role == Role.AGENCY else None,
    }

    def make():
        return factories.user_with(role, area=places["areas"][0], **place)

    if allowed:
        assert make().assignments.get().area == places["areas"][0]
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_only_an_area_costs_queries(places, django_assert_num_queries):
    province = factories.user_with(Role.DEPARTMENT)
    of_area = factories.user_with(Role.DEPARTMENT, area=places["areas"][0])
    with django_assert_num_queries(1):
        access_of(province, DAY)
    with django_assert_num_queries(3):
        access_of(of_area, DAY)
