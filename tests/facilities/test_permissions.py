"""What each role may do and what it may not, in one table; and from which day to which."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from facilities.models import ApiToken, Role
from facilities.permissions import Access, access_of
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)

GENERAL = (
    "sees_summary",
    "sees_all_rows",
    "sees_all_papers",
    "sees_programme",
    "reads_programme",
    "sees_directives",
    "sees_admin",
    "manages_users",
    "manages_reference",
    "records_facts",
    "sees_all_papers",
    "begins_programme",
    "keeps_registers",
    "reports",
)
WITH_SUBJECT = (
    "sees_rows_of own",
    "sees_rows_of other",
    "sees_names_in own",
    "sees_names_in other",
    "sees_contacts_in own",
    "sees_contacts_in other",
    "sees_director_of own",
    "sees_director_of other",
    "records_for own",
    "records_for other",
    "sees_directive_of own",
    "sees_directive_of other",
    "sees_contact_of own",
    "sees_contact_of other",
)
EVERYTHING = {*GENERAL, *WITH_SUBJECT}

ALLOWED = {
    Role.DEPARTMENT: EVERYTHING - {"manages_users", "reports"},
    Role.LEADER: {
        "sees_summary",
        "sees_all_rows",
        "sees_all_papers",
        "sees_director_of own",
        "sees_director_of other",
        "sees_rows_of own",
        "sees_rows_of other",
        "sees_programme",
        "reads_programme",
        "sees_directives",
        "sees_contact_of own",
        "sees_contact_of other",
        "sees_directive_of own",
        "sees_directive_of other",
    },
    Role.OFFICER: {
        "sees_summary",
        "reports",
        "sees_rows_of own",
        "sees_names_in own",
        "sees_contacts_in own",
        "records_facts",
        "records_for own",
    },
    Role.HEAD: {
        "sees_summary",
        "sees_rows_of own",
        "sees_names_in own",
        "sees_contacts_in own",
    },
    Role.AGENCY: {
        "sees_summary",
        "sees_directives",
        "sees_directive_of own",
        "sees_contact_of own",
    },
    Role.ADMINISTRATOR: {"sees_summary", "sees_admin", "manages_users", "begins_programme"},
    Role.CLIENT: {"sees_summary"},
    "nobody": set(),
    "anonymous": set(),
    "inactive": set(),
}


@pytest.fixture
def places():
    return {
        "facility": {"own": factories.facility(), "other": factories.facility()},
        "agency": {"own": factories.AgencyFactory(), "other": factories.AgencyFactory()},
    }


def holder(role, places, **dates):
    return factories.user_with(
        role,
        facility=places["facility"]["own"] if role in (Role.OFFICER, Role.HEAD) else None,
        agency=places["agency"]["own"] if role == Role.AGENCY else None,
        **dates,
    )


def abilities(access: Access, places) -> set[str]:
    found = {name for name in GENERAL if getattr(access, name)}
    for ability in WITH_SUBJECT:
        name, whose = ability.split()
        facility, agency = places["facility"][whose].pk, places["agency"][whose].pk
        of_agency = {"sees_directive_of": {agency}, "sees_contact_of": agency}
        if getattr(access, name)(of_agency.get(name, facility)):
            found.add(ability)
    return found


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_do_exactly_this(role, places):
    access = access_of(holder(role, places), DAY)
    assert abilities(access, places) == ALLOWED[role]


def test_the_table_names_every_rule():
    rules = {name for name in vars(Access) if name.startswith(("sees_", "manages_", "records_"))}
    rules |= {"keeps_registers", "reports", "reads_programme", "begins_programme"}
    assert rules == {ability.split()[0] for ability in EVERYTHING}


@pytest.mark.parametrize("who", ["nobody", "anonymous", "inactive"])
def test_without_a_role_nothing_is_allowed(who, places):
    user = {
        "nobody": factories.UserFactory,
        "anonymous": AnonymousUser,
        "inactive": lambda: factories.user_with(Role.DEPARTMENT, is_active=False),
    }[who]()
    assert abilities(access_of(user, DAY), places) == ALLOWED[who]


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        (DAY - timedelta(days=1), False),
        (DAY, True),
        (DAY + timedelta(days=9), True),
        (DAY + timedelta(days=10), False),
        (DAY + timedelta(days=11), False),
    ],
)
def test_an_assignment_holds_from_its_first_day_up_to_not_including_its_last(on, allowed, places):
    user = holder(Role.OFFICER, places, since=DAY, until=DAY + timedelta(days=10))
    access = access_of(user, on)
    assert abilities(access, places) == (ALLOWED[Role.OFFICER] if allowed else set())


def test_two_roles_add_up_but_do_not_spread(places):
    """An officer who is also an agency officer keeps each right to its own subject."""
    user = holder(Role.OFFICER, places)
    user.assignments.create(
        role=Role.AGENCY, agency=places["agency"]["own"], valid_from=factories.START
    )
    assert abilities(access_of(user, DAY), places) == ALLOWED[Role.OFFICER] | ALLOWED[Role.AGENCY]


def test_an_officer_who_moved_loses_the_facility_left_behind(places):
    user = holder(Role.OFFICER, places, until=DAY)
    user.assignments.create(role=Role.OFFICER, facility=places["facility"]["other"], valid_from=DAY)
    own, other = (places["facility"][whose].pk for whose in ("own", "other"))
    before, after = access_of(user, DAY - timedelta(days=1)), access_of(user, DAY)
    assert (before.records_for(own), before.records_for(other)) == (True, False)
    assert (after.records_for(own), after.records_for(other)) == (False, True)


def test_access_takes_one_query(places, django_assert_num_queries):
    user = holder(Role.OFFICER, places)
    user.assignments.create(role=Role.LEADER, valid_from=factories.START)
    with django_assert_num_queries(1):
        assert abilities(access_of(user, DAY), places)


ROWS = {"sees_summary", "sees_all_rows", "sees_rows_of own", "sees_rows_of other"}


@pytest.mark.parametrize(
    ("role", "scope", "allowed"),
    [
        (Role.CLIENT, ApiToken.Scope.PROGRESS, {"sees_summary"}),
        (Role.CLIENT, ApiToken.Scope.REGISTERS, ROWS),
        (Role.DEPARTMENT, ApiToken.Scope.PROGRESS, {"sees_summary"}),
        (Role.DEPARTMENT, ApiToken.Scope.REGISTERS, ROWS),
        (Role.LEADER, ApiToken.Scope.PROGRESS, {"sees_summary"}),
        (Role.LEADER, ApiToken.Scope.REGISTERS, ROWS),
        (Role.CLIENT, ApiToken.Scope.PROGRAMME, {*ROWS, "reads_programme"}),
        (Role.DEPARTMENT, ApiToken.Scope.PROGRAMME, {*ROWS, "reads_programme"}),
        (Role.LEADER, ApiToken.Scope.PROGRAMME, {*ROWS, "reads_programme"}),
        (Role.OFFICER, ApiToken.Scope.PROGRAMME, {"sees_summary", "sees_rows_of own"}),
        (Role.AGENCY, ApiToken.Scope.PROGRAMME, {"sees_summary"}),
        (Role.OFFICER, ApiToken.Scope.PROGRESS, {"sees_summary"}),
        (Role.OFFICER, ApiToken.Scope.REGISTERS, {"sees_summary", "sees_rows_of own"}),
        (Role.AGENCY, ApiToken.Scope.REGISTERS, {"sees_summary"}),
        (Role.ADMINISTRATOR, ApiToken.Scope.REGISTERS, {"sees_summary"}),
    ],
)
def test_a_key_allows_no_more_than_its_scope_nor_than_its_holder(role, scope, allowed, places):
    """Whatever the holder may do in person, a key never writes and never reads personal names."""
    user = holder(role, places)
    token, _key = ApiToken.make(user=user, label="test", expires_on=DAY, scope=scope)
    assert abilities(access_of(user, DAY, token=token), places) == allowed


def test_a_key_of_somebody_whose_role_has_ended_allows_nothing(places):
    user = holder(Role.CLIENT, places, until=DAY)
    token, _key = ApiToken.make(
        user=user, label="test", expires_on=DAY, scope=ApiToken.Scope.REGISTERS
    )
    assert abilities(access_of(user, DAY, token=token), places) == set()
