"""The register of devices: one row a facility, one column a device type, how many there are."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from equipment.assets import standing_at
from equipment.models import DeviceMovement, DeviceType
from equipment.registers.types import known_types
from equipment.stock import Line, stock, stock_of
from facilities.as_of import AsOf
from facilities.exchange.columns import Column, Kind, Value
from facilities.listed import listed_on
from facilities.models import Facility
from facilities.models.places import IN_ROLLOUT
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.register import Problems, Register
from facilities.registers.writers import (
    Attributes,
    RowEntry,
    Writer,
    Writing,
    chunks,
    refuse_moved,
    signed,
    withdraw_all,
)

Reason = DeviceMovement.Reason

MOST = 1_000_000  # of one type at one facility: more is a slip of the hand
LATELY = timedelta(days=30)

FACILITY = Column(
    "facility",
    gettext_lazy("facility"),
    Kind.CODE,
    choices=facility_names,
    required=True,
    writable=False,
)

in_readers_language = lazy(lambda device_type: device_type.name, str)


def column_code(device_type: DeviceType) -> str:
    return f"device-{device_type.code}"


class Count(Writer):
    """How many devices of one type a facility has, those with a number of their own included.

    The count is what the movements add up to. A new count is written as the movement that makes up
    the difference, on the day of writing. Counted again on the same day, the later word replaces
    the earlier one.
    """

    is_fact = True

    def __init__(self, device_type: DeviceType):
        self.device_type = device_type
        self.code = column_code(device_type)
        self.columns = {self.code: "quantity"}

    def expression(self, code: str, on: date, known_at: datetime | None) -> None:
        """None: what passes on in a merger is not to be had in SQL (`Devices.computed`)."""
        return None

    def _movements(self, known_at: datetime | None = None) -> QuerySet[DeviceMovement]:
        return DeviceMovement.objects.known(known_at).filter(device_type=self.device_type)

    def standing(
        self, rows: Sequence[Any], on: date, known_at: datetime | None = None
    ) -> dict[int, DeviceMovement]:
        """The newest movement behind each count."""
        found = self._movements(known_at).filter(facility__in=rows, happened_on__lte=on)
        newest_last = found.order_by("happened_on", "pk").select_related("document")
        return {movement.facility_id: movement for movement in newest_last}

    def write(self, entries: list[RowEntry[Facility]], writing: Writing) -> None:
        keys = [entry.stored.pk for entry in entries]
        there = stock_of(writing.on, keys)
        replaced = [
            movement
            for some in chunks(keys)
            for movement in self._movements().filter(
                facility__in=some,
                happened_on=writing.on,
                reason__in=(Reason.OPENING, Reason.STOCKTAKE),
                asset__isnull=True,
                procurement__isnull=True,
            )
        ]
        withdraw_all(DeviceMovement, replaced, writing)
        taken_back: Counter[int] = Counter()
        for movement in replaced:
            taken_back[movement.facility_id] += movement.quantity
        made = []
        for entry in entries:
            facility = entry.stored
            line = there.get((facility.pk, self.device_type.pk))
            now = line.installed if line else 0
            refuse_moved(entry.old, {self.code: now})
            before = now - taken_back[facility.pk]
            step = (entry.number_in(self.code) or 0) - before
            if step:
                reason = Reason.STOCKTAKE if before else Reason.OPENING
                made.append(self._made(entry, step, reason, writing))
        DeviceMovement.objects.bulk_create(made, batch_size=1000)

    def _made(
        self, entry: RowEntry[Facility], step: int, reason: str, writing: Writing
    ) -> DeviceMovement:
        movement = DeviceMovement(
            facility=entry.stored,
            device_type=self.device_type,
            quantity=step,
            reason=reason,
            happened_on=writing.on,
        )
        return signed(movement, writing, entry.documents.get(self.code), entry, self.code)


class Devices(Register[Facility]):
    code = "devices"
    label = gettext_lazy("Devices")
    row_label = gettext_lazy("devices of a facility")
    model = Facility
    keys = (("facility",),)
    search_path = ""
    facility_path = ""
    makes_rows = False
    default_sort = "facility"

    @property
    def types(self) -> list[DeviceType]:
        return known_types.all()

    @property
    def columns(self) -> tuple[Column, ...]:
        counts = (
            Column(
                column_code(device_type),
                in_readers_language(device_type),
                Kind.COUNT,
                filtered=False,
                help=gettext_lazy("All there are, those with an inventory number included."),
            )
            for device_type in self.types
        )
        return (FACILITY, *counts)

    @property
    def writers(self) -> tuple[Writer, ...]:
        facility = Attributes(columns={"facility": "code"}, find={"facility": facilities_by_code})
        return (facility, *(Count(device_type) for device_type in self.types))

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """Facilities in the rollout on the day."""
        return listed_on(on, known_at, IN_ROLLOUT)

    def has_sql(self, code: str) -> bool:
        return code == FACILITY.code

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        """Nothing recorded is 0: that nothing is there and that nobody has said so look the same."""
        codes = [column_code(device_type) for device_type in self.types]
        found: dict[int, dict[str, Value]] = {key: dict.fromkeys(codes, 0) for key in keys}
        for line in stock(AsOf(on, known_at, frozenset(keys))):
            found[line.facility_id][column_code(line.device_type)] = line.installed
        return found

    def totals(
        self, rows: QuerySet[Facility], on: date, known_at: datetime | None = None
    ) -> list[tuple[str, int]]:
        keys = frozenset(rows.values_list("pk", flat=True))
        sums: Counter[str] = Counter()
        for line in stock(AsOf(on, known_at, keys)):
            sums[line.device_type.name] += line.installed
        return list(sums.items())

    # --- Judging ------------------------------------------------------------------------

    def problems(self, entries: list[RowEntry[Facility]], on: date) -> list[Problems]:
        for entry in entries:
            for code in entry.new:
                if code != FACILITY.code and entry.new[code] is None:
                    entry.new[code] = 0  # an empty cell of a table of numbers is none
        return super().problems(entries, on)

    def context(self, entries: list[RowEntry[Facility]], on: date) -> "_Known":
        keys = [entry.stored.pk for entry in entries]
        return _Known(
            by_code={column_code(device_type): device_type for device_type in self.types},
            lines=stock_of(on, keys),
            assets=standing_at(on, keys),
            accepted=_accepted_lately(keys, on),
        )

    def check(
        self, entry: RowEntry[Facility], problems: Problems, context: "_Known", on: date
    ) -> None:
        for code in entry.changed:
            if code in context.by_code:
                self._check_count(code, entry, problems, context)

    def _check_count(
        self, code: str, entry: RowEntry[Facility], problems: Problems, known: "_Known"
    ) -> None:
        count = entry.number_in(code) or 0
        key = (entry.stored.pk, known.by_code[code].pk)
        line = known.lines.get(key)
        if not 0 <= count <= MOST:
            text = _("Give a count from 0 to %(most)s; this is %(count)s.")
            problems.refuse(code, text % {"most": MOST, "count": count})
            return
        if count < known.assets[key]:
            problems.refuse(
                code,
                _(
                    "%(assets)s devices with an inventory number stand there. "
                    "Move those, or take them out of the register of assets, first."
                )
                % {"assets": known.assets[key]},
            )
        if line and line.norm is not None and count > max(line.norm, line.installed):
            problems.warn(
                code,
                _("%(count)s is above the norm of %(norm)s.") % {"count": count, "norm": line.norm},
            )
        if count < known.accepted[key]:
            problems.warn(
                code,
                _("Within the last 30 days %(accepted)s were accepted from a procurement alone.")
                % {"accepted": known.accepted[key]},
            )


class _Known:
    """What counts are judged by; all by facility and device type."""

    def __init__(
        self,
        by_code: dict[str, DeviceType],
        lines: dict[tuple[int, int], Line],
        assets: Counter[tuple[int, int]],
        accepted: Counter[tuple[int, int]],
    ):
        self.by_code, self.lines, self.assets, self.accepted = by_code, lines, assets, accepted


def _accepted_lately(keys: list[int], on: date) -> Counter[tuple[int, int]]:
    rows = (
        DeviceMovement.objects.as_of(on)
        .filter(facility__in=keys, reason=Reason.ACCEPTED, happened_on__gt=on - LATELY)
        .order_by()
        .values_list("facility", "device_type")
        .annotate(Sum("quantity"))
    )
    return Counter({(facility, device_type): count for facility, device_type, count in rows})
