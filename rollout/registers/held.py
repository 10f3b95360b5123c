"""All that is held on one person: whose account it is, or whose certificate.

What the law on personal data lets everybody ask. Each section is a table; a page shows them, a file
holds the same. Free texts (notes, papers, reasons) are not searched for names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from facilities.access_log import BLANK
from facilities.models import (
    ApiToken,
    ChangeSet,
    Contact,
    Draft,
    Edit,
    Facility,
    FacilityName,
    LogEntry,
    PastPassword,
    RecoveryCode,
    RoleAssignment,
    SecondFactor,
    SignedInSession,
    User,
)
from rollout.models import FeedAddress, HolderMessage, ImportFile, Message, Notice, SavedView
from signatures.models import Certificate, CertificateEvent, ReturnedLine, StaffEvent, StaffMember
from signatures.registers import Certificates
from signatures.staff import Staff

LINES = 500  # of the access log and of changed cells, newest first


@dataclass(frozen=True, slots=True)
class Section:
    """One table. `rows` are texts as the reader writes them."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Each text with its heading, for narrow screens."""
        return [[*zip(self.headings, row, strict=True)] for row in self.rows]


def _day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return date_format(value, "SHORT_DATE_FORMAT")


def _section(title: str, headings: Iterable[str], rows: Iterable[Sequence[Any]]) -> Section:
    return Section(
        title, tuple(headings), [tuple("" if v is None else str(v) for v in row) for row in rows]
    )


def _yes(value: object) -> str:
    return _("yes") if value else _("no")


def of_account(user: User) -> list[Section]:
    """Of somebody who signs in: what is told to them, what they did, from where."""
    factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    password = PastPassword.objects.filter(user=user).first()
    lines = LogEntry.objects.filter(Q(by=user) | Q(about=user)).select_related("by", "about")
    return [
        _section(
            _("Account"),
            (_("What"), _("Value")),
            (
                (capfirst(what), value)
                for what, value in [
                    (_("user name"), user.username),
                    (_("full name"), user.full_name),
                    (_("e-mail"), user.email),
                    (_("language"), user.get_language_display()),
                    (_("made on"), _day(user.date_joined)),
                    (_("Last signed in"), _day(user.last_login)),
                    (pgettext("account", "open"), _yes(user.is_active)),
                    (_("password set on"), _day(password.at if password else None)),
                    (_("Second step"), _day(factor.confirmed_at) if factor else _("no")),
                    (
                        _("recovery codes left"),
                        RecoveryCode.objects.filter(user=user, used_at=None).count(),
                    ),
                    (_("facts recorded in change sets"), ChangeSet.objects.filter(by=user).count()),
                    (_("reminders in the inbox"), Notice.objects.filter(person=user).count()),
                    (_("drafts of forms"), Draft.objects.filter(user=user).count()),
                    (_("lists saved"), SavedView.objects.filter(owner=user).count()),
                    (_("files brought in"), ImportFile.objects.filter(by=user).count()),
                ]
            ),
        ),
        _section(
            _("Roles"),
            (_("role"), _("place"), _("from"), _("until")),
            [
                (
                    role.get_role_display(),
                    _name_of(role.facility_id) or role.agency or role.area or "",
                    _day(role.valid_from),
                    _day(role.valid_until),
                )
                for role in RoleAssignment.objects.filter(user=user).select_related(
                    "agency", "area"
                )
            ],
        ),
        _section(
            _("Where you are signed in"),
            (_("Since"), _("From"), _("Browser")),
            [
                (_day(row.began_at), row.address, row.program)
                for row in SignedInSession.objects.filter(user=user)
            ],
        ),
        _section(
            _("Keys and secret addresses"),
            (_("What"), _("Name"), _("made on"), _("ended on")),
            [
                *(
                    (_("API key"), key.label, _day(key.created_at), _day(key.revoked_at))
                    for key in ApiToken.objects.filter(user=user)
                ),
                *(
                    (feed.get_kind_display(), "", _day(feed.made_at), _day(feed.revoked_at))
                    for feed in FeedAddress.objects.filter(person=user)
                ),
            ],
        ),
        _section(
            _("Messages"),
            (_("kind"), _("to"), _("subject"), _("sent")),
            [
                (row.get_kind_display(), row.to, row.subject, _day(row.sent_at))
                for row in Message.objects.filter(person=user)[:LINES]
            ],
        ),
        _section(
            _("Access log"),
            (_("When"), _("By"), _("What"), _("Whose account"), _("From")),
            [
                (
                    _day(line.at),
                    line.by or "",
                    line.get_kind_display(),
                    line.about or "",
                    # From where others acted is theirs.
                    line.address if line.by_id == user.pk or line.by_id is None else "",
                )
                for line in lines[:LINES]
            ],
        ),
    ]


def _name_of(facility_id: int | None) -> str:
    if facility_id is None:
        return ""
    name = FacilityName.objects.known().filter(facility=facility_id).last()
    return name.name if name else ""


# --- Whoever stands on a staff list or holds a certificate ------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """One of a facility's people: the rows that are theirs by link, or by one of their names there."""

    facility: Facility
    names: tuple[str, ...]
    members: list[StaffMember]
    certificates: list[Certificate]

    @property
    def name(self) -> str:
        return next(iter(self.names), "")


def person_of(row: StaffMember | Certificate) -> Person:
    """Whose row it is. Without a name it is what is linked with this row, and nothing else."""
    if isinstance(row, StaffMember):
        own, names = row.pk, [row.name]
    else:
        own, names = row.member_id or 0, [row.holder]
        names += StaffMember.objects.filter(pk=own).values_list("name", flat=True)
    names += Certificate.objects.filter(member=own).values_list("holder", flat=True)
    names = [name for name in dict.fromkeys(names) if name not in ("", BLANK)]
    here = StaffMember.objects.filter(facility=row.facility)
    members = list(here.filter(Q(pk=own) | _named("name", names)))
    theirs = Q(member__in=[member.pk for member in members]) | _named("holder", names)
    if isinstance(row, Certificate):
        theirs |= Q(pk=row.pk)
    held = Certificate.objects.filter(theirs, facility=row.facility).select_related("batch")
    return Person(row.facility, tuple(names), members, list(held.order_by("pk")))


def _named(field: str, names: Iterable[str]) -> Q:
    """One of the names, whatever its capitals; without a name nobody."""
    found = Q(pk__in=[])
    for name in names:
        found |= Q(**{f"{field}__iexact": name})
    return found


def of_person(person: Person) -> list[Section]:
    """Of somebody on a staff list or with a certificate."""
    members = [row.pk for row in person.members]
    certificates = [row.pk for row in person.certificates]
    serials = [row.serial for row in person.certificates if row.serial]
    place = person.facility
    returned = ReturnedLine.objects.filter(of__facility=place).filter(
        Q(serial__in=serials) | _named("name", person.names)
    )
    contacts = Contact.objects.filter(_named("name", person.names), facility=place)
    cells = Edit.objects.filter(
        Q(register="staff", row__in=members) | Q(register="certificates", row__in=certificates)
    ).select_related("change_set__by")
    read = (
        LogEntry.objects.filter(facility=place, kind__in=("page", "export", "sheet"))
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    columns = {
        (register.code, column.code): column.heading()
        for register in (Staff(), Certificates())
        for column in register.columns
    }
    kinds = dict(LogEntry.Kind.choices)
    return [
        _section(
            _("Staff list"),
            (
                _("full name"),
                _("unit"),
                _("position"),
                _("role in the record"),
                _("official e-mail"),
                _("telephone operator"),
                _("mark of a document"),
            ),
            [
                (
                    row.name,
                    row.unit,
                    row.position,
                    row.get_duty_display(),
                    row.email,
                    row.get_operator_display(),
                    _yes(hasattr(row, "mark")),
                )
                for row in person.members
            ],
        ),
        _section(
            _("Events on the staff list"),
            (_("What"), _("on"), _("recorded by")),
            [
                (event.get_kind_display(), _day(event.happened_on), event.recorded_by)
                for event in StaffEvent.objects.known()
                .filter(member__in=members)
                .select_related("recorded_by")
            ],
        ),
        _section(
            _("Certificates"),
            (
                _("certificate serial"),
                _("holder"),
                _("position"),
                _("unit"),
                _("device type"),
                _("batch"),
            ),
            [
                (
                    row.serial,
                    row.holder,
                    row.position,
                    row.unit,
                    row.get_device_display(),
                    row.batch.code if row.batch else "",
                )
                for row in person.certificates
            ],
        ),
        _section(
            _("Events of the certificates"),
            (_("certificate serial"), _("What"), _("on"), _("valid until"), _("recorded by")),
            [
                (
                    event.certificate.serial,
                    event.get_kind_display(),
                    _day(event.happened_on),
                    _day(event.valid_until),
                    event.recorded_by,
                )
                for event in CertificateEvent.objects.known()
                .filter(certificate__in=certificates)
                .select_related("certificate", "recorded_by")
                .order_by("happened_on", "pk")
            ],
        ),
        _section(
            _("Lists back from the Committee"),
            (_("full name"), _("unit"), _("official e-mail"), _("certificate serial")),
            returned.values_list("name", "unit", "email", "serial"),
        ),
        _section(
            _("Contacts"),
            (_("full name"), _("duty"), _("telephone"), _("e-mail"), _("from")),
            [
                (
                    row.name,
                    row.get_duty_display(),
                    row.telephone,
                    row.email,
                    _day(row.effective_from),
                )
                for row in contacts
            ],
        ),
        _section(
            _("Messages about the end of a certificate"),
            (_("made on"), _("valid until"), _("sent")),
            [
                (_day(row.made_at), _day(row.valid_until), _day(row.sent_at))
                for row in HolderMessage.objects.filter(certificate__in=certificates)
            ],
        ),
        _section(
            _("What was changed in these rows"),
            (_("When"), _("By"), _("column"), _("old value"), _("new value"), _("reason")),
            [
                (
                    _day(cell.change_set.at),
                    cell.change_set.by,
                    columns.get((cell.register, cell.column), cell.column),
                    cell.old,
                    cell.new,
                    cell.because or cell.change_set.because,
                )
                for cell in cells.order_by("-pk")[:LINES]
            ],
        ),
        _section(
            _("Who read names of this facility"),
            (_("What"), _("times")),
            [(kinds[kind], count) for kind, count in read],
        ),
    ]


def write_file(sections: Sequence[Section], stream: BinaryIO) -> None:
    """The same as an Excel file, a sheet for each section."""
    from facilities.exchange.writing import write_sheets

    write_sheets([(s.title, s.headings, s.rows) for s in sections], stream)
