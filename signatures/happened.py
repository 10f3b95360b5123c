"""The register of what happened to certificates once they were issued: one row an event.

Leavers and movers come in bulk, by a sheet that knows no serials: who is meant is found by facility,
name and unit, and refused in words where that is nobody or several. What an event says about the
holder, the unit or the facility is written there too, in the same change set, old value and new.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, F, Q, QuerySet, When
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.folding import fold
from facilities.models import ChangeSet, Ledger
from facilities.registers.attempts import Happening, Story, brought, happening
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.entering import enter_rows, lock
from facilities.registers.records import RecordRegister, Rows
from facilities.registers.register import Problems, Register
from facilities.registers.writers import RowEntry, Writing, chunks, signed
from signatures.life import State, state_of
from signatures.models import Certificate, CertificateEvent
from signatures.moves import Move, place_of
from signatures.normal import name_key, person, unit_key
from signatures.registers import Certificates
from signatures.rules import faults, next_attempt
from signatures.staff import PRIVATE_HEADINGS, SERIAL, Staff

Kind = CertificateEvent.Kind
STEPS = (
    Kind.REQUESTED,
    Kind.RETURNED,
    Kind.ISSUED,
    Kind.RECEIVED,
    Kind.HANDED_OVER,
    Kind.AUTHENTICATED,
)
LATER = tuple(kind for kind in Kind if kind not in STEPS)
OVER = (State.REVOKED, State.EXPIRED, State.NOT_ISSUED)
# Whoever does one of these is no longer on the staff list of the facility.
LEAVES = (Kind.LEFT, Kind.RETIRED)
# Of an event that stands, these are mended; anything else is taken back and entered anew.
MENDED = frozenset({"day", "valid-until", "because"})


@dataclass
class Known:
    """What judging events needs to know beside their rows."""

    of: dict[int, Certificate] = field(default_factory=dict)  # by the entry's identity
    unclear: dict[int, tuple[str, str]] = field(default_factory=dict)  # column and words
    faults: dict[int, list[tuple[str, str, bool]]] = field(default_factory=dict)


class EventRows(Rows):
    """A move on another day changes the figures of both facilities."""

    def write(self, entries: list[RowEntry[Any]], writing: Writing) -> None:
        super().write(entries, writing)
        if to := {entry.stored.to_id for entry in entries if entry.stored.to_id is not None}:
            Ledger.touch(to)


class CertificateEvents(RecordRegister[CertificateEvent]):
    code = "certificate-events"
    label = gettext_lazy("Life of certificates")
    row_label = gettext_lazy("event of a certificate")
    model = CertificateEvent
    keys = (
        ("id",),
        ("certificate", "kind", "day"),
        ("facility", "holder", "unit", "kind", "day"),
        ("facility", "holder", "kind", "day"),
    )
    search_path = "certificate__search_key"
    default_sort = "-day"
    # Lists of leavers often hold these.
    forbidden = PRIVATE_HEADINGS
    columns = (
        Column("id", gettext_lazy("record number"), Cell.COUNT, writable=False, shown=False),
        Column("facility", gettext_lazy("facility"), Cell.CODE, choices=facility_names),
        Column(
            "certificate",
            gettext_lazy("certificate serial"),
            aliases=SERIAL,
            max_length=80,
            is_code=True,
            help=gettext_lazy("Or # and the record number. Without it the name says who is meant."),
        ),
        Column(
            "holder",
            gettext_lazy("holder"),
            aliases=("Họ và tên", "Họ tên", "Người giữ"),
            personal=True,
            filtered=False,
            max_length=150,
        ),
        Column(
            "unit",
            gettext_lazy("unit"),
            aliases=("Khoa, phòng", "Phòng ban", "Khoa", "Khoa/phòng"),
            max_length=150,
            shown=False,
            filtered=False,
        ),
        Column(
            "kind",
            gettext_lazy("what happened"),
            Cell.CHOICE,
            choices=lambda: {kind.value: kind.label for kind in LATER},
            aliases=("Sự việc", "Biến động", "Lý do biến động"),
            required=True,
        ),
        Column(
            "day",
            gettext_lazy("day"),
            Cell.DAY,
            aliases=("Từ ngày", "Ngày nghỉ việc", "Ngày chuyển", "Ngày hiệu lực"),
            required=True,
        ),
        Column(
            "to",
            gettext_lazy("moved to facility"),
            Cell.CODE,
            choices=facility_names,
            aliases=("Cơ sở mới", "Đơn vị mới", "Nơi chuyển đến"),
        ),
        Column(
            "new-unit",
            gettext_lazy("moved to unit"),
            aliases=("Khoa, phòng mới", "Khoa mới", "Khoa/phòng mới"),
            max_length=150,
        ),
        Column(
            "new-name",
            gettext_lazy("new name of the holder"),
            aliases=("Họ và tên mới", "Tên mới", "Họ tên mới của người giữ"),
            personal=True,
            filtered=False,
            shown=False,
            max_length=150,
            help=gettext_lazy("Where the holder was renamed. It is written into the certificate."),
        ),
        Column(
            "valid-until",
            gettext_lazy("renewed until"),
            Cell.DAY,
            shown=False,
            help=gettext_lazy("First day on which it is no longer valid."),
        ),
        Column("because", gettext_lazy("reason"), aliases=("Lý do", "Ghi chú", "Số quyết định")),
    )
    writers = (
        EventRows(
            columns={
                "kind": "kind",
                "day": "happened_on",
                "to": "to",
                "new-unit": "unit",
                "valid-until": "valid_until",
                "because": "because",
            },
            find={"to": facilities_by_code},
            codes={"to": "to__code"},
        ),
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[CertificateEvent]:
        told = CertificateEvent.objects.as_of(on, known_at)
        return told.filter(kind__in=LATER, certificate__withdrawn_at__isnull=True)

    def has_sql(self, code: str) -> bool:
        return code in ("id", "facility", "certificate", "holder", "unit") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "certificate":
            return _named_by()
        paths = {
            "id": "pk",
            "facility": "facility__code",
            "holder": "certificate__holder",
            "unit": "certificate__unit",
        }
        return F(paths[code]) if code in paths else super().expression(code, on, known_at)

    def in_order(
        self,
        rows: QuerySet[CertificateEvent],
        sort: str,
        on: date,
        known_at: datetime | None = None,
    ) -> QuerySet[CertificateEvent]:
        """The day is never empty: sorted plainly by it, an index has the rows in their order."""
        if sort not in ("day", "-day"):
            return super().in_order(rows, sort, on, known_at)
        down = "-" if sort == "-day" else ""
        return rows.order_by(f"{down}happened_on", f"{down}pk")

    def title(self, values: Mapping[str, Value]) -> str:
        """Never the holder: titles stand in logs."""
        kind = dict(Kind.choices).get(str(values.get("kind")), "")
        return f"{values.get('certificate') or ''} · {kind}"

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[CertificateEvent]], on: date) -> Known:
        known = Known()
        _find(entries, on, known)
        stories = _stories({certificate.pk for certificate in known.of.values()})
        for entry in sorted(entries, key=lambda e: e.day("day") or date.min):
            certificate = known.of.get(entry.identity)
            if certificate and entry.day("day") and entry.text("kind") in LATER:
                known.faults[entry.identity] = _judge(entry, stories[certificate.pk])
        return known

    def check(
        self,
        entry: RowEntry[CertificateEvent],
        problems: Problems,
        context: Known,
        on: date,
    ) -> None:
        if entry.row is not None and (others := set(entry.changed) - MENDED):
            for code in others:
                problems.refuse(code, _("Undo this event and enter it again."))
            return
        if entry.identity in context.unclear:
            problems.refuse(*context.unclear[entry.identity])
        for column, text, odd in context.faults.get(entry.identity, ()):
            (problems.warn if odd else problems.refuse)(column, text)
        self._check_place(entry, problems, context)

    def _check_place(
        self, entry: RowEntry[CertificateEvent], problems: Problems, context: Known
    ) -> None:
        kind, to, unit = entry.text("kind"), entry.text("to"), entry.text("new-unit")
        certificate = context.of.get(entry.identity)
        if kind == Kind.MOVED and not (to or unit):
            problems.refuse("new-unit", _("Say where to: another unit, or another facility."))
        if kind != Kind.MOVED and (to or unit):
            problems.refuse("to" if to else "new-unit", _("Only a move leads somewhere."))
        if kind != Kind.RENAMED and entry.text("new-name"):
            problems.refuse("new-name", _("Only who was renamed has a new name."))
        if entry.row is None and to and certificate and certificate.facility.code == to:
            problems.refuse("to", _("The certificate lies in this facility already."))
        if kind != Kind.RENEWED and entry.new.get("valid-until"):
            problems.refuse("valid-until", _("Only a renewal has a new end."))

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[CertificateEvent]], writing: Writing) -> None:
        known = Known()
        _find(entries, writing.on, known)
        keys = sorted({certificate.pk for certificate in known.of.values()})
        lock(Certificates(), keys)
        stories, moved = _stories(set(keys)), _moved(keys)
        facilities = facilities_by_code({entry.text("to") for entry in entries} - {""})
        for entry in sorted(entries, key=lambda e: e.day("day") or date.min):
            certificate = known.of[entry.identity]
            day, story = entry.day("day"), stories[certificate.pk]
            if day is None:
                raise ValueError("this row has not been judged")
            to = facilities.get(entry.text("to"))
            places = moved[certificate.pk]
            event = CertificateEvent(
                certificate=certificate,
                facility_id=place_of(places, day) if places else certificate.facility_id,
                kind=entry.text("kind"),
                attempt=next_attempt(story, entry.text("kind")),
                happened_on=day,
                to=to,
                unit=entry.text("new-unit"),
                valid_until=entry.day("valid-until"),
                because=entry.text("because"),
            )
            story[event.kind, event.attempt] = happening(event)
            if to is not None:
                places.append(Move(day, event.facility_id, to.pk))
            entry.row = signed(event, writing, next(iter(entry.documents.values()), None), entry)
            entry.new["certificate"] = str(certificate)
        self.model.objects.bulk_create([entry.stored for entry in entries], batch_size=1000)
        for entry in entries:
            entry.new["id"] = entry.stored.pk
        _write_leavers(entries, writing)
        _write_holders(entries, writing)

    def take_back(self, rows: list[CertificateEvent], writing: Writing) -> None:
        """What else its change set wrote goes with it."""
        wrote_more = any(row.kind in (Kind.MOVED, Kind.RENAMED) for row in rows)
        if wrote_more and writing.change_set.kind != ChangeSet.Kind.UNDO:
            raise ValidationError(
                _("This event changed the certificate too. Undo the whole change set."),
                code="wrote_more",
            )


def _named_by() -> Case:
    """SQL: the serial, or # and the record number."""
    return Case(
        When(
            certificate__serial="",
            then=Concat(Literal("#"), Cast("certificate_id", CharField())),
        ),
        default=F("certificate__serial"),
        output_field=CharField(),
    )


def _find(entries: list[RowEntry[CertificateEvent]], on: date, known: Known) -> None:
    """Of each row, which certificate is meant; or why that is not clear."""
    for entry in entries:
        if entry.row is not None:
            known.of[entry.identity] = entry.row.certificate
    new = [entry for entry in entries if entry.row is None]
    _by_serial([e for e in new if e.text("certificate")], known)
    _by_name([e for e in new if not e.text("certificate")], on, known)


def _by_serial(entries: list[RowEntry[CertificateEvent]], known: Known) -> None:
    names = {entry.text("certificate") for entry in entries}
    found: dict[str, Certificate] = {}
    for some in chunks(sorted(names)):
        numbers = [int(name[1:]) for name in some if name[:1] == "#" and name[1:].isdecimal()]
        rows = Certificate.objects.standing().filter(Q(serial__in=some) | Q(pk__in=numbers))
        for row in rows.select_related("facility"):
            found |= {f"#{row.pk}": row} | ({row.serial: row} if row.serial else {})
    for entry in entries:
        certificate = found.get(entry.text("certificate"))
        place = entry.text("facility")
        if certificate is None or (place and certificate.facility.code != place):
            text = _("No certificate of this facility has this serial.")
            known.unclear[entry.identity] = ("certificate", text)
        else:
            known.of[entry.identity] = certificate


def _by_name(entries: list[RowEntry[CertificateEvent]], on: date, known: Known) -> None:
    """Accents count; units only where the row names one. Nobody is taken for somebody else."""
    named = [e for e in entries if e.text("holder") and e.text("facility")]
    for entry in entries:
        if entry not in named:
            text = _("Give the serial, or the facility and the holder.")
            known.unclear[entry.identity] = ("certificate", text)
    places = {entry.text("facility") for entry in named}
    by_name: dict[tuple[str, str], list[Certificate]] = defaultdict(list)
    for some in chunks(sorted({fold(person(e.text("holder"))) for e in named})):
        rows = Certificate.objects.standing().filter(facility__code__in=places, holder_key__in=some)
        rows = rows.annotate(state=state_of(on)).exclude(state__in=OVER)
        for row in rows.select_related("facility"):
            by_name[row.facility.code, name_key(row.holder)].append(row)
    for entry in named:
        found = by_name[entry.text("facility"), name_key(entry.text("holder"))]
        if ward := unit_key(entry.text("unit")):
            found = [row for row in found if unit_key(row.unit) == ward]
        if len(found) == 1:
            known.of[entry.identity] = found[0]
            continue
        text = (
            _("%(count)s certificates fit this name. Give the serial.") % {"count": len(found)}
            if found
            else _("No certificate in force of this facility has a holder of this name and unit.")
        )
        known.unclear[entry.identity] = ("holder", text)


def _stories(keys: set[int]) -> dict[int, dict[tuple[str, int], Happening]]:
    found: dict[int, dict[tuple[str, int], Happening]] = {key: {} for key in keys}
    for some in chunks(sorted(keys)):
        for event in CertificateEvent.objects.known().filter(certificate__in=some):
            found[event.certificate_id][event.kind, event.attempt] = happening(event)
    return found


def _moved(keys: list[int]) -> dict[int, list[Move]]:
    found: dict[int, list[Move]] = {key: [] for key in keys}
    for some in chunks(keys):
        rows = CertificateEvent.objects.known().filter(certificate__in=some, to__isnull=False)
        for event in rows.order_by("happened_on", "attempt"):
            move = Move(event.happened_on, event.facility_id, event.to_id or event.facility_id)
            found[event.certificate_id].append(move)
    return found


def _judge(
    entry: RowEntry[CertificateEvent], story: dict[tuple[str, int], Happening]
) -> list[tuple[str, str, bool]]:
    """What the row brings that cannot be so, or is odd. It then stands in the story for the rows after it."""
    kind, day = entry.text("kind"), entry.day("day")
    if day is None:
        return []
    before: Story = dict(story)
    event = CertificateEvent(kind=kind, happened_on=day, valid_until=entry.day("valid-until"))
    if entry.row is not None:
        place = (kind, entry.row.attempt)
    else:
        place = (kind, next_attempt(story, kind))
        if place in story or any(
            of == kind and told.happened_on == day for (of, _n), told in story.items()
        ):
            return [("day", _("This is recorded already."), False)]
    story[place] = happening(event)
    columns = {"valid_until": "valid-until", "happened_on": "day"}
    return [
        (columns.get(fault.field, "kind"), fault.text, fault.odd)
        for fault in brought(faults, before, story)
    ]


def _write_holders(entries: Iterable[RowEntry[CertificateEvent]], writing: Writing) -> None:
    """The new unit, facility or name of the certificate itself, in the same change set."""
    cells: dict[int, dict[str, Value]] = defaultdict(dict)
    for entry in sorted(entries, key=lambda e: e.day("day") or date.min):
        key = entry.stored.certificate_id
        if entry.text("to"):
            # The other facility has a staff list of its own.
            cells[key] |= {"facility": entry.text("to"), "member": None}
        if entry.text("new-unit"):
            cells[key]["unit"] = entry.text("new-unit")
        if entry.text("new-name"):
            cells[key]["holder"] = entry.text("new-name")
    rows = {e.stored.certificate_id: e.stored.certificate for e in entries}
    _enter(Certificates(), rows, cells, writing)


def _write_leavers(entries: Iterable[RowEntry[CertificateEvent]], writing: Writing) -> None:
    """Whoever left, or moved to another facility, has left the staff list."""
    cells: dict[int, dict[str, Value]] = {}
    for entry in entries:
        member = entry.stored.certificate.member_id
        if member and (entry.text("kind") in LEAVES or entry.text("to")):
            cells.setdefault(member, {"left-on": entry.day("day")})
    register = Staff()
    standing = register.values(list(cells), writing.on)
    still = {key: new for key, new in cells.items() if standing[key]["left-on"] is None}
    _enter(register, register.model.objects.in_bulk(list(still)), still, writing)


def _enter(
    register: Register[Any],
    rows: Mapping[int, Any],
    cells: Mapping[int, dict[str, Value]],
    writing: Writing,
) -> None:
    if not cells:
        return
    old = register.values(list(cells), writing.on)
    entries = [RowEntry(rows[key], old[key], old[key] | new) for key, new in cells.items()]
    enter_rows(register, entries, writing)
