"""What a facility owes the Department on a day, worst first: each line names the cells that answer it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectivity.models import ConnectionStep
from equipment.books.devices import column_code
from equipment.books.judging import AMOUNTS
from equipment.books.judging import reached as stage_reached
from equipment.files import files
from equipment.stages import Stage
from equipment.stock import stock
from facilities.checking import remarks
from facilities.register import Register
from facilities.working_days import working_days_of
from rollout import drafts
from rollout.books import BOOKS
from rollout.books.milestones import reached as milestone_reached
from rollout.cache import cached_progress
from rollout.models import Milestone
from rollout.reporting import DUE, LATE, SILENT, freshness
from signatures.certificates import CertificateOnDay, certificates
from signatures.models import CertificateEvent

SOON = timedelta(days=14)
Kind = CertificateEvent.Kind

# What waits, by the step it waits for; the column of the step, and what must have come before.
HANDING = {"handed-over": (Kind.HANDED_OVER, Kind.ISSUED)}
TESTING = {"authenticated": (Kind.AUTHENTICATED, Kind.HANDED_OVER)}
WAITING_FOR = HANDING | TESTING


@dataclass(frozen=True, slots=True)
class Owed:
    """One line. `row` None: it is answered by a report, or on a list of its own (`step`)."""

    kind: str  # report, returned, stage, milestone, certificates, devices, connection
    what: str
    due_on: date | None = None
    days_late: int = 0
    because: str = ""
    book: str = ""
    row: int | None = None
    cells: tuple[str, ...] = ()
    step: str = ""

    @property
    def form(self) -> str:
        """The name of the form that answers it, which is that of its draft."""
        return drafts.of_row(self.book, self.row, self.cells)


ORDER = ("returned", "report", "stage", "milestone", "certificates", "connection", "devices")


def owed(facility_id: int, on: date) -> list[Owed]:
    """A fixed number of queries. Longest late first; what is late comes before what is missing."""
    register = Register(on, facility_ids=frozenset({facility_id}))
    found = [
        *_report(register, facility_id),
        *_returned(facility_id),
        *_stages(register, facility_id),
        *_milestones(register, facility_id),
        *_certificates(register),
        *_connection(register, facility_id),
        *_devices(register, facility_id),
    ]
    return sorted(found, key=lambda line: (-line.days_late, ORDER.index(line.kind)))


def _late(due_on: date | None, register: Register) -> int:
    return working_days_of(register).late(due_on, register.until) if due_on else 0


def _report(register: Register, pk: int) -> Iterator[Owed]:
    state = freshness(register).get(pk)
    if state is None or state.word not in (DUE, LATE, SILENT):
        return
    yield Owed(
        kind="report",
        what=_("Status report of the week"),
        due_on=state.due_on,
        days_late=_late(state.due_on, register),
    )


def _returned(pk: int) -> Iterator[Owed]:
    for edit in remarks(pk):
        book = BOOKS.get(edit.book)
        if book is None or not edit.column:
            continue
        yield Owed(
            kind="returned",
            what=_("Returned by the Department: %(field)s")
            % {"field": book.column(edit.column).heading()},
            because=edit.returned_because,
            book=edit.book,
            row=edit.row,
            cells=(edit.column,),
        )


def _stages(register: Register, pk: int) -> Iterator[Owed]:
    """Stages whose planned day has come, or comes within two weeks: the nearest of each file."""
    for file in files(register):
        if file.facility_id != pk:
            continue
        awaited = [s for s in file.steps if s.target and s.passed_on is None]
        for step in sorted(awaited, key=lambda step: step.target)[:1]:
            if step.target > register.until + SOON:
                continue
            amounts = [code for code, stage in AMOUNTS.items() if stage == step.stage]
            yield Owed(
                kind="stage",
                what=f"{step.label} ({file.code})",
                due_on=step.target,
                days_late=_late(step.target, register),
                because=file.title,
                book="procurements",
                row=file.id,
                cells=(stage_reached(Stage(step.stage)), *amounts),
            )


def _milestones(register: Register, pk: int) -> Iterator[Owed]:
    """Days that are late, and days that nobody wrote down though a later step was reached."""
    result = cached_progress(register.until).facility(register.codes[pk])
    for milestone in result.milestones if result else ():
        if milestone.code == Milestone.COUNCIL or milestone.state not in ("late", "unknown"):
            continue
        yield Owed(
            kind="milestone",
            what=_("Day of: %(milestone)s") % {"milestone": milestone.label},
            due_on=milestone.target,
            days_late=_late(milestone.target, register) if milestone.state == "late" else 0,
            because=""
            if milestone.state == "late"
            else _("A later step was reached, but nobody has recorded the day of this one."),
            book="milestones",
            row=pk,
            cells=(milestone_reached(milestone.code),),
        )


def waiting_for(found: list[CertificateOnDay], step: str) -> list[CertificateOnDay]:
    """Certificates that have what comes before a step (`WAITING_FOR`), and not the step."""
    kind, before = WAITING_FOR[step]
    return [row for row in found if row.counts_as(before) and not row.counts_as(kind)]


def _certificates(register: Register) -> Iterator[Owed]:
    found = certificates(register)
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
        yield Owed(
            kind="certificates",
            what=texts[step](len(rows)) % {"count": len(rows)},
            because=_("The oldest waits since %(day)s.") % {"day": since.strftime("%d/%m/%Y")},
            book="certificates",
            step=step,
        )


def _connection(register: Register, pk: int) -> Iterator[Owed]:
    """The next step of the connection to the counted partner."""
    on = register.until
    if not any(facility.id == pk and facility.in_connectivity for facility in register.on(on)):
        return
    book = BOOKS["connections"]
    values = book.values([pk], on).get(pk, {})
    steps = [s for s in ConnectionStep.Step if s != ConnectionStep.Step.DISCONNECTED]
    missing = next((step for step in steps if not values.get(step.value)), None)
    if missing and not values.get(ConnectionStep.Step.DISCONNECTED.value):
        yield Owed(
            kind="connection",
            what=_("Data connection: %(step)s") % {"step": missing.label},
            book="connections",
            row=pk,
            cells=(missing.value,),
        )


def _devices(register: Register, pk: int) -> Iterator[Owed]:
    for line in stock(register):
        if line.facility_id != pk or not line.missing:
            continue
        yield Owed(
            kind="devices",
            what=_("%(device)s: %(count)s of %(norm)s")
            % {"device": line.label, "count": line.installed, "norm": line.norm},
            because=_("%(count)s below the norm; %(ordered)s on order.")
            % {"count": line.missing, "ordered": line.on_order},
            book="devices",
            row=pk,
            cells=(column_code(line.device_type),),
        )
