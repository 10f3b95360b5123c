"""The staff list: one row a person of a facility who may have to sign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.db.models import Value as Literal
from django.db.models.expressions import Case, Combinable, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.order import NAME_ORDER_OF_FACILITY, with_name_order_of_facility
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, Facts, RowEntry, Writing, chunks
from signatures.models import Certificate, StaffEvent, StaffMember
from signatures.steps import Step, step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = StaffEvent.Kind

# Addresses that anybody can have: the Committee's forms take official ones only.
PUBLIC_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.com.vn",
        "ymail.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "icloud.com",
        "zoho.com",
    }
)
NO_EMAIL = "no_email"

# How sheets head the number of a certificate. "Chứng thư số" was the word until Decree 68/2024.
SERIAL = (
    *("Số hiệu chứng thư số", "Số chứng thư số", "Số hiệu chứng thư", "Số CTS"),
    *("Số serial", "Số seri", "Số sê-ri", "Serial number", "Serial", "SN"),
)

# Folded headings of ID-card numbers and birth dates.
PRIVATE_HEADINGS = frozenset(
    {
        "birth date",
        "can cuoc",
        "can cuoc cong dan",
        "cccd",
        "cmnd",
        "cmnd/cccd",
        "date of birth",
        "id card number",
        "id number",
        "nam sinh",
        "ngay cap cccd",
        "ngay sinh",
        "ngay thang nam sinh",
        "ngay, thang, nam sinh",
        "personal id number",
        "so can cuoc",
        "so can cuoc cong dan",
        "so cccd",
        "so cmnd",
        "so cmnd/cccd",
        "so dinh danh",
        "so dinh danh ca nhan",
    }
)


def standings() -> "Mapping[str, StrOrPromise]":
    """How far the person's certificate has come; before the request, whether it can be made."""
    return {NO_EMAIL: pgettext_lazy("staff list", "Waiting for an official e-mail")} | dict(
        Step.choices
    )


def fault_of_email(address: str) -> str:
    """What is wrong with an official e-mail address, in words; "" if nothing is."""
    try:
        validate_email(address)
    except ValidationError:
        return _("This is no e-mail address.")
    if address.rpartition("@")[2].lower() in PUBLIC_MAIL:
        return _("The Committee takes official addresses only, none of a public mail service.")
    return ""


def _event(kind: str, code: str) -> Facts:
    def make(
        member: StaffMember, before: StaffEvent | None, happened_on: date, **_more: object
    ) -> StaffEvent:
        return StaffEvent(
            member_id=member.pk,
            facility_id=member.facility_id,
            kind=kind,
            happened_on=happened_on,
        )

    return Facts(
        model=StaffEvent,
        link="member",
        columns={code: "happened_on"},
        day=code,
        kind={"kind": kind},
        make=make,
        order=(),  # each happens once
    )


@dataclass
class Known:
    """What judging staff needs to know beside their rows."""

    holders: dict[str, int]  # address in small letters -> whose it is (`RowEntry.identity`)


class Staff(Register[StaffMember]):
    code = "staff"
    label = gettext_lazy("staff list")
    row_label = gettext_lazy("member of staff")
    model = StaffMember
    keys = (
        ("id",),
        ("email",),
        ("facility", "name", "unit", "position"),
        ("facility", "name", "unit"),
        ("facility", "name"),
    )
    default_sort = "name"
    sorts: Mapping[str, str] = {"name": "sort_key", "facility": NAME_ORDER_OF_FACILITY}
    # A list that a hospital keeps for itself often holds these; they must not be kept here.
    forbidden = PRIVATE_HEADINGS
    columns = (
        Column("id", gettext_lazy("record number"), Cell.COUNT, writable=False, shown=False),
        Column(
            "facility", gettext_lazy("facility"), Cell.CODE, choices=facility_names, required=True
        ),
        Column(
            "name",
            gettext_lazy("full name"),
            aliases=("Họ và tên", "Họ tên", "Tên nhân viên"),
            required=True,
            personal=True,
            filtered=False,
            max_length=150,
        ),
        Column(
            "unit",
            gettext_lazy("unit"),
            aliases=("Khoa, phòng", "Khoa/phòng", "Khoa phòng", "Phòng ban"),
            max_length=150,
        ),
        Column(
            "position", gettext_lazy("position"), aliases=("Chức danh", "Chức vụ"), max_length=100
        ),
        Column(
            "duty",
            gettext_lazy("role in the record"),
            Cell.CHOICE,
            choices=labels(StaffMember.Duty),
            aliases=("Vai trò",),
        ),
        Column(
            "email",
            gettext_lazy("official e-mail"),
            aliases=("Thư điện tử công vụ", "Email công vụ", "Email", "Thư công vụ"),
            personal=True,
            filtered=False,
            max_length=254,
            help=gettext_lazy("No certificate can be asked for without one."),
        ),
        Column(
            "operator",
            gettext_lazy("telephone operator"),
            Cell.CHOICE,
            choices=labels(StaffMember.Operator),
            aliases=("Nhà mạng",),
            shown=False,
            help=gettext_lazy("Where the signature is to be on a SIM."),
        ),
        Column(
            "works-from",
            gettext_lazy("works from"),
            Cell.DAY,
            aliases=("Ngày vào làm", "Làm việc từ"),
            shown=False,
        ),
        Column(
            "left-on",
            gettext_lazy("left on"),
            Cell.DAY,
            aliases=("Ngày nghỉ", "Nghỉ việc từ", "Ngày chuyển đi"),
            help=gettext_lazy("First day on which the person no longer works here."),
        ),
        Column(
            "standing", gettext_lazy("certificate"), Cell.CHOICE, choices=standings, writable=False
        ),
    )
    writers = (
        Attributes(
            columns={
                "facility": "facility",
                "name": "name",
                "unit": "unit",
                "position": "position",
                "duty": "duty",
                "email": "email",
                "operator": "operator",
            },
            find={"facility": facilities_by_code},
            codes={"facility": "facility__code"},
        ),
        _event(Kind.JOINED, "works-from"),
        _event(Kind.LEFT, "left-on"),
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[StaffMember]:
        return with_name_order_of_facility(super().base(on, known_at), on, known_at)

    def has_sql(self, code: str) -> bool:
        return code in ("id", "standing") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "id":
            return F("pk")
        if code == "standing":
            return standing(on, known_at)
        return super().expression(code, on, known_at)

    named_by = ("id", "name")

    def title(self, values: Mapping[str, Value]) -> str:
        """Never the name: titles stand in logs."""
        return f"#{values.get('id') or ''}"

    def named(
        self, values: Mapping[str, Value], columns: Iterable[Column], *, with_names: bool = True
    ) -> str:
        return str((with_names and values.get("name")) or self.title(values))

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[StaffMember]], on: date) -> Known:
        addresses = {entry.text("email").lower() for entry in entries} - {""}
        holders: dict[str, int] = {}
        for some in chunks(sorted(addresses)):
            found = StaffMember.objects.standing().annotate(small=Lower("email"))
            holders |= dict(found.filter(small__in=some).values_list("small", "pk"))
        return Known(holders)

    def check(
        self, entry: RowEntry[StaffMember], problems: Problems, context: Known, on: date
    ) -> None:
        address = entry.text("email").lower()
        if address and "email" in entry.changed:
            if fault := fault_of_email(address):
                problems.refuse("email", fault)
            elif entry.is_second(context.holders, address):
                problems.refuse("email", _("Somebody else on a staff list has this address."))
        began, left = entry.day("works-from"), entry.day("left-on")
        if began and left and left <= began:
            problems.refuse("left-on", _("It must come after the first day."))
        if entry.row is not None and "facility" in entry.changed:
            problems.refuse(
                "facility",
                _("Who moves to another facility leaves this list and is entered on the other."),
            )

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[StaffMember]], writing: Writing) -> None:
        for entry in entries:
            entry.new["duty"] = entry.new.get("duty") or StaffMember.Duty.OTHER.value
        super().create(entries, writing)
        for entry in entries:
            entry.new["id"] = entry.stored.pk

    def refuse_withdrawal(self, rows: list[StaffMember]) -> None:
        keys = [row.pk for row in rows]
        for some in chunks(keys):
            if Certificate.objects.standing().filter(member__in=some).exists():
                raise ValidationError(
                    _("A certificate belongs to this person. Say when the person left instead."),
                    code="has_certificate",
                )


def standing(on: date, known_at: datetime | None = None) -> Coalesce:
    """SQL: how far the newest certificate of a person has come; without one, what is waited for."""
    own = (
        Certificate.objects.standing(known_at)
        .filter(member=OuterRef("pk"))
        .order_by("-pk")
        .annotate(came=step(on, known_at))
    )
    return Coalesce(
        Subquery(own.values("came")[:1]),
        Case(
            When(email="", then=Literal(NO_EMAIL)),
            default=Literal(Step.NOT_REQUESTED.value),
            output_field=CharField(),
        ),
    )


def members_by_number(numbers: set[str]) -> Mapping[str, StaffMember]:
    """Members of staff by their record numbers, as text."""
    keys = [int(number) for number in numbers if number.isdigit()]
    return {str(member.pk): member for member in StaffMember.objects.standing().filter(pk__in=keys)}
