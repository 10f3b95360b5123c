"""The facts of one facility in the order they happened, withdrawn ones included."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement, Hosting, ItLevel, StageEvent
from facilities.evidence import Rung, rung_of
from facilities.models import DatedFact
from facilities.register import Register
from rollout.models import CouncilRuling, MilestoneEvent
from rollout.templatetags.figures import signed
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
)


def history(register: Register) -> tuple[list[Entry], list[Entry]]:
    """The latest entries, newest first: those shown at once and those before. A fixed number of queries."""
    entries = [*_facts(register), *_certificates(register)]
    entries.sort(key=lambda entry: (entry.on, entry.recorded_at), reverse=True)
    return entries[:AT_FIRST], entries[AT_FIRST:LATEST]


def _facts(register: Register) -> Iterator[Entry]:
    for model, also, tell in TOLD:
        rows = register.only(model.objects).filter(happened_on__lte=register.until)
        if register.known_at:
            rows = rows.filter(recorded_at__lte=register.known_at)
        rows = rows.select_related("document", "recorded_by", *also)
        for fact in rows.order_by("-happened_on", "-pk")[:LATEST]:
            withdrawn = fact.withdrawn_at and (
                register.known_at is None or fact.withdrawn_at <= register.known_at
            )
            yield Entry(
                on=fact.happened_on,
                what=tell(fact),
                rung=rung_of(fact, register.known_at, register.until),
                source=fact.source,
                document=str(fact.document or ""),
                recorded_at=fact.recorded_at,
                recorded_by=str(fact.recorded_by),
                withdrawn_at=fact.withdrawn_at if withdrawn else None,
                withdrawn_because=fact.withdrawn_because if withdrawn else "",
            )


def _certificates(register: Register) -> Iterator[Entry]:
    """How many certificates came how far on one day. No names: they are personal data."""
    rows = (
        register.facts(CertificateEvent)
        .values("happened_on", "kind", "rung", "source", "recorded_by__full_name")
        .annotate(count=Count("pk"), at=Max("recorded_at"))
        .order_by("-happened_on")[:LATEST]
    )
    for row in rows:
        label = CertificateEvent.Kind(row["kind"]).label
        yield Entry(
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
        )
