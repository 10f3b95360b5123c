"""Who may see and do what. Every role and every rule is here; everything else asks this module.

A role and the place it is held for are one thing, a grant: what one role opens at its place says
nothing about another place, whatever else the same person is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.models import AnonymousUser

from facilities.areas import facilities_within
from facilities.models import OF_A_FACILITY, ApiToken, Area, Role, RoleAssignment, User

READERS = frozenset({Role.DEPARTMENT, Role.LEADER, Role.CLIENT})  # whose keys read where they are
Scope = ApiToken.Scope

Places = frozenset[int] | None  # facilities; None: everywhere, what belongs to no facility too
NOWHERE: frozenset[int] = frozenset()


def is_in(facility_id: int | None, places: Places) -> bool:
    """Whether something of this facility (None: of no facility) lies in these places."""
    return places is None or facility_id in places


@dataclass(frozen=True, slots=True)
class Grant:
    """One role at one place.

    `facility_ids`: the facility, or those that lie in the area on the day; None: everywhere. An
    agency officer is at no facility.
    """

    role: str
    facility_ids: Places = None
    agency_id: int | None = None
    area_id: int | None = None
    is_province: bool = False  # the area is one


@dataclass(frozen=True)
class Access:
    """What one user may do on one day, from the role assignments that hold then.

    Rights that name no place (`keeps_registers`, `sees_programme`, ...) are those of the whole
    province; those of a place are asked for it (`records_for`), or as the places where they hold
    (`kept`: None is everywhere).

    Through a key of the REST API it is less: what the key's scopes say. A key never reads personal
    names, whatever its holder may do in person, and writes only rows of registers (`writing`).
    """

    user: User | AnonymousUser
    grants: tuple[Grant, ...] = ()
    token_scopes: frozenset[str] | None = None  # None: signed in in person

    def _places(self, roles: Iterable[str]) -> Places:
        """Where one of these roles is held."""
        found: set[int] = set()
        for grant in self.grants:
            if grant.role in roles:
                if grant.facility_ids is None:
                    return None
                found |= grant.facility_ids
        return frozenset(found)

    def _own(self, *roles: Role) -> Places:
        """Where one of these roles is held, in person."""
        return NOWHERE if self.token_scopes is not None else self._places(roles)

    def _has(self, *roles: Role) -> bool:
        """One of these roles somewhere, in person."""
        return self.token_scopes is None and any(grant.role in roles for grant in self.grants)

    @property
    def sees_summary(self) -> bool:
        """Headline figures of the province and of each facility."""
        return bool(self.grants) and not self.lacks(Scope.PROGRESS)

    def lacks(self, scope: str) -> bool:
        """It is asked through a key that does not open this."""
        return self.token_scopes is not None and scope not in self.token_scopes

    # --- Rows ---------------------------------------------------------------------------

    @property
    def readable(self) -> Places:
        """Where every figure opens down to its rows."""
        if self.token_scopes is None:
            return self._own(Role.DEPARTMENT, Role.LEADER, *OF_A_FACILITY)
        closed = self.lacks(Scope.REGISTERS)
        return NOWHERE if closed else self._places({*READERS, *OF_A_FACILITY})

    @property
    def sees_all_rows(self) -> bool:
        """Every figure down to its rows, in every facility."""
        return self.readable is None

    def sees_rows_of(self, facility_id: int | None) -> bool:
        return is_in(facility_id, self.readable)

    def sees_names_in(self, facility_id: int) -> bool:
        """Names of staff and of certificate holders are personal data: Department and own facility only."""
        return is_in(facility_id, self._own(Role.DEPARTMENT, Role.OFFICER, Role.HEAD))

    # --- What is to be done --------------------------------------------------------------

    @property
    def opens_todo(self) -> bool:
        """The list of what is to be done, each role with its own part of it."""
        return self.opens_programme or bool(self.spoken_for) or bool(self.agency_ids)

    @property
    def spoken_for(self) -> frozenset[int]:
        """The facilities whose officer or head the person is."""
        return self._own(*OF_A_FACILITY) or NOWHERE

    # --- Papers -------------------------------------------------------------------------

    @property
    def papers(self) -> Places:
        """About which facilities papers are read: the files of documents that rows refer to."""
        return self._own(Role.DEPARTMENT, Role.LEADER, Role.OFFICER)

    def sees_contacts_in(self, facility_id: int) -> bool:
        """Names, telephones and addresses of a facility's people: personal, never through a key."""
        return is_in(facility_id, self._own(Role.DEPARTMENT, *OF_A_FACILITY))

    def sees_director_of(self, facility_id: int) -> bool:
        """Name and telephone of the facility's director."""
        return is_in(facility_id, self._own(Role.DEPARTMENT, Role.LEADER))

    def sees_contact_of(self, agency_id: int) -> bool:
        """Who answers for an agency: name, telephone and address, in person."""
        return self.opens_programme or agency_id in self.agency_ids

    @property
    def sees_all_papers(self) -> bool:
        """Every document's file; others only those about their places or from their own hand."""
        return self.papers is None

    # --- The programme ------------------------------------------------------------------

    @property
    def programme(self) -> Places:
        """Whose councils, obstacles, alerts and deadlines are read on the pages."""
        return self._own(Role.DEPARTMENT, Role.LEADER)

    @property
    def sees_programme(self) -> bool:
        """Councils, obstacles, directives, alerts of the whole province."""
        return self.programme is None

    @property
    def opens_programme(self) -> bool:
        """The pages of councils, obstacles, directives, alerts: of the province or of an area."""
        return self._has(Role.DEPARTMENT, Role.LEADER)

    @property
    def told(self) -> Places:
        """Whose part of the programme the API tells: as on the pages, or by a key of that scope."""
        if self._through_key(Scope.PROGRAMME):
            return self._places(READERS)
        return self.programme

    @property
    def reads_programme(self) -> bool:
        """What the API tells of the programme: of the whole province or of an area (`told`)."""
        if self._through_key(Scope.PROGRAMME):
            return self._reads_somewhere
        return self.opens_programme

    def _through_key(self, scope: str) -> bool:
        return self.token_scopes is not None and scope in self.token_scopes

    @property
    def scope_is_short(self) -> bool:
        """A wider key of the same holder would read the programme."""
        return self.lacks(Scope.PROGRAMME) and self._reads_somewhere

    @property
    def _reads_somewhere(self) -> bool:
        return any(grant.role in READERS for grant in self.grants)

    @property
    def programme_areas(self) -> frozenset[int]:
        """The areas of whose programme the person reads; none for who reads that of the province."""
        if not self.is_of_an_area:
            return frozenset()
        read = (Role.DEPARTMENT, Role.LEADER)
        return frozenset(g.area_id for g in self.grants if g.area_id and g.role in read)

    @property
    def is_of_an_area(self) -> bool:
        """Of the Department or a leader, but nowhere for the whole province."""
        return self.opens_programme and not self.sees_programme

    # --- Working sessions: of a province -------------------------------------------------

    def _provinces(self, *roles: Role) -> Places:
        """The areas of the provinces for the whole of which one of these roles is held, in person."""
        if self._own(*roles) is None:
            return None
        held = (grant for grant in self.grants if grant.is_province and grant.role in roles)
        areas = frozenset(grant.area_id for grant in held if grant.area_id)
        return NOWHERE if self.token_scopes is not None else areas

    @property
    def sessions_read(self) -> Places:
        """The provinces, as areas, whose working sessions, directives and briefs are read.

        Whoever reads them there gives directives there, and judges their answers.
        """
        return self._provinces(Role.DEPARTMENT, Role.LEADER)

    @property
    def sessions_kept(self) -> Places:
        """The provinces, as areas, whose working sessions the person keeps and whose briefs are published."""
        return self._provinces(Role.DEPARTMENT)

    @property
    def opens_sessions(self) -> bool:
        return self.sessions_read != NOWHERE

    @property
    def keeps_sessions(self) -> bool:
        return self.sessions_kept != NOWHERE

    # --- Directives ---------------------------------------------------------------------

    @property
    def agency_ids(self) -> frozenset[int]:
        """The agencies that the person speaks for."""
        if not self._has(Role.AGENCY):
            return frozenset()
        return frozenset(grant.agency_id for grant in self.grants if grant.agency_id)

    @property
    def sees_directives(self) -> bool:
        return self.opens_programme or bool(self.agency_ids)

    def sees_directive_of(
        self, agency_ids: Iterable[int], facility_ids: Iterable[int] = ()
    ) -> bool:
        """`facility_ids`: whom it concerns."""
        return (
            self.sees_programme
            or self.answers_for(agency_ids)
            or not (self.programme or NOWHERE).isdisjoint(facility_ids)
        )

    @property
    def issues_directives(self) -> bool:
        """Issues directives, accepts or returns their answers, and closes them."""
        return self._own(Role.DEPARTMENT, Role.LEADER) is None

    def answers_for(self, agency_ids: Iterable[int]) -> bool:
        """Answers a directive in the name of one of these agencies."""
        return bool(self.agency_ids.intersection(agency_ids))

    # --- Keeping ------------------------------------------------------------------------

    @property
    def kept(self) -> Places:
        """Whose registers, councils and holds by obstacles the person keeps, for the Department."""
        return self._own(Role.DEPARTMENT)

    @property
    def kept_areas(self) -> Places:
        """The areas, with all that lies in them, for which the person acts as the Department; None: all."""
        if self.kept is None:
            return None
        held = {grant.area_id for grant in self.grants if grant.role == Role.DEPARTMENT}
        return NOWHERE if self.token_scopes is not None else frozenset(filter(None, held))

    @property
    def keeps_somewhere(self) -> bool:
        """The Department's desk, for the province or for an area."""
        return self._has(Role.DEPARTMENT)

    def keeps_of(self, facility_id: int | None) -> bool:
        return is_in(facility_id, self.kept)

    @property
    def keeps_programme(self) -> bool:
        """Keeps obstacles and working sessions; publishes briefs; writes papers of the province."""
        return self.kept is None

    @property
    def keeps_registers(self) -> bool:
        """The Department's desk for the whole province: what belongs to no one facility too."""
        return self.kept is None

    @property
    def manages_reference(self) -> bool:
        """Norms, targets, deadlines, weights, names, scope."""
        return self.kept is None

    @property
    def begins_programme(self) -> bool:
        """Says which province this is, and adds its areas."""
        return self._own(Role.DEPARTMENT) is None or self._has(Role.ADMINISTRATOR)

    @property
    def sees_admin(self) -> bool:
        return self.kept is None or self.manages_users

    @property
    def manages_users(self) -> bool:
        return self._has(Role.ADMINISTRATOR)

    @property
    def beats_for(self) -> Places:
        """For whose gateways signs of life are given: by a key of that scope alone."""
        if not self._through_key(Scope.HEARTBEAT):
            return NOWHERE
        return self._places((Role.DEPARTMENT, Role.CLIENT, Role.OFFICER))

    @property
    def writing(self) -> "Access | None":
        """As whom rows of registers are written: oneself, or through a key of that scope its holder.

        None: the key does not write.
        """
        if self.lacks(Scope.WRITE):
            return None
        return replace(self, token_scopes=None)

    @property
    def steering(self) -> "Access | None":
        """As whom acts of the programme are done, through a key of that scope too; None: it does none."""
        if self.lacks(Scope.PROGRAMME_WRITE):
            return None
        return replace(self, token_scopes=None)

    @property
    def concerned_as(self) -> "Access | None":
        """As whom directives are read: through a key of the scope of the programme as its holder."""
        if self.lacks(Scope.PROGRAMME):
            return None
        return replace(self, token_scopes=None)

    # --- Reporting ----------------------------------------------------------------------

    @property
    def own_facility_ids(self) -> frozenset[int]:
        """The facilities that the person speaks for as their IT officer."""
        return self._own(Role.OFFICER) or NOWHERE

    @property
    def reports(self) -> bool:
        """Speaks for a facility, on pages of its own."""
        return bool(self.own_facility_ids)

    @property
    def recorded(self) -> Places:
        """Whose facts the person records, for the Department or for the facility itself."""
        return self._own(Role.DEPARTMENT, Role.OFFICER)

    @property
    def records_facts(self) -> bool:
        return self._has(Role.DEPARTMENT, Role.OFFICER)

    def records_for(self, facility_id: int | None) -> bool:
        return is_in(facility_id, self.recorded)


def access_as(assignment: RoleAssignment, on: date) -> Access:
    """What one assignment alone opens on a day, whatever else its holder may do."""
    area = assignment.area
    held = (
        assignment.role,
        assignment.facility_id,
        assignment.agency_id,
        assignment.area_id,
        area.level if area else None,
    )
    return Access(user=assignment.user, grants=_grants([held], on))


def access_of(user: User | AnonymousUser, on: date, token: ApiToken | None = None) -> Access:
    """What `user` may do on day `on`: one query, and two more for who has a role in an area.

    Anonymous and inactive users may do nothing. `token`: the key a program came with. It opens no
    more than its scope, whoever owns it.
    """
    if not user.is_authenticated or not user.is_active:
        return Access(user=user)
    held = (
        RoleAssignment.objects.filter(user=user)
        .on(on)
        .values_list("role", "facility_id", "agency_id", "area_id", "area__level")
    )
    return Access(
        user=user,
        grants=_grants(held, on),
        token_scopes=token.scopes if token is not None else None,
    )


def _grants(
    held: Iterable[tuple[str, int | None, int | None, int | None, str | None]], on: date
) -> tuple[Grant, ...]:
    rows = list(held)
    within = facilities_within({area for *_place, area, _level in rows if area}, on)
    return tuple(
        Grant(
            role,
            _facilities(facility, agency, area, within),
            agency,
            area,
            level == Area.Level.PROVINCE,
        )
        for role, facility, agency, area, level in rows
    )


def _facilities(
    facility: int | None, agency: int | None, area: int | None, within: dict[int, frozenset[int]]
) -> Places:
    if area:
        return within[area]
    if facility:
        return frozenset({facility})
    return NOWHERE if agency else None
