"""Who may see and do what. Every role and every rule is here; everything else asks this module."""

from dataclasses import dataclass, field
from datetime import date

from facilities.models import Role, RoleAssignment, User


@dataclass(frozen=True)
class Access:
    """What one user may do on one day, from the role assignments that hold then."""

    user: User
    roles: frozenset[str] = frozenset()
    facility_ids: frozenset[int] = field(default_factory=frozenset)
    agency_ids: frozenset[int] = field(default_factory=frozenset)
    token_scope: str | None = None  # set for REST clients only

    def _has(self, *roles) -> bool:
        return bool(self.roles.intersection(roles))

    @property
    def sees_summary(self) -> bool:
        """Headline figures of the province and of each facility."""
        return bool(self.roles)

    @property
    def sees_all_rows(self) -> bool:
        """Every figure down to its rows, in every facility."""
        return self._has(Role.DEPARTMENT, Role.LEADER) or self.token_scope == "detail"

    def sees_rows_of(self, facility_id: int) -> bool:
        return self.sees_all_rows or facility_id in self.facility_ids

    def sees_names_in(self, facility_id: int) -> bool:
        """Names of certificate holders are personal data: the Department and the own facility only."""
        return self._has(Role.DEPARTMENT) or (
            self._has(Role.OFFICER) and facility_id in self.facility_ids
        )

    @property
    def sees_programme(self) -> bool:
        """Councils, obstacles, directives, alerts of the whole province."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    @property
    def sees_directives(self) -> bool:
        return self.sees_programme or self._has(Role.AGENCY)

    def sees_directive_of(self, agency_ids) -> bool:
        return self.sees_programme or bool(self.agency_ids.intersection(agency_ids))

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
    def records_facts(self) -> bool:
        return self._has(Role.DEPARTMENT, Role.OFFICER)

    def records_for(self, facility_id: int) -> bool:
        return self._has(Role.DEPARTMENT) or (
            self._has(Role.OFFICER) and facility_id in self.facility_ids
        )


def access_of(user, on: date, token=None) -> Access:
    """What `user` may do on day `on`: one query. Anonymous and inactive users may do nothing."""
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
        facility_ids=frozenset(f for _role, f, _agency in held if f),
        agency_ids=frozenset(a for _role, _facility, a in held if a),
        token_scope=token.scope if token is not None else None,
    )
