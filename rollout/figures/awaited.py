"""Who is still awaited on the day: for servers, for the launch; and who is late.

The sentences of the brief, the tiles and the pages behind them count these rows, so that a number
and the rows it opens cannot differ.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from equipment.files import File, files, server_files
from equipment.stages import BIDDING_ENDS_WITH
from facilities.as_of import AsOf, FacilityOnDay
from rollout.figures.results import FacilityResult
from rollout.models import Milestone
from rollout.programme.milestone_line import targets

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BIDDING, BIDDING_LATE, BIDDING_UNDATED, AWARDED = (
    "bidding",
    "bidding-late",
    "bidding-undated",
    "awarded",
)
LAUNCH_AHEAD, LAUNCH_LATE, LAUNCH_UNDATED = "launch-ahead", "launch-late", "launch-undated"

# Why a facility is awaited, by the measure whose page lists it.
AWAITED: dict[str, dict[str, "StrOrPromise"]] = {
    "servers": {
        BIDDING: pgettext_lazy("rows", "in bidding"),
        BIDDING_LATE: pgettext_lazy("rows", "bidding was to end"),
        BIDDING_UNDATED: pgettext_lazy("rows", "no end of bidding set"),
        AWARDED: pgettext_lazy("rows", "bidding ended, not accepted"),
    },
    "launched": {
        LAUNCH_AHEAD: pgettext_lazy("rows", "launch to come"),
        LAUNCH_LATE: pgettext_lazy("rows", "launch was due"),
        LAUNCH_UNDATED: pgettext_lazy("rows", "no day set for the launch"),
    },
}


@dataclass(frozen=True, slots=True)
class Awaited:
    """One facility. `why`: a key of AWAITED. `day`: planned; None: no day is set, or none is needed."""

    facility: FacilityOnDay
    why: str
    day: date | None
    assumed: bool = False  # no source gives that day
    stage: "StrOrPromise" = ""  # how far its file has come


def awaited_at(
    as_of: AsOf, facilities: Collection[FacilityResult]
) -> dict[int, dict[str, Awaited]]:
    """Of each facility that is awaited: by which measure of AWAITED, and how."""
    found: dict[int, dict[str, Awaited]] = defaultdict(dict)
    for measure, ask in (("servers", _servers), ("launched", _launches)):
        for one in ask(as_of, facilities):
            found[one.facility.id][measure] = one
    return found


def nearest_first(found: Iterable[Awaited]) -> tuple[Awaited, ...]:
    """Those without a day last."""
    order = sorted(found, key=lambda one: (one.day is None, one.day or date.max, one.facility.code))
    return tuple(order)


def _servers(as_of: AsOf, facilities: Iterable[FacilityResult]) -> list[Awaited]:
    """Without a server. Of several files the one whose bidding ends last counts."""
    by_id = {file.id: file for file in files(as_of)}
    bringing: dict[int, list[File]] = {}
    for facility_id, file_id in sorted(server_files(as_of)):
        if file_id in by_id:
            heir = as_of.descent.heir(facility_id)
            bringing.setdefault(heir, []).append(by_id[file_id])
    return [
        _bidding(result.facility, bringing.get(result.id, []), as_of.until)
        for result in facilities
        if result.measures["servers"].state not in ("done", "unknown")
    ]


def _bidding(facility: FacilityOnDay, bringing: list[File], on: date) -> Awaited:
    dated = [(file.bidding_ends_on, file) for file in bringing if file.bidding_ends_on]
    if dated:
        day, file = max(dated, key=lambda one: (one[0], one[1].code))
        award = file.step(BIDDING_ENDS_WITH)
        why = BIDDING_LATE if day < on else BIDDING
        return Awaited(facility, why, day, bool(award and award.target_assumed), _stage(file))
    ended = [file for file in bringing if _is_awarded(file) and not file.accepted]
    if ended:
        return Awaited(facility, AWARDED, None, stage=_stage(ended[-1]))
    return Awaited(facility, BIDDING_UNDATED, None, stage=_stage(bringing[-1]) if bringing else "")


def _is_awarded(file: File) -> bool:
    award = file.step(BIDDING_ENDS_WITH)
    return award is not None and award.passed_on is not None


def _stage(file: File) -> "StrOrPromise":
    return file.reached.label if file.reached else ""


def _launches(as_of: AsOf, facilities: Iterable[FacilityResult]) -> list[Awaited]:
    """Not launched yet, by the plan that holds."""
    planned, on = targets(as_of), as_of.until
    found = []
    for result in facilities:
        if _has_launched(result):
            continue
        day = next(m.target for m in result.milestones if m.code == Milestone.LAUNCH)
        if day is None and not result.is_known:
            continue  # maybe it has launched: nobody awaits what nobody knows of
        plan = planned.get(result.id, {}).get(Milestone.LAUNCH)
        why = LAUNCH_UNDATED if day is None else LAUNCH_LATE if day < on else LAUNCH_AHEAD
        found.append(Awaited(result.facility, why, day, bool(plan and plan.assumed)))
    return found


def _has_launched(result: FacilityResult) -> bool:
    """Whoever is past the launch has launched, though its day may not be on record."""
    later = (Milestone.LAUNCH, Milestone.OFFICIAL, Milestone.PORTAL)
    return any(m.actual for m in result.milestones if m.code in later)


def late_facilities(facilities: Iterable[FacilityResult]) -> list[FacilityResult]:
    """Those behind with anything, in the order given: the progress has the longest late first."""
    return [result for result in facilities if result.days_late]
