"""What the page of one procurement file shows besides its cells."""

from dataclasses import dataclass
from datetime import date, datetime

from equipment.bidding import earliest_closing, minimum
from equipment.durations import durations
from equipment.files import File, Step, files_of
from equipment.models import Procurement, ProcurementLot, Setback, StageEvent
from equipment.must_start import must_start
from equipment.stages import CLOSED_BY, Stage
from facilities.as_of import DayLookedAt
from facilities.models import Document, FacilityName
from facilities.working_days import working_days

# The stages that fix an amount of money.
PRICED = (
    Stage.ESTIMATE_SUBMITTED,
    Stage.ESTIMATE_APPROVED,
    Stage.AWARD,
    Stage.CONTRACT,
    Stage.PAYMENT,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One stage in the table of the file. `days_since`: since the stage reached before it."""

    step: Step
    days_since: int | None
    days_late: int
    paper: Document | None


@dataclass(frozen=True, slots=True)
class Window:
    """How long bidders had, against what the law gives them. `price` None: nobody has recorded it."""

    posted_on: date
    closed_on: date | None
    first: date
    minimum: str
    price: int | None

    @property
    def is_too_short(self) -> bool:
        return self.closed_on is not None and self.closed_on < self.first


@dataclass(frozen=True, slots=True)
class Lot:
    facility: str
    device: str
    quantity: int
    value: int | None


def procurement_context(procurement: Procurement, day: DayLookedAt) -> dict[str, object]:
    """For `equipment/_procurement.html`."""
    on, known_at = day.on, day.known_at
    [file] = files_of([procurement.pk], on, known_at)
    start = must_start(file, durations(on, known_at), working_days(known_at))
    setbacks = Setback.objects.as_of(on, known_at).filter(procurement=procurement)
    lots = _lots(procurement, on, known_at)
    return {
        "procurement": {
            "file": file,
            "lines": _lines(file, on, known_at),
            "amounts": [
                step for stage in PRICED if (step := file.step(stage)) and step.amount is not None
            ],
            "selection": procurement.get_selection_display(),
            "window": window(file),
            "must_start": start,
            "too_late": bool(start and start.is_too_late(on)),
            "lots": lots,
            "lots_value": sum(lot.value or 0 for lot in lots),
            "setbacks": setbacks.select_related("document"),
        }
    }


def window(file: File) -> Window | None:
    """None before the invitation, and where the law sets no minimum."""
    invitation = file.invitation
    price = file.package_price
    least = minimum(file.selection, price)
    if not invitation.reached_on:
        return None
    first = earliest_closing(
        invitation.reached_on,
        amount=price,
        selection=file.selection,
        is_working_day=invitation.working.is_working,
    )
    if least is None or first is None:
        return None
    closed = (step.reached_on for s in CLOSED_BY if (step := file.step(s)) and step.reached_on)
    return Window(
        posted_on=invitation.reached_on,
        closed_on=next(closed, None),
        first=first,
        minimum=least.words,
        price=price,
    )


def _lines(file: File, on: date, known_at: datetime | None) -> list[Line]:
    proven = StageEvent.objects.as_of(on, known_at).filter(
        procurement=file.id, document__isnull=False
    )
    papers = {event.stage: event.document for event in proven.select_related("document")}
    return [
        Line(step, days_since, step.days_late(on), papers.get(step.stage))
        for step, days_since in file.intervals()
    ]


def _lots(procurement: Procurement, on: date, known_at: datetime | None) -> list[Lot]:
    rows = (
        ProcurementLot.objects.known(known_at)
        .filter(procurement=procurement)
        .select_related("device_type")
        .order_by("device_type__code", "pk")
    )
    names = FacilityName.objects.in_force(on, known_at).filter(
        facility__in={row.facility_id for row in rows}
    )
    called = {name.facility_id: name.name for name in names}
    return [
        Lot(
            facility=called.get(row.facility_id, ""),
            device=row.device_type.name,
            quantity=row.quantity,
            value=row.estimated_value,
        )
        for row in rows
    ]
