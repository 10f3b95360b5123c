"""Where each facility stands, as values of columns: computed once per state of the facts."""

from datetime import date, datetime

from django.core.cache import cache

from equipment.files import File, files, server_files
from equipment.stages import BIDDING_ENDS_WITH, Stage
from facilities.as_of import AsOf
from facilities.exchange.columns import Value
from facilities.models import Ledger
from facilities.registers.choices import yes_or_no
from rollout.figures.cached import cached_progress, keep_seconds, key

ORDER = {stage.value: index for index, stage in enumerate(Stage)}


def standing_of_facilities(
    on: date, known_at: datetime | None = None
) -> dict[int, dict[str, Value]]:
    """For each facility of the rollout its stage, next step, progress, lateness and server's procurement.

    Facilities outside the rollout have none of it and are left out.
    """
    place = key("standing-columns", Ledger.current(), on, known_at)
    found = cache.get(place)
    if found is None:
        found = _computed(on, known_at)
        cache.set(place, found, keep_seconds(known_at))
    return found


def _computed(on: date, known_at: datetime | None) -> dict[int, dict[str, Value]]:
    as_of = AsOf(on, known_at)
    by_id = {file.id: file for file in files(as_of)}
    bringing: dict[int, list[File]] = {}
    for facility_id, file_id in server_files(as_of):
        if file_id in by_id:
            bringing.setdefault(as_of.descent.heir(facility_id), []).append(by_id[file_id])
    found = {}
    for result in cached_progress(on, known_at=known_at).facilities:
        servers = result.measures["servers"]
        has_server = bool(servers.done)
        file = _furthest(bringing.get(result.id, []), open_only=not has_server)
        reached = file.reached if file else None
        award = file.step(BIDDING_ENDS_WITH) if file else None
        found[result.id] = {
            "stage": result.stage,
            "next-step": result.next_step,
            "servers": yes_or_no(has_server) if servers.is_known else "",
            "server-stage": reached.stage if reached else "",
            "server-award-due": award.target if award else None,
            "progress": None if result.progress is None else round(result.progress * 100),
            "days-late": result.days_late,
        }
    return found


def _furthest(bringing: list[File], *, open_only: bool) -> File | None:
    """The file that will bring the server soonest: of those not accepted yet while it is missing."""
    asked = [file for file in bringing if not (open_only and file.accepted)]
    return max(
        asked,
        key=lambda file: (ORDER[file.reached.stage] if file.reached else -1, file.code),
        default=None,
    )
