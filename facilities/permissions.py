"""Who may see and do what. Every role and every rule is here; everything else asks this module."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import AnonymousUser

from facilities.models import ApiToken, Role, RoleAssignment, User

READERS = frozenset({Role.DEPARTMENT, Role.LEADER, Role.CLIENT})  # whose keys read everywhere
OPENS_ROWS = frozenset({ApiToken.Scope.DETAIL, ApiToken.Scope.PROGRAMME})


@dataclass(frozen=True)
class Access:
    """What one user may do on one day, from the role assignments that hold then.

    Through a key of the REST API it is less: the summary, and rows or the programme where the key's
    scope says so. A key never writes, and never reads personal names, whatever its holder may do in
    person.
    """

    user: User | AnonymousUser
    roles: frozenset[str] = frozenset()
    facility_ids: frozenset[int] = field(default_factory=frozenset)
    agency_ids: frozenset[int] = field(default_factory=frozenset)
    token_scope: str | None = None  # None: signed in in person

    def _has(self, *roles: Role) -> bool:
        """One of these roles, in person."""
        return self.token_scope is None and bool(self.roles.intersection(roles))

    @property
    def sees_summary(self) -> bool:
        """Headline figures of the province and of each facility."""
        return bool(self.roles)

    @property
    def sees_all_rows(self) -> bool:
        """Every figure down to its rows, in every facility."""
        return self._has(Role.DEPARTMENT, Role.LEADER) or (
            self.token_scope in OPENS_ROWS and not READERS.isdisjoint(self.roles)
        )

    def sees_rows_of(self, facility_id: int | None) -> bool:
        return self.sees_all_rows or facility_id in self.facility_ids

    def sees_names_in(self, facility_id: int) -> bool:
        """Names of certificate holders are personal data: Department and own facility only."""
        return self._has(Role.DEPARTMENT) or (
            self._has(Role.OFFICER) and facility_id in self.facility_ids
        )

    def sees_contacts_in(self, facility_id: int) -> bool:
        """Names, telephones and addresses of a facility's people: personal, never through a key."""
        return self._has(Role.DEPARTMENT) or (
            self._has(Role.OFFICER, Role.HEAD) and facility_id in self.facility_ids
        )

    @property
    def sees_directors(self) -> bool:
        """Name and telephone of every facility's director."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    @property
    def sees_all_papers(self) -> bool:
        """Every document's file; others only those about their facility or from their own hand."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    @property
    def sees_programme(self) -> bool:
        """Councils, obstacles, directives, alerts of the whole province."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    @property
    def reads_programme(self) -> bool:
        """What the API tells of the programme: in person as on the pages, by a key of that scope."""
        return self.sees_programme or (
            self.token_scope == ApiToken.Scope.PROGRAMME and not READERS.isdisjoint(self.roles)
        )

    @property
    def scope_is_short(self) -> bool:
        """A wider key of the same holder would read the programme."""
        narrow = self.token_scope not in (None, ApiToken.Scope.PROGRAMME)
        return narrow and not READERS.isdisjoint(self.roles)

    @property
    def sees_directives(self) -> bool:
        return self.sees_programme or self._has(Role.AGENCY)

    def sees_directive_of(self, agency_ids: Iterable[int]) -> bool:
        own = bool(self.agency_ids.intersection(agency_ids))
        return self.sees_programme or (own and self._has(Role.AGENCY))

    @property
    def keeps_programme(self) -> bool:
        """Runs councils; keeps obstacles and working sessions; publishes briefs; writes papers."""
        return self._has(Role.DEPARTMENT)

    @property
    def issues_directives(self) -> bool:
        """Issues directives, accepts or returns their answers, and closes them."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    def answers_for(self, agency_ids: Iterable[int]) -> bool:
        """Answers a directive in the name of one of these agencies."""
        own = bool(self.agency_ids.intersection(agency_ids))
        return own and self._has(Role.AGENCY)

    @property
    def begins_programme(self) -> bool:
        """Says which province this is, and adds its areas."""
        return self._has(Role.DEPARTMENT, Role.ADMINISTRATOR)

    @property
    def sees_admin(self) -> bool:
        return self._has(Role.DEPARTMENT, Role.ADMINISTRATOR)

    @property
    def manages_users(self) -> bool:
        return self._has(Role.ADMINISTRATOR)

    @property
    def manages_reference(self) -> bool:
        """Norms, targets, deadlines, weights, names, scope."""
        return self._has(Role.DEPARTMENT)

    @property
    def keeps_registers(self) -> bool:
        """The Department's desk: every register, what was reported, what is to be checked."""
        return self._has(Role.DEPARTMENT)

    @property
    def reports(self) -> bool:
        """Speaks for a facility, on pages of its own."""
        return self._has(Role.OFFICER) and bool(self.facility_ids)

    @property
    def records_facts(self) -> bool:
        return self._has(Role.DEPARTMENT, Role.OFFICER)

    def records_for(self, facility_id: int) -> bool:
        return self._has(Role.DEPARTMENT) or (
            self._has(Role.OFFICER) and facility_id in self.facility_ids
        )


def access_as(assignment: RoleAssignment) -> Access:
    """What one assignment alone opens, whatever else its holder may do."""
    return Access(
        user=assignment.user,
        roles=frozenset({assignment.role}),
        facility_ids=frozenset(filter(None, [assignment.facility_id])),
        agency_ids=frozenset(filter(None, [assignment.agency_id])),
    )


def access_of(user: User | AnonymousUser, on: date, token: ApiToken | None = None) -> Access:
    """What `user` may do on day `on`: one query. Anonymous and inactive users may do nothing.

    `token`: the key a program came with. It opens no more than its scope, whoever owns it.
    """
    if not user.is_authenticated or not user.is_active:
        return Access(user=user)
    held = list(
        RoleAssignment.objects.filter(user=user)
        .on(on)
        .values_list("role", "facility_id", "agency_id")
    )
    return Access(
        user=user,
        roles=frozenset(role for role, _facility, _agency in held),
        facility_ids=frozenset(
            f for _role, f, _agency in held if f and (token is None or token.scope in OPENS_ROWS)
        ),
        agency_ids=frozenset(a for _role, _facility, a in held if a),
        token_scope=token.scope if token is not None else None,
    )
