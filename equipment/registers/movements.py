"""The register of movements: every device that came or went, to be read and exported."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from equipment.models import DeviceMovement
from equipment.registers.choices import device_types
from equipment.registers.types import known_types
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import ChangeSet, Edit, Record
from facilities.registers.choices import facility_names, labels
from facilities.registers.register import Register
from facilities.registers.writers import Attributes

Reason = DeviceMovement.Reason


class Movements(Register[DeviceMovement]):
    """Movements are made by counting, accepting, moving, stocktaking; here they are only taken back."""

    code = "movements"
    label = gettext_lazy("Movements")
    row_label = gettext_lazy("movement of devices")
    model = DeviceMovement
    search_path = "asset__search_key"
    makes_rows = False
    default_sort = "-day"
    columns = tuple(
        Column(code, label, kind, choices=choices, writable=False, required=required)
        for code, label, kind, choices, required in (
            ("day", gettext_lazy("day"), Kind.DAY, None, True),
            ("facility", gettext_lazy("facility"), Kind.CODE, facility_names, True),
            ("type", gettext_lazy("device type"), Kind.CODE, device_types, True),
            ("quantity", gettext_lazy("quantity"), Kind.COUNT, None, True),
            ("reason", gettext_lazy("reason"), Kind.CHOICE, labels(Reason), True),
            ("procurement", gettext_lazy("procurement"), Kind.TEXT, None, False),
            ("asset", gettext_lazy("inventory number"), Kind.TEXT, None, False),
            ("document", gettext_lazy("document"), Kind.TEXT, None, False),
        )
    )
    writers = (
        Attributes(
            columns={
                "day": "happened_on",
                "facility": "facility",
                "type": "device_type",
                "quantity": "quantity",
                "reason": "reason",
                "procurement": "procurement",
                "asset": "asset",
                "document": "document",
            },
            codes={
                "facility": "facility__code",
                "type": "device_type__code",
                "procurement": "procurement__code",
                "asset": "asset__tag",
                "document": "document__number",
            },
        ),
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[DeviceMovement]:
        return DeviceMovement.objects.as_of(on, known_at)

    def title(self, values: Mapping[str, Value]) -> str:
        code, quantity, day = (values.get(name) for name in ("type", "quantity", "day"))
        if not code or not isinstance(day, date):
            return ""
        when = date_format(day, "SHORT_DATE_FORMAT")
        return f"{known_types.name(str(code))} {quantity:+d} · {when}"

    def facts_of(self, row: DeviceMovement) -> list[Record]:
        return self.facts_of_rows([row])

    def facts_of_rows(self, rows: list[DeviceMovement]) -> list[Record]:
        """The other side of a move: what is taken back here must not stay there."""
        return [*others_of(rows)]


def others_of(movements: Collection[DeviceMovement]) -> list[DeviceMovement]:
    """What was recorded in one go with these: the other side of a move, or of giving a number."""
    paired = [m for m in movements if m.reason in (Reason.MOVED, Reason.NUMBERED)]
    keys = {movement.pk for movement in movements}
    sides = {(m.recorded_at, m.device_type_id, m.asset_id, -m.quantity) for m in paired}
    candidates = (
        DeviceMovement.objects.known()
        .filter(
            reason__in=(Reason.MOVED, Reason.NUMBERED),
            recorded_at__in={movement.recorded_at for movement in paired},
        )
        .exclude(pk__in=keys)
    )
    return [
        m for m in candidates if (m.recorded_at, m.device_type_id, m.asset_id, m.quantity) in sides
    ]


def log_made(change_set: ChangeSet, movements: Iterable[DeviceMovement]) -> None:
    """Write into the log of a change set which movements it made, so that it can be taken back."""
    movements = list(movements)
    register = Movements()
    values = register.values([m.pk for m in movements], max(m.happened_on for m in movements))
    Edit.objects.bulk_create(
        Edit(
            change_set=change_set,
            register=register.code,
            row=movement.pk,
            facility_id=movement.facility_id,
            column="",
            old="",
            new=register.title(values[movement.pk])[:300],
            document_id=movement.document_id,
        )
        for movement in movements
    )
