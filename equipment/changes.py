"""What equipment tells the progress: devices, servers, norms, HIS levels, hosting.

Components: `servers` · `server_files` · `device:<type>` · `norm:<type>` · `his_level:<1-7>` · `hosting:<mode>`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from sys import intern

from django.db.models import F, Max, Min, Sum

from equipment.files import server_files
from equipment.models import (
    DeviceMovement,
    DeviceNorm,
    DeviceType,
    Hosting,
    ItLevel,
    StageEvent,
)
from equipment.stages import Path, Stage
from facilities.as_of import AsOf
from facilities.evidence import Rung, rung_of
from facilities.lineage import Passing
from facilities.models import DatedFact
from facilities.timeline import Change

PASSES_ON = {
    "servers": Passing.ADDS,
    "server_files": Passing.ADDS,
    "device": Passing.ADDS,
    "norm": Passing.STAYS,
    "his_level": Passing.AGREED,
    "hosting": Passing.AGREED,
}

Subject = tuple[int | None, str]  # whose norm it is: a facility, or a kind of them, or ""
Norm = tuple[int, Rung]  # how many, how well proven

NO_NORM = (0, Rung.REPORTED)  # also what a facility falls back to that loses its norm


def changes(as_of: AsOf) -> Iterator[Change]:
    yield from device_changes(as_of)
    yield from _rented_servers(as_of)
    yield from _server_files(as_of)
    yield from _latest_value(as_of, ItLevel, "his_level")
    yield from _latest_value(as_of, Hosting, "mode", component="hosting")


def device_changes(as_of: AsOf) -> Iterator[Change]:
    """Devices and their norms alone: two queries."""
    yield from _devices(as_of)
    yield from _norms(as_of)


def _devices(as_of: AsOf) -> Iterator[Change]:
    stretches = as_of.stretches()
    together = stretches.expression("happened_on") if stretches else F("happened_on")
    rows = (
        as_of.facts(DeviceMovement)
        .annotate(together=together)
        .values_list("facility_id", "together", "device_type__code", "device_type__group", "rung")
        .annotate(Max("happened_on"), Sum("quantity"))
    )
    for facility_id, _together, code, group, rung, on, quantity in as_of.each(rows):
        yield Change(facility_id, on, intern(f"device:{code}"), quantity, rung)
        if group == DeviceType.Group.EMR_SERVER:
            yield Change(facility_id, on, "servers", quantity, rung)


def _rented_servers(as_of: AsOf) -> Iterator[Change]:
    """An accepted cloud rental serves as a server until the service ends.

    The end takes back what the acceptance counted, on the same rung; without one, nothing.
    """
    rows = (
        as_of.facts(StageEvent)
        .filter(
            procurement__path=Path.RENTAL,
            stage__in=(Stage.ACCEPTANCE, Stage.SERVICE_ENDED),
        )
        .values_list("procurement_id", "stage", "facility_id", "happened_on", "rung")
    )
    accepted: dict[int, tuple[int, date, int]] = {}
    ended_on: dict[int, date] = {}
    for procurement, stage, facility_id, on, rung in rows:
        if stage == Stage.ACCEPTANCE:
            accepted[procurement] = (facility_id, on, rung)
        else:
            ended_on[procurement] = on
    for procurement, (facility_id, on, rung) in accepted.items():
        yield Change(facility_id, on, "servers", 1, rung)
        if procurement in ended_on:
            yield Change(facility_id, max(on, ended_on[procurement]), "servers", -1, rung)


def _server_files(as_of: AsOf) -> Iterator[Change]:
    """How many files for EMR servers have begun, for the facility that is to get the server."""
    begun = StageEvent.objects.as_of(as_of.until, as_of.known_at).values("procurement")
    first_day = dict(
        begun.order_by("procurement").values_list("procurement").annotate(Min("happened_on"))
    )
    for facility_id, procurement in server_files(as_of):
        if procurement in first_day:
            yield Change(facility_id, first_day[procurement], "server_files", 1, Rung.REPORTED)


def _norms(as_of: AsOf) -> Iterator[Change]:
    """The norm of each device type at each facility, as steps on the days it changes.

    A row for the facility goes before a row for its kind, and that before a row for all.
    """
    norms: dict[str, dict[Subject, dict[date, Norm]]] = defaultdict(lambda: defaultdict(dict))
    for norm in DeviceNorm.objects.in_force(as_of.until, as_of.known_at).select_related(
        "device_type", "document"
    ):
        subject = (norm.facility_id, norm.kind_id or "")
        norms[norm.device_type.code][subject][norm.effective_from] = (
            norm.quantity,
            rung_of(norm, as_of.known_at, as_of.until),
        )
    days = sorted(
        {day for rows in norms.values() for row in rows.values() for day in row}
        | {day for days in as_of.kinds.days.values() for day in days}
    )
    before: dict[tuple[int, str], int] = {}
    for day in days:
        for facility_id in as_of.codes:
            kind = (as_of.kinds.on(facility_id, day) or [""])[0]
            for code, rows in norms.items():
                quantity, rung = _norm_on(rows, facility_id, kind, day) or NO_NORM
                step = quantity - before.get((facility_id, code), 0)
                if step:
                    before[facility_id, code] = quantity
                    yield Change(facility_id, day, intern(f"norm:{code}"), step, rung)


def _norm_on(
    rows: Mapping[Subject, Mapping[date, Norm]], facility_id: int, kind: str, day: date
) -> Norm | None:
    subjects: tuple[Subject, ...] = ((facility_id, ""), (None, kind), (None, ""))
    for subject in subjects:
        begun = [start for start in rows.get(subject, ()) if start <= day]
        if begun:
            return rows[subject][max(begun)]
    return None


def _latest_value(
    as_of: AsOf, model: type[DatedFact], field: str, component: str | None = None
) -> Iterator[Change]:
    """A value that holds until the next one: each new one takes back the one before."""
    component = component or field
    before: dict[int, tuple[str, int]] = {}
    rows = as_of.facts(model).order_by("happened_on")
    for facility_id, on, value, rung in rows.values_list(
        "facility_id", "happened_on", field, "rung"
    ):
        if facility_id in before:
            old, old_rung = before[facility_id]
            yield Change(facility_id, on, f"{component}:{old}", -1, old_rung)
        before[facility_id] = (value, rung)
        yield Change(facility_id, on, f"{component}:{value}", 1, rung)
