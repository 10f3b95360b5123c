"""The register of people: one row a role of a person at a place. It comes by file; `/admin/` lists it.

New people get an account without a password; a link that works once lets them choose one
(`rollout.notices.welcome`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Case, CharField, F, Q, QuerySet, When
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities import access_log
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import (
    OF_A_FACILITY,
    OF_AN_AREA,
    Agency,
    Area,
    Facility,
    Role,
    RoleAssignment,
    User,
)
from facilities.registers.choices import area_names, facility_names
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, RowEntry, Writing
from rollout.notices.welcome import welcome

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Whose roles the Department gives; the others are the administrator's to give.
OF_THE_DEPARTMENT = (*OF_A_FACILITY, Role.AGENCY)
FIXED = ("name", "role", "place", "from")


def places() -> Mapping[str, str]:
    """Areas, agencies and facilities by code; of a code that two have, the later one's."""
    agencies = {agency.code: agency.name for agency in Agency.objects.order_by("name_vi")}
    return dict(area_names()) | agencies | dict(facility_names())


@dataclass
class Known:
    """What judging people needs to know beside their rows."""

    facilities: set[str]
    agencies: set[str]
    areas: set[str]
    named: set[str]  # addresses of people who have an account, or whom a row of the file names


class _Assignments(Attributes):
    """Cells of a role; the person and the place are found, and the person made where there is none."""

    PATHS = {"name": "user__full_name", "email": "user__username", "role": "role"}

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable:
        if code == "place":
            return Case(
                When(facility__isnull=False, then=F("facility__code")),
                When(agency__isnull=False, then=F("agency__code")),
                When(area__isnull=False, then=F("area__code")),
                default=Literal(""),
                output_field=CharField(),
            )
        return F(self.PATHS.get(code, self.columns[code]))

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        """Of a role that there is, only its end."""
        for entry in entries:
            entry.stored.valid_until = entry.day("until")
        RoleAssignment.objects.bulk_update([e.stored for e in entries], ["valid_until"])
        access_log.roles_ended([e.stored for e in entries], by=writing.by)


class People(Register[RoleAssignment]):
    """`roles`: those that may be given by it."""

    label = gettext_lazy("people and their roles")
    row_label = gettext_lazy("role of a person")
    model = RoleAssignment
    keys = (("email", "role", "place"),)
    search_path = "user__username"

    def __init__(self, code: str, roles: Collection[Role]):
        self.code, self.roles = code, tuple(roles)
        self._columns = (
            Column(
                "email",
                gettext_lazy("e-mail"),
                required=True,
                max_length=150,
                aliases=("Email", "Thư điện tử"),
                help=gettext_lazy("The person signs in with it."),
            ),
            Column(
                "name",
                gettext_lazy("full name"),
                personal=True,
                max_length=150,
                aliases=("Họ và tên", "Họ tên"),
            ),
            Column(
                "role",
                gettext_lazy("role"),
                Kind.CHOICE,
                choices=self._roles,
                required=True,
                aliases=("Vai trò", "Chức năng"),
            ),
            Column(
                "place",
                gettext_lazy("facility, agency or area"),
                Kind.CODE,
                choices=places,
                aliases=("Đơn vị", "Nơi công tác", "Cơ sở", "Cơ quan"),
            ),
            Column("from", gettext_lazy("valid from"), Kind.DAY, aliases=("Từ ngày",)),
            Column("until", gettext_lazy("until"), Kind.DAY, aliases=("Đến ngày",)),
        )

    def _roles(self) -> "Mapping[str, StrOrPromise]":
        return {role.value: role.label for role in self.roles}

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    writers = (
        _Assignments(
            columns={
                "email": "user",
                "name": "user",
                "role": "role",
                "place": "facility",
                "from": "valid_from",
                "until": "valid_until",
            }
        ),
    )

    def title(self, values: Mapping[str, Value]) -> str:
        return " · ".join(str(values[code]) for code in self.keys[0] if values.get(code))

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[RoleAssignment]:
        """Roles that hold on the day or are to come, of people who may sign in."""
        return RoleAssignment.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=on),
            role__in=self.roles,
            user__is_active=True,
        )

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[RoleAssignment]], on: date) -> Known:
        told = {entry.text("place") for entry in entries}
        emails = {entry.text("email").lower() for entry in entries}
        return Known(
            set(Facility.objects.filter(code__in=told).values_list("code", flat=True)),
            set(Agency.objects.filter(code__in=told).values_list("code", flat=True)),
            set(Area.objects.filter(code__in=told).values_list("code", flat=True)),
            set(User.objects.filter(username__in=emails).values_list("username", flat=True))
            | {entry.text("email").lower() for entry in entries if entry.text("name")},
        )

    def check(
        self, entry: RowEntry[RoleAssignment], problems: Problems, context: Known, on: date
    ) -> None:
        begin, end = entry.day("from") or on, entry.day("until")
        if end and end <= begin:
            problems.refuse("until", _("It must come after the first day."))
        if entry.row is not None:
            for code in FIXED:
                if code in entry.changed:
                    problems.refuse(
                        code, _("Only the end of a role is changed. Another role is another row.")
                    )
            return
        self._check_person(entry, problems, context)
        self._check_place(entry, problems, context)

    def _check_person(
        self, entry: RowEntry[RoleAssignment], problems: Problems, context: Known
    ) -> None:
        email = entry.text("email")
        if email != email.lower():
            problems.refuse("email", _("Write the address in lower-case letters."))
        try:
            validate_email(email)
        except ValidationError:
            if email:
                problems.refuse("email", _("This is no e-mail address."))
        if email.lower() not in context.named:
            problems.refuse("name", _("This person is new. Give the full name."))

    def _check_place(
        self, entry: RowEntry[RoleAssignment], problems: Problems, context: Known
    ) -> None:
        role, place = entry.text("role"), entry.text("place")
        if role in OF_A_FACILITY and place not in context.facilities:
            problems.refuse("place", _("Give the facility of this person."))
        elif role == Role.AGENCY and place not in context.agencies:
            problems.refuse("place", _("Give the agency of this person."))
        elif role in OF_AN_AREA and place and place not in context.areas:
            problems.refuse("place", _("Give the area of this person, or leave it empty."))
        elif role and place and role not in (*OF_A_FACILITY, Role.AGENCY, *OF_AN_AREA):
            problems.refuse("place", _("This role is not bound to a place. Leave it empty."))

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[RoleAssignment]], writing: Writing) -> None:
        people = self._people(entries, writing.at)
        told = {entry.text("place") for entry in entries}
        facilities = Facility.objects.in_bulk(list(told), field_name="code")
        agencies = Agency.objects.in_bulk(list(told), field_name="code")
        areas = Area.objects.in_bulk(list(told), field_name="code")
        for entry in entries:
            role, place = entry.text("role"), entry.text("place")
            entry.row = RoleAssignment(
                user=people[entry.text("email").lower()],
                role=role,
                facility=facilities.get(place) if role in OF_A_FACILITY else None,
                agency=agencies.get(place) if role == Role.AGENCY else None,
                area=areas.get(place) if role in OF_AN_AREA else None,
                valid_from=entry.day("from") or writing.on,
                valid_until=entry.day("until"),
            )
        given = RoleAssignment.objects.bulk_create([entry.stored for entry in entries])
        access_log.roles_given(given, by=writing.by)

    def _people(self, entries: list[RowEntry[RoleAssignment]], at: datetime) -> dict[str, User]:
        """Everybody named, by address; who is new gets an account that opens with no password."""
        names: dict[str, str] = {}
        for entry in entries:
            email = entry.text("email").lower()
            names[email] = names.get(email) or entry.text("name")
        known = User.objects.in_bulk(list(names), field_name="username")
        new = [
            User(username=email, email=email, full_name=name)
            for email, name in names.items()
            if email not in known
        ]
        for user in new:
            user.set_unusable_password()
        User.objects.bulk_create(new)
        # Of one whose first file was taken back.
        never_opened = User.objects.filter(username__in=known, last_login=None, is_active=False)
        again = list(never_opened.values_list("username", flat=True))
        never_opened.update(is_active=True)
        came = [*again, *(user.username for user in new)]
        fresh: dict[str, User] = User.objects.in_bulk(came, field_name="username")
        if settings.MAILS:
            welcome(fresh.values(), now=at)
        return known | fresh

    def take_back(self, rows: list[RoleAssignment], writing: Writing) -> None:
        """What was given by mistake is gone; an account nobody opened and without another role is closed."""
        people = {row.user_id for row in rows}
        access_log.roles_taken_back(rows, by=writing.by)
        RoleAssignment.objects.filter(pk__in=[row.pk for row in rows]).delete()
        unused = User.objects.filter(pk__in=people, last_login=None, assignments=None)
        unused.update(is_active=False)
