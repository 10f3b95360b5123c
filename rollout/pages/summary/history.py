"""What was recorded about one facility in the order it happened, withdrawn rows included.

That is: facts, moved plans, dates of councils, and what holds it up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement, Hosting, ItLevel, Setback, StageEvent, StageTarget
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.evidence import Rung, rung_of
from facilities.models import DatedFact, Record, Yardstick
from rollout.models import (
    CouncilDate,
    CouncilRuling,
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
    ObstacleHold,
)
from rollout.templatetags.figures import day, signed
from signatures.models import CertificateEvent

LATEST = 60
AT_FIRST = 12  # shown without asking


@dataclass(frozen=True, slots=True)
class Entry:
    """`count` certificates are told as one entry; every other fact is an entry of its own."""

    on: date
    what: str
    rung: Rung
    source: str
    document: str
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""


# What each kind of fact says, and what must be read with it.
TOLD: tuple[tuple[type[DatedFact], tuple[str, ...], Callable], ...] = (
    (MilestoneEvent, (), lambda f: f.get_milestone_display()),
    (
        CouncilRuling,
        (),
        lambda f: _("Council ruled: %(conclusion)s") % {"conclusion": f.get_conclusion_display()},
    ),
    (
        StageEvent,
        ("procurement",),
        lambda f: f"{f.get_stage_display()} ({f.procurement.code})",
    ),
    (
        Setback,
        ("procurement",),
        lambda f: " · ".join(
            filter(None, (f"{f.get_kind_display()} ({f.procurement.code})", f.note))
        ),
    ),
    (
        DeviceMovement,
        ("device_type",),
        lambda f: f"{f.device_type.name} {signed(f.quantity)} ({f.get_reason_display()})",
    ),
    (
        ConnectionStep,
        ("partner",),
        lambda f: f"{f.get_step_display()}: {f.partner.name}",
    ),
    (ItLevel, (), lambda f: _("HIS level %(level)s") % {"level": f.his_level}),
    (Hosting, (), lambda f: f.get_mode_display()),
    (
        ObstacleHold,
        ("obstacle",),
        lambda f: (
            _("%(milestone)s is blocked by: %(obstacle)s")
            % {"milestone": f.get_milestone_display(), "obstacle": f.obstacle.name}
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of dated plan. `subject`: what is planned, in values of a row; `planned`: for when."""

    model: type[Yardstick]
    facility: str
    also: tuple[str, ...]
    subject: Callable
    planned: Callable
    label: Callable
    firsts: bool = False  # also tell of the first plan; else only of moves


PLANS = (
    Plan(
        MilestoneTarget,
        "facility_id",
        (),
        subject=lambda row: row.milestone,
        planned=lambda row: row.due_on,
        label=lambda row: Milestone(row.milestone).label,
    ),
    Plan(
        StageTarget,
        "procurement__facility_id",
        ("procurement",),
        subject=lambda row: (row.procurement_id, row.stage),
        planned=lambda row: row.due_on,
        label=lambda row: f"{Stage(row.stage).label} ({row.procurement.code})",
    ),
    Plan(
        CouncilDate,
        "meeting__facility_id",
        (),
        subject=lambda row: row.meeting_id,
        planned=lambda row: row.scheduled_on,
        label=lambda row: _("Meeting of the evaluation council"),
        firsts=True,
    ),
)


def history(as_of: AsOf) -> list[Entry]:
    """The latest entries, newest first. A fixed number of queries."""
    entries = [*_facts(as_of), *_plans(as_of), *_certificates(as_of)]
    entries.sort(key=lambda entry: (entry.on, entry.recorded_at), reverse=True)
    return entries[:LATEST]


def _facts(as_of: AsOf) -> Iterator[Entry]:
    for model, also, tell in TOLD:
        rows = as_of.only(model.objects).filter(happened_on__lte=as_of.until)
        for fact in _recorded(rows, as_of, also).order_by("-happened_on", "-pk")[:LATEST]:
            yield _entry(fact, fact.happened_on, tell(fact), as_of)


def _plans(as_of: AsOf) -> Iterator[Entry]:
    """Each move of a plan, with the day planned before, and each plan that was withdrawn."""
    for plan in PLANS:
        rows = as_of.only(plan.model.objects, plan.facility).filter(effective_from__lte=as_of.until)
        standing: dict[object, date] = {}
        for row in _recorded(rows, as_of, plan.also).order_by(
            "effective_from", "recorded_at", "pk"
        ):
            before = standing.get(plan.subject(row))
            withdrawn = _withdrawn(row, as_of)
            if not withdrawn:
                standing[plan.subject(row)] = plan.planned(row)
            if plan.firsts or withdrawn or before:
                yield _entry(row, row.effective_from, _planned(plan, row, before), as_of)


def _planned(plan: Plan, row: Any, before: date | None) -> str:
    told = {"what": plan.label(row), "day": day(plan.planned(row)), "before": day(before)}
    if before is None:
        text = _("%(what)s: planned for %(day)s") % told
    else:
        text = _("%(what)s: moved from %(before)s to %(day)s") % told
    return f"{text} ({row.because.rstrip('.')})" if row.because else text


def _recorded(rows: QuerySet[Any], as_of: AsOf, also: tuple[str, ...]) -> QuerySet[Any]:
    """Whatever had been written down by the moment looked back to, withdrawn or not."""
    if as_of.known_at:
        rows = rows.filter(recorded_at__lte=as_of.known_at)
    return rows.select_related("document", "recorded_by", *also)


def _withdrawn(row: Record, as_of: AsOf) -> bool:
    known_at = as_of.known_at
    return row.withdrawn_at is not None and (known_at is None or row.withdrawn_at <= known_at)


def _entry(row: Record, on: date, what: str, as_of: AsOf) -> Entry:
    withdrawn = _withdrawn(row, as_of)
    return Entry(
        on=on,
        what=what,
        rung=rung_of(row, as_of.known_at, as_of.until),
        source=row.source,
        document=str(row.document or ""),
        recorded_at=row.recorded_at,
        recorded_by=str(row.recorded_by),
        withdrawn_at=row.withdrawn_at if withdrawn else None,
        withdrawn_because=row.withdrawn_because if withdrawn else "",
    )


def _certificates(as_of: AsOf) -> Iterator[Entry]:
    """How many certificates came how far on one day. No names: they are personal data."""
    one_entry = ("happened_on", "kind", "rung", "source", "recorded_by__full_name")
    counts = {"count": Count("pk"), "at": Max("recorded_at")}
    standing = as_of.facts(CertificateEvent).values(*one_entry).annotate(**counts)
    for row in standing.order_by("-happened_on")[:LATEST]:
        yield _counted(row)

    gone = Q(withdrawn_at__isnull=False)
    if as_of.known_at:
        gone = Q(withdrawn_at__lte=as_of.known_at, recorded_at__lte=as_of.known_at)
    withdrawn = (
        as_of.only(CertificateEvent.objects.all())
        .filter(gone, happened_on__lte=as_of.until)
        .with_rung(as_of.known_at, as_of.until)
        .order_by()
        .values(*one_entry, "withdrawn_because")
        .annotate(**counts, gone_at=Max("withdrawn_at"))
    )
    for row in withdrawn.order_by("-happened_on")[:LATEST]:
        yield _counted(row)


def _counted(row: dict) -> Entry:
    label = CertificateEvent.Kind(row["kind"]).label
    return Entry(
        on=row["happened_on"],
        what=ngettext(
            "%(count)s digital signature: %(what)s",
            "%(count)s digital signatures: %(what)s",
            row["count"],
        )
        % {"count": row["count"], "what": label},
        rung=Rung(row["rung"]),
        source=row["source"],
        document="",
        recorded_at=row["at"],
        recorded_by=row["recorded_by__full_name"],
        withdrawn_at=row.get("gone_at"),
        withdrawn_because=row.get("withdrawn_because", ""),
    )
