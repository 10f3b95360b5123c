"""The register of assets: devices with a number of their own, and where each of them stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Max, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from equipment.assets import (
    assets_on,
    have_been_at,
    have_ever_been_at,
    movements_of,
    place_code,
    without_number,
)
from equipment.models import Asset, DeviceMovement
from equipment.registers.choices import device_types, device_types_by_code
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import Facility
from facilities.registers.choices import facilities_by_code, facility_names, labels, names_on
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

# How an asset may come into the register. What a procurement brought is in the count already.
ARRIVALS = (Reason.NUMBERED, Reason.OPENING, Reason.DONATED)


class Place(Writer):
    """Where an asset stands: the facility its last movement brought it to.

    A new asset is one of those in the facility's count as long as there are any without a number:
    a pair of movements says so and leaves the count as it is. Otherwise it adds one to the count. A
    facility written over another is a move on the day of writing; an empty one takes the asset out.
    What was moved on the same day and goes back is taken back instead.
    """

    is_fact = True
    columns = {"facility": "facility", "arrival": "reason", "since": "happened_on"}

    def expression(self, code: str, on: date, known_at: datetime | None) -> Subquery:
        if code == "facility":
            return place_code(on, known_at)
        if code == "since":
            return Subquery(movements_of(on, known_at).values("happened_on")[:1])
        first = movements_of(on, known_at).filter(quantity__gt=0).order_by("happened_on", "pk")
        return Subquery(first.values("reason")[:1])

    def standing(
        self, rows: Sequence[Any], on: date, known_at: datetime | None = None
    ) -> dict[int, DeviceMovement]:
        found = _movements([row.pk for row in rows], on, known_at)
        return {row.pk: found[row.pk][-1] for row in rows if row.pk in found}

    def write(self, entries: list[RowEntry[Asset]], writing: Writing) -> None:
        moved = _movements([entry.stored.pk for entry in entries], writing.on)
        codes = {str(entry.old.get("facility") or "") for entry in entries}
        codes |= {entry.text("facility") for entry in entries}
        places = facilities_by_code(codes - {""})
        self._refuse_moved([entry for entry in entries if entry.old], writing.on)
        arriving = [entry for entry in entries if not moved.get(entry.stored.pk)]
        free = without_number(
            writing.on, {places[code].pk for e in arriving if (code := e.text("facility"))}
        )
        gone: list[DeviceMovement] = []
        made: list[DeviceMovement] = []
        for entry in entries:
            asset = entry.stored
            before = places.get(str(entry.old.get("facility") or ""))
            after = places.get(entry.text("facility"))
            if not moved.get(asset.pk):
                steps = _arrival(entry, after, free)
            elif before == after:
                steps = []
            else:
                undone = _undone(moved[asset.pk], before, after, writing.on)
                gone += undone
                steps = [] if undone else _steps(before, after)
            made += _signed(entry, steps, writing)
            place = after or before
            asset.place_key = place.pk if place else None
        withdraw_all(DeviceMovement, gone, writing)
        DeviceMovement.objects.bulk_create(made, batch_size=1000)

    def _refuse_moved(self, entries: list[RowEntry[Asset]], on: date) -> None:
        old = {entry.stored.pk: entry.old for entry in entries}
        for keys in chunks(list(old)):
            rows = Asset.objects.filter(pk__in=keys).values_list("pk", place_code(on))
            for key, place in rows:
                refuse_moved(old[key], {"facility": place})


def _movements(
    keys: list[int], on: date, known_at: datetime | None = None
) -> Mapping[int | None, list[DeviceMovement]]:
    found: dict[int | None, list[DeviceMovement]] = defaultdict(list)
    for some in chunks(keys):
        rows = DeviceMovement.objects.as_of(on, known_at).filter(asset__in=some)
        for movement in rows.select_related("document").order_by("happened_on", "pk"):
            found[movement.asset_id].append(movement)
    return found


Bearer = tuple[int, str, str | None]  # of a number: its key, its type, where it stands
Step = tuple[Facility, int, str]  # where, +1 or -1, why


def _arrival(
    entry: RowEntry[Asset], place: Facility | None, free: Counter[tuple[int, int]]
) -> list[Step]:
    if place is None:
        return []
    kind = (place.pk, entry.stored.device_type_id)
    arrival = entry.text("arrival") or (Reason.NUMBERED if free[kind] > 0 else Reason.OPENING)
    if arrival != Reason.NUMBERED:
        return [(place, 1, arrival)]
    if free[kind] <= 0:
        raise ValidationError({"arrival": none_without_number()})
    free[kind] -= 1
    return [(place, -1, arrival), (place, 1, arrival)]


def none_without_number() -> str:
    return _(
        "Every device of this type in the facility's count has a number already. "
        "Say that it is opening stock or donated, or correct the count."
    )


def _steps(before: Facility | None, after: Facility | None) -> list[Step]:
    if before and after:
        return [(before, -1, Reason.MOVED), (after, 1, Reason.MOVED)]
    if before:
        return [(before, -1, Reason.RETIRED)]
    return [(after, 1, Reason.STOCKTAKE)] if after else []


def _undone(
    moved: list[DeviceMovement], before: Facility | None, after: Facility | None, on: date
) -> list[DeviceMovement]:
    """The movements of the day whose taking back does the same as a new move would; else none."""
    last = moved[-1]
    if last.happened_on != on or last.procurement_id:
        return []
    if before is None:  # it left on this day: does it go back to where it was?
        return [last] if after and last.facility_id == after.pk else []
    pair = [m for m in moved[-2:] if m.reason == Reason.MOVED and m.recorded_at == last.recorded_at]
    if len(pair) == 2 and after and pair[0].facility_id == after.pk:
        return pair
    found_here = last.reason == Reason.STOCKTAKE and last.quantity > 0 and len(moved) > 1
    return [last] if found_here and after is None else []


def _signed(entry: RowEntry[Asset], steps: list[Step], writing: Writing) -> list[DeviceMovement]:
    paper = entry.documents.get("facility")
    return [
        signed(
            DeviceMovement(
                facility=place,
                device_type_id=entry.stored.device_type_id,
                asset=entry.stored,
                quantity=quantity,
                reason=reason,
                happened_on=writing.on,
            ),
            writing,
            paper,
            entry,
            "facility" if quantity > 0 else "facility-from",
        )
        for place, quantity, reason in steps
    ]


class Assets(Register[Asset]):
    code = "assets"
    label = gettext_lazy("Assets")
    row_label = gettext_lazy("asset")
    model = Asset
    keys = (("tag",), ("type", "serial"))
    default_sort = "tag"
    columns = (
        Column(
            "tag",
            gettext_lazy("inventory number"),
            max_length=60,
            aliases=("tag", "mã tài sản", "mã TS", "mã TSCĐ", "số hiệu", "số thẻ tài sản"),
            is_code=True,
        ),
        Column(
            "serial",
            gettext_lazy("serial number"),
            max_length=80,
            aliases=("serial", "serial number", "s/n", "SN", "số serial", "số seri", "số máy"),
            is_code=True,
        ),
        Column(
            "type",
            gettext_lazy("device type"),
            Kind.CODE,
            choices=device_types,
            required=True,
            aliases=("Loại máy", "Loại TB", "Tên thiết bị"),
        ),
        Column(
            "model", gettext_lazy("model"), max_length=120, aliases=("Model", "kiểu", "ký hiệu")
        ),
        Column("facility", gettext_lazy("facility"), Kind.CODE, choices=facility_names),
        Column(
            "arrival",
            gettext_lazy("how it came"),
            Kind.CHOICE,
            choices=labels(Reason),
            shown=False,
            help=gettext_lazy(
                "Empty: it is one of those in the facility's count, as long as there are any "
                "without a number; otherwise it adds one."
            ),
        ),
        Column("since", gettext_lazy("there since"), Kind.DAY, writable=False),
        Column(
            "warranty-until",
            gettext_lazy("warranty until"),
            Kind.DAY,
            aliases=("Hạn bảo hành", "Ngày hết bảo hành", "Hết hạn BH"),
        ),
    )
    writers = (
        Attributes(
            columns={
                "tag": "tag",
                "serial": "serial",
                "type": "device_type",
                "model": "model",
                "warranty-until": "warranty_until",
            },
            find={"type": device_types_by_code},
            codes={"type": "device_type__code"},
        ),
        Place(),
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Asset]:
        return assets_on(on, known_at)

    @property
    def facility_id_path(self) -> str:
        return "place_id"

    def of_facilities(
        self, rows: QuerySet[Asset], facility_ids: Iterable[int] | None
    ) -> QuerySet[Asset]:
        """Where they stand is asked of those alone that have ever been there."""
        if facility_ids is None:
            return rows
        keys = list(facility_ids)
        return super().of_facilities(rows.filter(pk__in=have_ever_been_at(keys)), keys)

    def narrowed(
        self,
        rows: QuerySet[Asset],
        code: str,
        values: list[str],
        on: date,
        known_at: datetime | None = None,
    ) -> QuerySet[Asset]:
        """Where they stand is asked of those alone that have been there."""
        if code != "facility":
            return rows
        places = Facility.objects.filter(code__in=values).values_list("pk", flat=True)
        return rows.filter(pk__in=have_been_at(list(places), on, known_at))

    def facility_of(self, row: Asset) -> int | None:
        """Where it stands, or stood last."""
        if not hasattr(row, "place_key"):
            moved = DeviceMovement.objects.filter(asset=row).order_by(
                F("withdrawn_at").desc(nulls_first=True), "-happened_on", "-pk"
            )
            row.place_key = moved.values_list("facility", flat=True).first()
        return row.place_key

    named_by = ("tag", "serial")

    def title(self, values: Mapping[str, Value]) -> str:
        return str(values.get("tag") or values.get("serial") or "")

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Asset]], on: date) -> "_Known":
        return _Known(entries, on)

    def check(
        self, entry: RowEntry[Asset], problems: Problems, context: "_Known", on: date
    ) -> None:
        new, old = entry.new, entry.old
        if not new.get("tag") and not new.get("serial"):
            problems.refuse("tag", _("Give an inventory number or a serial number."))
        context.refuse_twice(entry, problems)
        if entry.row is None:
            self._check_new(entry, problems, context)
            return
        if old.get("type") and new["type"] != old["type"]:
            problems.refuse(
                "type",
                _(
                    "The counts of both types would change. Withdraw this asset and enter it under "
                    "the other type."
                ),
            )
        if new["arrival"] != old.get("arrival", ""):
            problems.refuse(
                "arrival",
                _("This cannot be changed. Withdraw the asset and enter it again."),
            )
        later = context.moved_last.get(entry.row.pk)
        if new["facility"] != old.get("facility") and later and later > on:
            problems.refuse(
                "facility",
                _("It was moved later, on %(day)s. Take that back first.")
                % {"day": self.column("since").show(later)},
            )

    def _check_new(self, entry: RowEntry[Asset], problems: Problems, context: "_Known") -> None:
        if not entry.new.get("facility"):
            problems.refuse("facility", _("Say where it stands."))
        arrival = entry.new.get("arrival")
        if arrival and arrival not in ARRIVALS:
            names = ", ".join(f"“{reason.label}”" for reason in ARRIVALS)
            problems.refuse("arrival", _("An asset comes in as %(ways)s.") % {"ways": names})
        elif not context.takes_one(entry):
            problems.refuse("arrival", none_without_number())


class _Known:
    """What assets are judged by: who bears which number, where a count has room, later moves."""

    def __init__(self, entries: list[RowEntry[Asset]], on: date):
        self.on = on
        self.tags = self._bearers("tag", {entry.text("tag") for entry in entries} - {""})
        self.serials = self._bearers("serial", {entry.text("serial") for entry in entries} - {""})
        self.in_file: Counter[tuple[str, str, str]] = Counter()
        self.names = names_on(on)
        keys = [entry.row.pk for entry in entries if entry.row is not None]
        self.moved_last: dict[int, date] = {}
        for some in chunks(keys):
            rows = DeviceMovement.objects.known().filter(asset__in=some).order_by()
            self.moved_last |= dict(rows.values_list("asset").annotate(Max("happened_on")))
        new = [entry for entry in entries if entry.row is None]
        self.places = facilities_by_code({e.text("facility") for e in new} - {""})
        self.types = device_types_by_code({e.text("type") for e in new} - {""})
        self.free: Counter[tuple[int, int]] = (
            without_number(on, {place.pk for place in self.places.values()})
            if self.places
            else Counter()
        )

    def _bearers(self, field: str, numbers: set[str]) -> Mapping[str, list[Bearer]]:
        found: dict[str, list[Bearer]] = defaultdict(list)
        for some in chunks(sorted(numbers)):
            rows = Asset.objects.standing().filter(**{f"{field}__in": some})
            for number, key, kind, place in rows.values_list(
                field, "pk", "device_type__code", place_code(self.on)
            ):
                found[number].append((key, kind, place))
        return found

    def refuse_twice(self, entry: RowEntry[Asset], problems: Problems) -> None:
        """A number that another asset bears: refused, with where that one stands."""
        key = entry.row.pk if entry.row is not None else None
        kind = entry.text("type")
        for column, bearers in (("tag", self.tags), ("serial", self.serials)):
            number = entry.text(column)
            if not number:
                continue
            of_kind = kind if column == "serial" else ""
            self.in_file[column, number, of_kind] += 1
            if self.in_file[column, number, of_kind] > 1:
                problems.refuse(column, _("“%(number)s” is here twice.") % {"number": number})
            for other, other_kind, place in bearers.get(number, ()):
                if other == key or (of_kind and other_kind != of_kind):
                    continue
                problems.refuse(column, self._stands(number, place))

    def _stands(self, number: str, place: str | None) -> str:
        if not place:
            return _("“%(number)s” belongs to an asset that has left.") % {"number": number}
        return _("“%(number)s” belongs to an asset at %(facility)s.") % {
            "number": number,
            "facility": self.names.get(place, place),
        }

    def takes_one(self, entry: RowEntry[Asset]) -> bool:
        """Whether the count has room for one more number; takes the room. Always true where it adds."""
        place = self.places.get(entry.text("facility"))
        device_type = self.types.get(entry.text("type"))
        if place is None or device_type is None:
            return True
        kind = (place.pk, device_type.pk)
        arrival = entry.text("arrival")
        if arrival == Reason.NUMBERED and self.free[kind] <= 0:
            return False
        if arrival in ("", Reason.NUMBERED) and self.free[kind] > 0:
            self.free[kind] -= 1
        return True
