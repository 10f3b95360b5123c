"""The register of certificates: one row a certificate, with the day of each thing that happened to it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.registers.attempts import (
    Attempts,
    Placed,
    Repeated,
    Story,
    begun,
    check,
    corrected,
    ended,
    mended,
    stories,
)
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.order import NAME_ORDER_OF_FACILITY, with_name_order_of_facility
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, RowEntry, Writing, chunks
from signatures.life import State, state_of
from signatures.models import Batch, Certificate, CertificateEvent, StaffMember
from signatures.rules import faults
from signatures.staff import SERIAL, members_by_number
from signatures.steps import Step, step

Kind = CertificateEvent.Kind


def renewed(day: date | None, own: Attempts, issues: Attempts) -> Placed:
    """A day after the end that the latest renewal extended cannot be its own: it is of a further one."""
    before = [*issues.values(), *(own[n] for n in sorted(own)[:-1])]
    end = max((given.valid_until for given in before if given.valid_until), default=None)
    if day is not None and own and end is not None and day >= end:
        return Placed(max(own) + 1)
    return corrected(day, own)


def _event(
    kind: str,
    code: str,
    *,
    until: str = "",
    place: Callable[[date | None, Attempts, Attempts], Placed] = mended,
    other: str = "",
) -> Repeated:
    def make(
        certificate: Certificate,
        before: CertificateEvent | None,
        happened_on: date,
        attempt: int,
        valid_until: date | None = None,
    ) -> CertificateEvent:
        return CertificateEvent(
            certificate_id=certificate.pk,
            facility_id=certificate.facility_id,
            kind=kind,
            attempt=attempt,
            happened_on=happened_on,
            valid_until=valid_until,
            because=before.because if before else "",
        )

    return Repeated(
        model=CertificateEvent,
        link="certificate",
        columns={code: "happened_on"} | ({until: "valid_until"} if until else {}),
        day=code,
        kind={"kind": kind},
        make=make,
        place=place,
        other=other,
        # What happens once needs no order, and a list sorted by it none for each row.
        order=Repeated.order if kind in CertificateEvent.REPEATABLE else (),
    )


EVENTS = (
    _event(Kind.REQUESTED, "requested", place=begun, other=Kind.RETURNED),
    _event(Kind.RETURNED, "returned", place=ended, other=Kind.REQUESTED),
    _event(Kind.ISSUED, "issued", until="valid-until"),
    _event(Kind.RECEIVED, "received"),
    _event(Kind.HANDED_OVER, "handed-over"),
    _event(Kind.AUTHENTICATED, "authenticated"),
    _event(Kind.RENEWED, "renewed", until="renewed-until", place=renewed, other=Kind.ISSUED),
    _event(Kind.LEFT, "left"),
    _event(Kind.REVOKED, "revoked"),
)


def batches() -> Mapping[str, str]:
    """By code, under the letter that asked for them."""
    rows = Batch.objects.order_by("code").values_list("code", "letter__number", "letter__title")
    return {code: " ".join(filter(None, (number, title))) or code for code, number, title in rows}


def batches_by_code(codes: set[str]) -> Mapping[str, Batch]:
    return Batch.objects.in_bulk(list(codes), field_name="code")


@dataclass
class Known:
    """What judging certificates needs to know beside their rows."""

    stories: Mapping[int, Story]
    taken: dict[str, list[tuple[int, str]]]  # serial -> certificate and its facility
    facility_of_batch: dict[str, str]
    facility_of_member: dict[str, str]  # by the number in the staff list, as text


class Certificates(Register[Certificate]):
    code = "certificates"
    label = gettext_lazy("Certificates")
    row_label = gettext_lazy("certificate")
    model = Certificate
    keys = (
        ("id",),
        ("serial",),
        ("facility", "holder", "unit", "position"),
        ("facility", "holder"),
    )
    default_sort = "id"
    found_sort = "holder"
    sorts = {"holder": "sort_key", "facility": NAME_ORDER_OF_FACILITY}
    columns = (
        Column("id", gettext_lazy("record number"), Cell.COUNT, writable=False, shown=False),
        Column(
            "facility", gettext_lazy("facility"), Cell.CODE, choices=facility_names, required=True
        ),
        Column(
            "holder",
            gettext_lazy("holder"),
            aliases=("Họ và tên", "Họ tên", "Người giữ", "Họ và tên người dùng", "Tên người dùng"),
            personal=True,
            filtered=False,
            max_length=150,
        ),
        Column(
            "position",
            gettext_lazy("position"),
            aliases=("Chức danh", "Chức vụ"),
            max_length=100,
            shown=False,
        ),
        Column(
            "unit",
            gettext_lazy("unit"),
            aliases=("Khoa, phòng", "Phòng ban", "Khoa", "Đơn vị trực thuộc"),
            max_length=150,
        ),
        Column(
            "serial",
            gettext_lazy("certificate serial"),
            max_length=80,
            aliases=SERIAL,
            shown=False,
            is_code=True,
        ),
        Column(
            "subscriber",
            gettext_lazy("subscriber"),
            Cell.CHOICE,
            choices=labels(Certificate.Subscriber),
            shown=False,
        ),
        Column(
            "device",
            gettext_lazy("device type"),
            Cell.CHOICE,
            choices=labels(Certificate.Device),
            shown=False,
        ),
        Column(
            "batch",
            gettext_lazy("batch of certificates"),
            Cell.CODE,
            choices=batches,
            aliases=("Đợt đăng ký chứng thư số", "Đợt đăng ký"),
            shown=False,
        ),
        Column(
            "member",
            gettext_lazy("number in the staff list"),
            Cell.COUNT,
            shown=False,
            filtered=False,
            help=gettext_lazy("The record number of the person to whom the certificate belongs."),
        ),
        Column("step", gettext_lazy("step"), Cell.CHOICE, choices=labels(Step), writable=False),
        Column(
            "state",
            gettext_lazy("state of the certificate"),
            Cell.CHOICE,
            choices=labels(State),
            writable=False,
            shown=False,
        ),
        Column("requested", Kind.REQUESTED.label, Cell.DAY, aliases=("Ngày đăng ký",)),
        Column("returned", Kind.RETURNED.label, Cell.DAY, aliases=("Ngày trả lại",), shown=False),
        Column("issued", Kind.ISSUED.label, Cell.DAY, aliases=("Ngày cấp",)),
        Column(
            "valid-until",
            gettext_lazy("valid until"),
            Cell.DAY,
            aliases=("Ngày hết hạn", "Ngày hết hiệu lực"),
            help=gettext_lazy("First day on which it is no longer valid."),
        ),
        Column("received", Kind.RECEIVED.label, Cell.DAY, aliases=("Ngày nhận thiết bị",)),
        Column("handed-over", Kind.HANDED_OVER.label, Cell.DAY, aliases=("Ngày bàn giao",)),
        Column("authenticated", Kind.AUTHENTICATED.label, Cell.DAY, aliases=("Ngày xác thực",)),
        Column("renewed", Kind.RENEWED.label, Cell.DAY, aliases=("Ngày gia hạn",), shown=False),
        Column("renewed-until", gettext_lazy("renewed until"), Cell.DAY, shown=False),
        Column(
            "left",
            Kind.LEFT.label,
            Cell.DAY,
            aliases=(
                "Ngày nghỉ việc",
                "Ngày chuyển công tác",
                "Người giữ nghỉ việc hoặc chuyển công tác",
            ),
            shown=False,
        ),
        Column("revoked", Kind.REVOKED.label, Cell.DAY, aliases=("Ngày thu hồi",), shown=False),
    )
    writers = (
        Attributes(
            columns={
                "facility": "facility",
                "holder": "holder",
                "position": "position",
                "unit": "unit",
                "serial": "serial",
                "subscriber": "subscriber",
                "device": "device",
                "batch": "batch",
                "member": "member",
            },
            find={
                "facility": facilities_by_code,
                "batch": batches_by_code,
                "member": members_by_number,
            },
            codes={"facility": "facility__code", "batch": "batch__code", "member": "member_id"},
        ),
        *EVENTS,
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Certificate]:
        return with_name_order_of_facility(super().base(on, known_at), on, known_at)

    def has_sql(self, code: str) -> bool:
        return code in ("id", "step", "state") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "id":
            return F("pk")
        if code == "state":
            return state_of(on, known_at)
        return step(on, known_at) if code == "step" else super().expression(code, on, known_at)

    def keys_in_order(
        self,
        rows: QuerySet[Certificate],
        sort: str,
        places: range,
        on: date,
        known_at: datetime | None = None,
    ) -> list[int]:
        """By the day of something that happens once: those it has happened to are found by an index."""
        code = sort.removeprefix("-")
        event = next((w for w in EVENTS if w.day == code and not w.order), None)
        if event is None or known_at is not None:
            return super().keys_in_order(rows, sort, places, on, known_at)
        standing = Q(
            events__kind=event.name, events__withdrawn_at__isnull=True, events__happened_on__lte=on
        )
        told = rows.order_by().alias(event=FilteredRelation("events", condition=standing))
        given = told.filter(event__happened_on__isnull=False)
        down = "-" if sort.startswith("-") else ""
        ordered = given.order_by(f"{down}event__happened_on", f"{down}pk")
        keys = list(ordered.values_list("pk", flat=True)[places.start : places.stop])
        if len(keys) == len(places):
            return keys
        before = given.count()  # the others follow them
        others = told.filter(event__happened_on__isnull=True).order_by(f"{down}pk")
        first, last = (max(place - before, 0) for place in (places.start, places.stop))
        return [*keys, *others.values_list("pk", flat=True)[first:last]]

    named_by = ("id", "serial", "holder")

    def title(self, values: Mapping[str, Value]) -> str:
        """Never the holder: titles stand in logs."""
        return str(values.get("serial") or f"#{values.get('id') or ''}")

    def named(
        self, values: Mapping[str, Value], columns: Iterable[Column], *, with_names: bool = True
    ) -> str:
        """By its holder where the reader may see who that is."""
        seen = with_names and any(column.code == "holder" for column in columns)
        if seen and values.get("holder"):
            return str(values["holder"])
        if values.get("serial") or not values.get("id"):
            return self.title(values)
        return _("Certificate, record number %(number)s") % {"number": values["id"]}

    def totals(
        self, rows: QuerySet[Certificate], on: date, known_at: datetime | None = None
    ) -> list[tuple[str, int]]:
        """How many of the rows have come how far."""
        reached = rows.order_by().annotate(reached=step(on, known_at)).values("reached")
        counted = dict(reached.annotate(n=Count("pk")).values_list("reached", "n"))
        return [(str(s.label), counted[s.value]) for s in Step if s.value in counted]

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Certificate]], on: date) -> Known:
        keys = [entry.row.pk for entry in entries if entry.row is not None]
        serials = {entry.text("serial") for entry in entries if "serial" in entry.changed}
        codes = {entry.text("batch") for entry in entries if "batch" in entry.changed}
        taken: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for some in chunks(sorted(serials - {""})):
            standing = Certificate.objects.standing().filter(serial__in=some)
            for serial, key, facility in standing.values_list("serial", "pk", "facility__code"):
                taken[serial].append((key, facility))
        batches = Batch.objects.filter(code__in=codes - {""})
        members: dict[str, str] = {}
        numbers = {e.number_in("member") for e in entries if "member" in e.changed} - {None}
        for keys_of_members in chunks(sorted(n for n in numbers if n is not None)):
            listed = StaffMember.objects.standing().filter(pk__in=keys_of_members)
            members |= {str(k): code for k, code in listed.values_list("pk", "facility__code")}
        return Known(
            facility_of_member=members,
            stories=stories(EVENTS[0], keys),
            taken=taken,
            facility_of_batch=dict(batches.values_list("code", "facility__code")),
        )

    def check(
        self, entry: RowEntry[Certificate], problems: Problems, context: Known, on: date
    ) -> None:
        story = context.stories.get(entry.row.pk, {}) if entry.row is not None else {}
        self._check_identity(entry, problems, context, set(entry.changed), story)
        check(EVENTS, faults, entry, story, problems)

    def _check_identity(
        self,
        entry: RowEntry[Certificate],
        problems: Problems,
        context: Known,
        changed: set[str],
        story: Story,
    ) -> None:
        new, is_new = entry.new, entry.row is None
        for place in context.taken.get(entry.text("serial"), ()) if "serial" in changed else ():
            if entry.row is None or place[0] != entry.row.pk:
                problems.refuse(
                    "serial",
                    _("This serial stands already in record %(record)s of facility %(facility)s.")
                    % {"record": place[0], "facility": place[1]},
                )
        if is_new and not new.get("serial") and not new.get("holder"):
            problems.refuse("holder", _("Give the holder, or the serial."))
        for code in ("subscriber", "device"):
            if not is_new and code in changed and not new[code]:
                problems.refuse(code, _("Fill this in."))
        if not is_new and "facility" in changed and story:
            problems.refuse(
                "facility",
                _(
                    "What has happened to this certificate counts in its facility. Withdraw "
                    "the entry if the facility is wrong, and enter it again for the right one."
                ),
            )
        number = entry.number_in("member") if "member" in changed else None
        if number and context.facility_of_member.get(str(number)) != new.get("facility"):
            problems.refuse(
                "member", _("Nobody on the staff list of this facility has this number.")
            )
        of_batch = context.facility_of_batch.get(entry.text("batch"))
        if of_batch and of_batch != new.get("facility"):
            problems.warn(
                "batch",
                _("This batch belongs to facility %(facility)s.") % {"facility": of_batch},
            )

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[Certificate]], writing: Writing) -> None:
        for entry in entries:
            entry.new["subscriber"] = entry.new.get("subscriber") or "individual"
            entry.new["device"] = entry.new.get("device") or "TOKEN"
        super().create(entries, writing)
        for entry in entries:
            entry.new["id"] = entry.stored.pk
