"""What a facility owes the Department on a day, worst first: each line names the cells that answer it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectivity.models import ConnectionStep
from equipment.files import files
from equipment.registers.devices import column_code
from equipment.registers.file_rules import AMOUNTS
from equipment.registers.file_rules import reached as stage_reached
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.checking import remarks
from facilities.working_days import working_days_of
from rollout.figures.cached import cached_progress
from rollout.models import Milestone, MilestoneEvent
from rollout.models.milestones import StepPaper
from rollout.programme.reporting import DUE, LATE, SILENT, freshness
from rollout.programme.tracking import known_stock
from rollout.programme.ways import ways
from rollout.registers import drafts
from rollout.registers.catalogue import REGISTERS
from rollout.registers.milestones import number as milestone_number
from rollout.registers.milestones import reached as milestone_reached
from signatures.certificates import CertificateOnDay, certificates
from signatures.models import CertificateEvent

SOON = timedelta(days=14)
Kind = CertificateEvent.Kind

# What waits, by the step it waits for; the column of the step, and what must have come before.
HANDING = {"handed-over": (Kind.HANDED_OVER, Kind.ISSUED)}
TESTING = {"authenticated": (Kind.AUTHENTICATED, Kind.HANDED_OVER)}
WAITING_FOR = HANDING | TESTING


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One line. `row` None: it is answered by a report, or on a list of its own (`step`)."""

    kind: str  # report, returned, stage, milestone, paper, certificates, devices, connection
    what: str
    due_on: date | None = None
    days_late: int = 0
    because: str = ""
    register: str = ""
    row: int | None = None
    cells: tuple[str, ...] = ()
    step: str = ""

    @property
    def form(self) -> str:
        """The name of the form that answers it, which is that of its draft."""
        return drafts.of_row(self.register, self.row, self.cells)


ORDER = (
    "returned",
    "report",
    "stage",
    "milestone",
    "paper",
    "certificates",
    "connection",
    "devices",
)


def todo(facility_id: int, on: date) -> list[TodoItem]:
    """A fixed number of queries. Longest late first; what is late comes before what is missing."""
    as_of = AsOf(on, facility_ids=frozenset({facility_id}))
    found = [
        *_report(as_of, facility_id),
        *_returned(facility_id),
        *_stages(as_of, facility_id),
        *_milestones(as_of, facility_id),
        *_papers(as_of, facility_id),
        *_certificates(as_of),
        *_connection(as_of, facility_id),
        *_devices(as_of, facility_id),
    ]
    return sorted(found, key=lambda line: (-line.days_late, ORDER.index(line.kind)))


def _late(due_on: date | None, as_of: AsOf) -> int:
    return working_days_of(as_of).days_late(due_on, as_of.until)


def _report(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    state = freshness(as_of).get(pk)
    if state is None or state.word not in (DUE, LATE, SILENT):
        return
    yield TodoItem(
        kind="report",
        what=_("Status report of the week"),
        due_on=state.due_on,
        days_late=_late(state.due_on, as_of),
    )


def _returned(pk: int) -> Iterator[TodoItem]:
    for edit in remarks(pk):
        register = REGISTERS.get(edit.register)
        if register is None or not edit.column:
            continue
        yield TodoItem(
            kind="returned",
            what=_("Returned by the Department: %(field)s")
            % {"field": register.column(edit.column).heading()},
            because=edit.returned_because,
            register=edit.register,
            row=edit.row,
            cells=(edit.column,),
        )


def _stages(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    """Stages whose planned day has come, or comes within two weeks: the nearest of each file."""
    for file in files(as_of):
        if file.facility_id != pk:
            continue
        awaited = [(s.target, s) for s in file.steps if s.target and s.passed_on is None]
        for target, step in sorted(awaited, key=lambda found: found[0])[:1]:
            if target > as_of.until + SOON:
                continue
            amounts = [code for code, stage in AMOUNTS.items() if stage == step.stage]
            yield TodoItem(
                kind="stage",
                what=f"{step.label} ({file.code})",
                due_on=target,
                days_late=_late(target, as_of),
                because=file.title,
                register="procurements",
                row=file.id,
                cells=(stage_reached(Stage(step.stage)), *amounts),
            )


def _milestones(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    """Days that are late, and days that nobody wrote down though a later step was reached."""
    result = cached_progress(as_of.until).facility(as_of.codes[pk])
    for milestone in result.milestones if result else ():
        if milestone.code == Milestone.COUNCIL or milestone.state not in ("late", "unknown"):
            continue
        silent = milestone.state == "unknown" and not milestone.passed_over
        if silent and milestone.code != Milestone.LAUNCH:
            continue  # where nothing is known, one question is enough
        yield TodoItem(
            kind="milestone",
            what=_("Day of: %(milestone)s") % {"milestone": milestone.label},
            due_on=milestone.target,
            days_late=_late(milestone.target, as_of) if milestone.state == "late" else 0,
            because=milestone.unknown_because if milestone.state == "unknown" else "",
            register="milestones",
            row=pk,
            cells=(milestone_reached(milestone.code),),
        )


def _papers(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    """Steps that were reached without the paper that their kind asks for on that day."""
    described = next((one for one in as_of.on(as_of.until) if one.id == pk), None)
    if described is None:
        return
    without = MilestoneEvent.objects.as_of(as_of.until, as_of.known_at).filter(
        facility=pk, document__isnull=True
    )
    for code, day in without.order_by("happened_on").values_list("milestone", "happened_on"):
        if kind := ways(as_of).paper(described, code, day):
            yield TodoItem(
                kind="paper",
                what=_("Paper of: %(milestone)s") % {"milestone": Milestone(code).label},
                because=_("Asked for: %(paper)s. The step was reached on %(day)s.")
                % {"paper": StepPaper(kind).label, "day": day.strftime("%d/%m/%Y")},
                register="milestones",
                row=pk,
                cells=(milestone_reached(code), milestone_number(code)),
            )


def waiting_for(found: list[CertificateOnDay], step: str) -> list[CertificateOnDay]:
    """Certificates that have what comes before a step (`WAITING_FOR`), and not the step."""
    kind, before = WAITING_FOR[step]
    return [row for row in found if row.counts_as(before) and not row.counts_as(kind)]


def _certificates(as_of: AsOf) -> Iterator[TodoItem]:
    found = certificates(as_of)
    texts = {
        "handed-over": lambda n: ngettext(
            "%(count)s digital signature issued and not handed over",
            "%(count)s digital signatures issued and not handed over",
            n,
        ),
        "authenticated": lambda n: ngettext(
            "%(count)s digital signature handed over and not authenticated",
            "%(count)s digital signatures handed over and not authenticated",
            n,
        ),
    }
    for step, (_kind, before) in WAITING_FOR.items():
        rows = waiting_for(found, step)
        if not rows:
            continue
        since = min(row.days[before] for row in rows)
        yield TodoItem(
            kind="certificates",
            what=texts[step](len(rows)) % {"count": len(rows)},
            because=_("The oldest waits since %(day)s.") % {"day": since.strftime("%d/%m/%Y")},
            register="certificates",
            step=step,
        )


def _connection(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    """The next step of the connection to the counted partner."""
    on = as_of.until
    if not any(facility.id == pk and facility.in_connectivity for facility in as_of.on(on)):
        return
    register = REGISTERS["connections"]
    values = register.values([pk], on).get(pk, {})
    steps = [s for s in ConnectionStep.Step if s != ConnectionStep.Step.DISCONNECTED]
    missing = next((step for step in steps if not values.get(step.value)), None)
    if missing and not values.get(ConnectionStep.Step.DISCONNECTED.value):
        yield TodoItem(
            kind="connection",
            what=_("Data connection: %(step)s") % {"step": missing.label},
            register="connections",
            row=pk,
            cells=(missing.value,),
        )


def _devices(as_of: AsOf, pk: int) -> Iterator[TodoItem]:
    for line in known_stock(as_of):
        if line.facility_id != pk or not line.missing:
            continue
        yield TodoItem(
            kind="devices",
            what=_("%(device)s: %(count)s of %(norm)s")
            % {"device": line.label, "count": line.installed, "norm": line.norm},
            because=_("%(count)s below the norm; %(ordered)s on order.")
            % {"count": line.missing, "ordered": line.on_order},
            register="devices",
            row=pk,
            cells=(column_code(line.device_type),),
        )
