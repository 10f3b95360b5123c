"""What each facility has, ought to have and awaits of each device type: the one way to these figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from equipment.changes import PASSES_ON, device_changes
from equipment.models import DeviceMovement, DeviceType, Procurement, ProcurementLot, StageEvent
from equipment.stages import Stage
from facilities.as_of import AsOf, once_per_as_of
from facilities.descent import Descent
from facilities.lineage import inherit
from facilities.listed import listed_on
from facilities.models import Facility
from facilities.timeline import EMPTY, State, fold


@dataclass(frozen=True, slots=True)
class Line:
    """Devices of one type at one facility. `norm` None: none is in force."""

    facility_id: int
    device_type: DeviceType
    installed: int
    norm: int | None
    on_order: int
    evidence: tuple[int, ...]
    newest_on: date | None
    is_recorded: bool = True  # whether anything is on record of the devices of the facility

    @property
    def label(self) -> str:
        return self.device_type.name

    @property
    def missing(self) -> int | None:
        """Below the norm today, whether ordered or not."""
        return None if self.norm is None else max(0, self.norm - self.installed)

    @property
    def surplus(self) -> int | None:
        return None if self.norm is None else max(0, self.installed - self.norm)

    @property
    def to_find(self) -> int:
        """What is missing and nobody has ordered: to be moved here, or bought."""
        return max(0, (self.missing or 0) - self.on_order)


@once_per_as_of
def stock(as_of: AsOf) -> list[Line]:
    """The lines of its facilities on the day; three queries beside those of the devices."""
    changes = inherit(device_changes(as_of), as_of, PASSES_ON)
    return lines_of(as_of, fold(changes, as_of.until))


def lines_of(as_of: AsOf, state: State) -> list[Line]:
    """The same from a state that has been folded already: by facility, then by type.

    A facility has no line of a type that it has not, awaits not, and for which no norm holds.
    """
    types = list(DeviceType.objects.all())
    ordered = _on_order(as_of)
    lines = []
    for facility in as_of.on(as_of.until):
        components = state.get(facility.id, {})
        is_recorded = any(
            tally.newest_on
            for component, tally in components.items()
            if component.startswith("device:")
        )
        for device_type in types:
            tally = components.get(f"device:{device_type.code}", EMPTY)
            norm = components.get(f"norm:{device_type.code}")
            on_order = ordered[facility.id, device_type.pk]
            if tally.amount or norm is not None or on_order:
                lines.append(
                    Line(
                        facility_id=facility.id,
                        device_type=device_type,
                        installed=tally.amount,
                        norm=norm.amount if norm else None,
                        on_order=on_order,
                        evidence=tuple(tally.by_rung),
                        newest_on=tally.newest_on,
                        is_recorded=is_recorded,
                    )
                )
    return lines


def _on_order(as_of: AsOf) -> dict[tuple[int, int], int]:
    """By facility and type: the lots of files that have not been accepted, whoever buys them."""
    accepted = StageEvent.objects.as_of(as_of.until, as_of.known_at).filter(stage=Stage.ACCEPTANCE)
    lots = (
        as_of.only(ProcurementLot.objects.known(as_of.known_at))
        .filter(procurement__in=Procurement.objects.standing(as_of.known_at))
        .exclude(procurement__in=accepted.values("procurement"))
        .values_list("facility_id", "device_type_id", "quantity")
    )
    found: dict[tuple[int, int], int] = defaultdict(int)
    for facility_id, device_type_id, quantity in lots:
        found[as_of.descent.heir(facility_id), device_type_id] += quantity
    return found


def stock_of(on: date, facility_ids: Iterable[int]) -> dict[tuple[int, int], Line]:
    """The lines of some facilities on a day, by facility and device type."""
    lines = stock(AsOf(on, facility_ids=frozenset(facility_ids)))
    return {(line.facility_id, line.device_type.pk): line for line in lines}


def installed_at(on: date, facility_ids: Iterable[int]) -> Counter[tuple[int, int]]:
    """How many devices these facilities have on a day, by facility and device type.

    What the movements add up to, added up by the database where nothing has passed on to them.
    """
    keys = set(facility_ids)
    if Descent.read(on).family(keys) != keys:
        return Counter({key: line.installed for key, line in stock_of(on, keys).items()})
    moved = DeviceMovement.objects.as_of(on).filter(facility__in=listed_on(on)).order_by()
    rows = moved.filter(facility__in=keys).values_list("facility", "device_type")
    return Counter({(pk, kind): count for pk, kind, count in rows.annotate(Sum("quantity"))})


def installed(on: date, facility: Facility, device_type: DeviceType) -> int:
    """How many devices of a type a facility has on a day, also one that has closed."""
    as_of = AsOf(on, facility_ids=frozenset({facility.pk}))
    state = fold(inherit(device_changes(as_of), as_of, PASSES_ON), on)
    return state.get(facility.pk, {}).get(f"device:{device_type.code}", EMPTY).amount
