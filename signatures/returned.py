"""Lists back from the Committee: read in memory, held against staff list and requests, as a worklist."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.as_of import AsOf
from facilities.exchange import headers
from facilities.exchange.columns import Column, Value
from facilities.exchange.tables import BadTable, Source
from facilities.models import Facility
from signatures import normal
from signatures.certificates import CertificateOnDay, certificates
from signatures.digests import digest
from signatures.matching import Candidate, Kind, Line, Listed, Reason, match, missing
from signatures.models import (
    Certificate,
    CertificateEvent,
    DocumentMark,
    ReturnedLine,
    ReturnedList,
    StaffEvent,
    StaffMember,
)
from signatures.sheets.filling import Problem, any_day
from signatures.validity import years_after

Event = CertificateEvent.Kind

MOST_ROWS = 5000
UNTESTED_AFTER = timedelta(days=30)  # from the issue

COLUMNS = (
    Column("name", gettext_lazy("full name"), aliases=("Họ và tên", "Họ tên", "Tên chứng thư")),
    Column("unit", gettext_lazy("unit"), aliases=("Khoa, phòng", "Đơn vị", "Phòng ban")),
    Column("email", gettext_lazy("official e-mail"), aliases=("Email", "Email công vụ")),
    Column(
        "document",
        gettext_lazy("personal ID number"),
        aliases=("Số CCCD", "CCCD", "Số CMND/CCCD", "Số định danh cá nhân"),
    ),
    Column(
        "serial",
        gettext_lazy("certificate serial"),
        aliases=("Số hiệu chứng thư", "Serial", "Số sê-ri", "Số hiệu"),
    ),
    Column("issued", gettext_lazy("issued on"), aliases=("Ngày cấp", "Ngày hiệu lực", "Từ ngày")),
    Column(
        "until", gettext_lazy("valid until"), aliases=("Ngày hết hạn", "Hết hiệu lực", "Đến ngày")
    ),
)

REASONS = {
    Reason.DOCUMENT: gettext_lazy("same document number, another name"),
    Reason.ADDRESS: gettext_lazy("same official e-mail, another name"),
    Reason.UNIT: gettext_lazy("same name, another unit or address"),
    Reason.ACCENTS: gettext_lazy("same letters, other accents"),
    Reason.ORDER: gettext_lazy("same words, another order"),
    Reason.LETTER: gettext_lazy("one letter differs"),
    Reason.WORD: gettext_lazy("one word more or less"),
}


@dataclass
class Read:
    lines: list[ReturnedLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(source: Source) -> Read:
    """The lines of a list, unsaved; of document numbers only the digest. Raises BadTable."""
    heading, rows = headers.find(source, COLUMNS, {})
    lacking = {"name", "serial", "issued"} - set(heading.columns.values())
    if lacking:
        columns = ", ".join(c.heading() for c in COLUMNS if c.code in lacking)
        raise BadTable(_("These columns are missing: %(columns)s.") % {"columns": columns})
    found, serials = Read(), dict[str, int]()
    headings = {column.code: column.heading() for column in COLUMNS}
    for number, cells in rows:
        if len(found.lines) >= MOST_ROWS:
            found.problems.append(
                Problem(number, "", _("There are too many rows. Split the list."))
            )
            break
        given = {
            code: cells[place] for place, code in heading.columns.items() if place < len(cells)
        }
        text = {code: normal.sound(str(cell)) for code, cell in given.items() if cell is not None}
        issued, until = any_day(given.get("issued")), any_day(given.get("until"))
        before = len(found.problems)
        for code in ("name", "serial"):
            if not text.get(code):
                found.problems.append(Problem(number, headings[code], _("Fill this in.")))
        if issued is None:
            found.problems.append(Problem(number, headings["issued"], _not_a_day()))
        if until is None and given.get("until") is not None:
            found.problems.append(Problem(number, headings["until"], _not_a_day()))
        if issued and until and until <= issued:
            found.problems.append(
                Problem(number, headings["until"], _("It must come after the first day."))
            )
        key = normal.serial_key(text.get("serial", ""))
        if key and serials.setdefault(key, number) != number:
            same = _("Row %(row)s has the same number.") % {"row": serials[key]}
            found.problems.append(Problem(number, headings["serial"], same))
        if len(found.problems) > before or issued is None:
            continue
        found.lines.append(
            ReturnedLine(
                number=number,
                name=text["name"][:150],
                unit=text.get("unit", "")[:150],
                email=text.get("email", "").lower()[:254],
                serial=text["serial"].replace(" ", "")[:80],
                issued_on=issued,
                # A list that does not say it gives the longest that is lawful.
                valid_until=until or years_after(issued, 5),
                digest=digest(text.get("document", "")),
            )
        )
    return found


def _not_a_day() -> str:
    return _("This is no day. Write it as dd/mm/yyyy.")


@dataclass(frozen=True)
class Choice:
    """Somebody who may be meant: the request on record, and why it is proposed."""

    certificate: Certificate
    reason: str
    left: bool


@dataclass(frozen=True)
class Work:
    """One line that waits for somebody's yes."""

    line: ReturnedLine
    kind: Kind
    choices: tuple[Choice, ...]
    expired: bool
    on_staff: bool  # on the staff list under this name, and no request on record


@dataclass
class Worklist:
    settled: list[ReturnedLine] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    missing: list[Certificate] = field(default_factory=list)
    untested: list[CertificateOnDay] = field(default_factory=list)

    def counted(self) -> dict[str, int]:
        """How many lines of each kind."""
        found = {kind.value: 0 for kind in Kind}
        for one in self.work:
            found[one.kind.value] += 1
        return found


def worklist(returned: ReturnedList, on: date) -> Worklist:
    """The list held against what is on record: a fixed number of queries."""
    facility = returned.facility
    lines = list(returned.lines.all())
    standing = Certificate.objects.standing().filter(facility=facility)
    serials = {
        normal.serial_key(s) for s in standing.exclude(serial="").values_list("serial", flat=True)
    }
    every = certificates(AsOf(on, facility_ids=frozenset({facility.pk})))
    waiting = [one for one in every if _waits(one)]
    members = _members(facility, on)
    marks = dict(
        DocumentMark.objects.filter(member__facility=facility).values_list("member", "digest")
    )
    requests = {one.certificate.pk: one.certificate for one in waiting}
    people = [_listed(certificate, members, marks) for certificate in requests.values()]
    open_lines = [line for line in lines if normal.serial_key(line.serial) not in serials]
    asked = [Line(one.number, one.name, one.unit, one.digest, one.email) for one in open_lines]
    pairings = match(people, asked)
    names = {normal.name_key(member.name) for member, _left in members.values()}
    found = Worklist(settled=[line for line in lines if line not in open_lines])
    for line, pairing in zip(open_lines, pairings, strict=True):
        choices = tuple(_choice(one, requests, members) for one in pairing.candidates)
        found.work.append(
            Work(
                line=line,
                kind=pairing.kind,
                choices=choices,
                expired=line.valid_until <= on,
                on_staff=not choices and normal.name_key(line.name) in names,
            )
        )
    found.missing = [requests[person.key] for person in missing(people, pairings)]
    found.untested = [one for one in every if _untested(one, on)]
    return found


def _waits(one: CertificateOnDay) -> bool:
    """Asked for, and neither returned nor issued."""
    return one.counts_as(Event.REQUESTED) and Event.ISSUED not in one.days


def _untested(one: CertificateOnDay, on: date) -> bool:
    return (
        one.counts_as(Event.ISSUED)
        and Event.AUTHENTICATED not in one.days
        and one.days[Event.ISSUED] <= on - UNTESTED_AFTER
    )


def _members(facility: Facility, on: date) -> dict[int, tuple[StaffMember, bool]]:
    """The staff list, and whether each had left by the day."""
    gone = StaffEvent.objects.as_of(on).filter(kind=StaffEvent.Kind.LEFT, facility=facility)
    left = set(gone.values_list("member", flat=True))
    rows = StaffMember.objects.standing().filter(facility=facility)
    return {row.pk: (row, row.pk in left) for row in rows}


def _listed(
    certificate: Certificate, members: dict[int, tuple[StaffMember, bool]], marks: dict[int, str]
) -> Listed:
    key = certificate.member_id or 0
    email = members[key][0].email if key in members else ""
    return Listed(certificate.pk, certificate.holder, certificate.unit, marks.get(key, ""), email)


def _choice(
    candidate: Candidate,
    requests: dict[int, Certificate],
    members: dict[int, tuple[StaffMember, bool]],
) -> Choice:
    certificate = requests[candidate.key]
    left = members.get(certificate.member_id or 0, (None, False))[1]
    reason = str(REASONS[candidate.reason]) if candidate.reason else ""
    return Choice(certificate, reason, left)


def rows_of(chosen: dict[ReturnedLine, int]) -> Iterator[tuple[int, dict[str, Value]]]:
    """What each yes writes: of which certificate, which cells."""
    for line, certificate in chosen.items():
        yield (
            certificate,
            {"serial": line.serial, "issued": line.issued_on, "valid-until": line.valid_until},
        )
