"""What must never be stored is refused by the database itself, whoever writes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from facilities.models import (
    FacilityLineage,
    FacilityName,
    Ledger,
    Lineage,
    Role,
    RoleAssignment,
)
from rollout.models import Milestone, MilestoneEvent
from tests import factories
from tests.writing import database_refuses

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
RECORDED = datetime(2025, 5, 22, tzinfo=UTC)


@pytest.fixture
def fact():
    return MilestoneEvent.objects.create(
        facility=factories.facility(),
        milestone=Milestone.LAUNCH,
        happened_on=DAY,
        recorded_at=RECORDED,
        recorded_by=factories.recorder(),
    )


def written(fact, **values) -> bool:
    """Write past every verb and every `clean`; False when the database refuses."""
    return not database_refuses(type(fact).objects.filter(pk=fact.pk).update, **values)


@pytest.mark.parametrize(
    ("at", "by", "accepted"),
    [(RECORDED, True, True), (None, False, True), (RECORDED, False, False), (None, True, False)],
)
def test_checked_at_and_checked_by_come_together(fact, at, by, accepted):
    checker = factories.UserFactory() if by else None
    assert written(fact, checked_at=at, checked_by=checker) == accepted


@pytest.mark.parametrize(
    ("at", "by", "because", "accepted"),
    [
        (RECORDED, True, "wrong", True),
        (RECORDED + timedelta(days=1), True, "wrong", True),
        (RECORDED - timedelta(microseconds=1), True, "wrong", False),  # before it was recorded
        (RECORDED, True, "", False),
        (RECORDED, False, "wrong", False),
        (RECORDED, False, "", False),
        (None, True, "wrong", False),
        (None, False, "wrong", False),
        (None, True, "", False),
        (None, False, "", True),
    ],
)
def test_a_withdrawal_says_when_who_and_why(fact, at, by, because, accepted):
    who = factories.UserFactory() if by else None
    assert written(fact, withdrawn_at=at, withdrawn_by=who, withdrawn_because=because) == accepted


def copy_of(fact, **changes):
    copy = fact.for_correction(recorded_by=fact.recorded_by, **changes)
    with transaction.atomic():
        return type(fact).objects.bulk_create([copy])


def test_an_event_stands_once(fact):
    with pytest.raises(IntegrityError):
        copy_of(fact, happened_on=DAY + timedelta(days=9))
    written(
        fact,
        withdrawn_at=RECORDED,
        withdrawn_by=factories.recorder(),
        withdrawn_because="another day",
    )
    assert copy_of(fact)
    assert MilestoneEvent.objects.known().count() == 1


def test_an_import_key_is_used_once_even_after_a_withdrawal(fact):
    written(
        fact,
        import_key="file:1",
        withdrawn_at=RECORDED,
        withdrawn_by=factories.recorder(),
        withdrawn_because="wrong",
    )
    with pytest.raises(IntegrityError):
        copy_of(fact, import_key="file:1")
    assert copy_of(fact, import_key="file:2")


def test_a_facility_has_one_name_a_day():
    name = FacilityName.objects.get(facility=factories.facility())
    with pytest.raises(IntegrityError):
        copy_of(name, name_vi="Tên khác")
    assert copy_of(name, name_vi="Tên khác", effective_from=name.effective_from + timedelta(days=1))


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("has_facility", [False, True])
@pytest.mark.parametrize("has_agency", [False, True])
def test_only_people_of_a_facility_have_one_and_only_an_agency_officer_an_agency(
    role, has_facility, has_agency
):
    assignment = RoleAssignment(
        user=factories.UserFactory(),
        role=role,
        facility=factories.facility() if has_facility else None,
        agency=factories.AgencyFactory() if has_agency else None,
        valid_from=DAY,
    )
    of_a_facility = role in (Role.OFFICER, Role.HEAD)
    lawful = has_facility == of_a_facility and has_agency == (role == Role.AGENCY)
    assert database_refuses(RoleAssignment.objects.bulk_create, [assignment]) != lawful
    assert RoleAssignment.objects.exists() == lawful


@pytest.mark.parametrize(("days", "accepted"), [(-1, False), (0, False), (1, True)])
def test_an_assignment_ends_after_it_begins(days, accepted):
    assignment = RoleAssignment(
        user=factories.UserFactory(),
        role=Role.LEADER,
        valid_from=DAY,
        valid_until=DAY + timedelta(days=days),
    )
    assert database_refuses(RoleAssignment.objects.bulk_create, [assignment]) != accepted
    assert RoleAssignment.objects.exists() == accepted


def test_a_facility_does_not_succeed_itself():
    place, other = factories.facility(), factories.facility()
    common = {
        "kind": Lineage.MERGED,
        "effective_from": DAY,
        "recorded_by": factories.recorder(),
        "predecessor": place,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        FacilityLineage.objects.create(successor=place, **common)
    FacilityLineage.objects.create(successor=other, **common)
    assert place.successors.get().successor == other


def test_there_is_one_ledger():
    with pytest.raises(IntegrityError), transaction.atomic():
        Ledger.objects.create(pk=2, version=1)
    assert Ledger.objects.filter(pk=2).count() == 0
