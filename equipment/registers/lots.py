"""The registers of what procurement files buy for whom, and of what set them back."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from equipment.acceptance import (
    accepted_purchases,
    arrivals_of_lots,
    bring,
    refuse_if_left,
)
from equipment.models import ProcurementLot, Setback
from equipment.registers.choices import (
    device_types,
    device_types_by_code,
    procurements,
    procurements_by_code,
)
from equipment.registers.file_rules import judge_lot
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import Record
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.records import RecordRegister, Rows
from facilities.registers.register import Problems
from facilities.registers.writers import RowEntry, Writing

# The lots that stand, by file, facility and type; the files whose devices have been accepted.
Lotted = tuple[dict[tuple[Value, Value, Value], int], set[str]]

PROCUREMENT = Column(
    "procurement",
    gettext_lazy("procurement"),
    Kind.CODE,
    choices=procurements,
    aliases=("Mã gói thầu",),
    required=True,
)


class Lots(RecordRegister[ProcurementLot]):
    code = "lots"
    label = gettext_lazy("Items")
    row_label = gettext_lazy("item")
    model = ProcurementLot
    keys = (("procurement", "facility", "device-type"),)
    search_path = "procurement__search_key"
    default_sort = "procurement"
    columns = (
        PROCUREMENT,
        Column(
            "facility",
            gettext_lazy("facility"),
            Kind.CODE,
            choices=facility_names,
            required=True,
            help=gettext_lazy("Whom the devices are for; it need not be the buyer."),
        ),
        Column(
            "device-type",
            gettext_lazy("device type"),
            Kind.CODE,
            choices=device_types,
            required=True,
        ),
        Column("quantity", gettext_lazy("quantity"), Kind.COUNT, required=True),
        Column("estimated-value", gettext_lazy("estimated value in dong"), Kind.MONEY),
    )
    writers = (
        Rows(
            columns={
                "procurement": "procurement",
                "facility": "facility",
                "device-type": "device_type",
                "quantity": "quantity",
                "estimated-value": "estimated_value",
            },
            find={
                "procurement": procurements_by_code,
                "facility": facilities_by_code,
                "device-type": device_types_by_code,
            },
            codes={
                "procurement": "procurement__code",
                "facility": "facility__code",
                "device-type": "device_type__code",
            },
        ),
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[ProcurementLot]:
        return super().base(on, known_at).filter(procurement__withdrawn_at__isnull=True)

    def totals(
        self, rows: QuerySet[ProcurementLot], on: date, known_at: datetime | None = None
    ) -> list[tuple[str, int]]:
        sums = rows.aggregate(quantity=Sum("quantity"), value=Sum("estimated_value"))
        return [
            (_("Devices"), sums["quantity"] or 0),
            (_("Estimated value in dong"), sums["value"] or 0),
        ]

    def title(self, values: Mapping[str, Value]) -> str:
        return f"{values.get('procurement', '')} · {values.get('device-type', '')}"

    def context(self, entries: list[RowEntry[ProcurementLot]], on: date) -> Lotted:
        """The lots that stand, and the purchases whose devices have been accepted, among those spoken of."""
        codes = {
            str(values.get("procurement") or "")
            for entry in entries
            for values in (entry.old, entry.new)
        }
        lots = ProcurementLot.objects.known().filter(procurement__code__in=codes)
        subjects = lots.values_list(
            "procurement__code", "facility__code", "device_type__code", "pk"
        )
        return (
            {(file, place, device_type): pk for file, place, device_type, pk in subjects},
            accepted_purchases(codes),
        )

    def check(
        self, entry: RowEntry[ProcurementLot], problems: Problems, context: Lotted, on: date
    ) -> None:
        standing, accepted = context
        new = entry.new
        subject = (new.get("procurement"), new.get("facility"), new.get("device-type"))
        if all(subject) and entry.is_second(standing, subject):
            problems.refuse(
                "device-type",
                _("This file already has an item of this device type for this facility."),
            )
        judge_lot(entry, problems, is_accepted=entry.old.get("procurement") in accepted)

    def create(self, entries: list[RowEntry[ProcurementLot]], writing: Writing) -> None:
        """A lot that is added to an accepted file brings its devices at once."""
        super().create(entries, writing)
        bring(
            {entry.stored.procurement_id for entry in entries},
            by=writing.by,
            at=writing.at,
            source=writing.source,
        )

    def facts_of(self, row: ProcurementLot) -> list[Record]:
        return self.facts_of_rows([row])

    def facts_of_rows(self, rows: list[ProcurementLot]) -> list[Record]:
        return [*arrivals_of_lots(rows)]

    def refuse_withdrawal(self, rows: list[ProcurementLot]) -> None:
        refuse_if_left(arrivals_of_lots(rows))


class SetbackRows(Rows):
    """The facility of a setback is the buyer's."""

    def fill(self, entries: list[RowEntry[Setback]]) -> None:
        super().fill(entries)
        for entry in entries:
            setback = entry.stored
            setback.facility_id = setback.procurement.facility_id


class Setbacks(RecordRegister[Setback]):
    code = "setbacks"
    label = gettext_lazy("Problems")
    row_label = gettext_lazy("problem of a procurement")
    model = Setback
    keys = (("procurement", "kind", "day"),)
    search_path = "procurement__search_key"
    default_sort = "-day"
    columns = (
        PROCUREMENT,
        Column(
            "facility",
            gettext_lazy("facility"),
            Kind.CODE,
            choices=facility_names,
            writable=False,
        ),
        Column(
            "kind",
            gettext_lazy("kind"),
            Kind.CHOICE,
            choices=labels(Setback.Kind),
            required=True,
        ),
        Column("day", gettext_lazy("happened on"), Kind.DAY, required=True),
        Column("note", gettext_lazy("note")),
    )
    writers = (
        SetbackRows(
            columns={
                "procurement": "procurement",
                "kind": "kind",
                "day": "happened_on",
                "note": "note",
            },
            find={"procurement": procurements_by_code},
            codes={"procurement": "procurement__code"},
        ),
    )

    def has_sql(self, code: str) -> bool:
        return code == "facility" or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        return F("facility__code") if code == "facility" else super().expression(code, on, known_at)

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Setback]:
        return Setback.objects.as_of(on, known_at).filter(procurement__withdrawn_at__isnull=True)

    def title(self, values: Mapping[str, Value]) -> str:
        return f"{values.get('procurement', '')} · {values.get('day') or ''}"

    def context(self, entries: list[RowEntry[Setback]], on: date) -> dict[tuple[Value, ...], int]:
        codes = {entry.text("procurement") for entry in entries}
        rows = Setback.objects.known().filter(procurement__code__in=codes)
        subjects = rows.values_list("procurement__code", "kind", "happened_on", "pk")
        return {(code, kind, day): pk for code, kind, day, pk in subjects}

    def check(
        self,
        entry: RowEntry[Setback],
        problems: Problems,
        context: dict[tuple[Value, ...], int],
        on: date,
    ) -> None:
        subject = tuple(entry.new.get(code) for code in self.keys[0])
        if all(subject) and entry.is_second(context, subject):
            problems.refuse("day", _("This is recorded for that day already."))
