"""certificates.csv: certificates that went the same way on the same days, one line a group.

A line of one certificate may name its holder; lines of sample data get invented ones. There is no
column for ID-card numbers or birth dates, and a file that has one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities import bulk
from facilities.evidence import Assumed
from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.models import Document
from facilities.registers.attempts import Happening, Story
from facilities.registers.register import Problems, Register
from facilities.registers.writers import RowEntry, Writer, Writing, signed
from rollout.registers.loading.folder import Folder
from rollout.registers.loading.holders import Holder, InventedHolders
from rollout.registers.loading.names import Names
from rollout.registers.loading.reading import BadFolder, Problem
from signatures.models import Batch, Certificate, CertificateEvent
from signatures.registers import Certificates
from signatures.rules import faults

Kind = CertificateEvent.Kind

FILE, SHEET = "certificates.csv", "certificates"
DESK = Certificates()

# Column -> kind of event and attempt, in the order in which the steps follow each other.
STEPS = {
    "requested": (Kind.REQUESTED, 1),
    "returned": (Kind.RETURNED, 1),
    "requested-again": (Kind.REQUESTED, 2),
    "issued": (Kind.ISSUED, 1),
    "received": (Kind.RECEIVED, 1),
    "handed-over": (Kind.HANDED_OVER, 1),
    "authenticated": (Kind.AUTHENTICATED, 1),
    "changed": (Kind.CHANGED, 1),
    "left": (Kind.LEFT, 1),
    "revoked": (Kind.REVOKED, 1),
}
COLUMN_OF = {step: column for column, step in STEPS.items()}
NEEDED = ("batch", "group", "count", "requested")
HOLDER = ("holder", "position", "unit")
OF_THE_DESK = (*HOLDER, "serial", "subscriber", "device", "valid-until")


def _columns() -> tuple[Column, ...]:
    """Those of the desk's register, and what only a line about many certificates says."""
    desk = {column.code: column for column in DESK.columns}
    assumed = {code: label for code, label in Assumed.CHOICES if code}
    own = {
        # The log of a certificate is read by the desk's columns, which know neither of these.
        "requested-again": Column(
            "requested-again", gettext_lazy("requested again"), Cell.DAY, writable=False
        ),
        "changed": Column("changed", Kind.CHANGED.label, Cell.DAY, writable=False),
    }
    return (
        replace(desk["batch"], required=True),
        Column("group", gettext_lazy("group"), required=True, max_length=20),
        Column("count", gettext_lazy("count"), Cell.COUNT, required=True),
        *(desk[code] for code in OF_THE_DESK),
        *(
            replace(own.get(step) or desk[step], required=step == "requested", aliases=())
            for step in STEPS
        ),
        Column("because", gettext_lazy("reason")),
        Column("document", gettext_lazy("document"), Cell.CODE),
        Column("source", gettext_lazy("source")),
        Column("assumed", gettext_lazy("assumed"), Cell.CHOICE, choices=lambda: assumed),
        Column("later_source", gettext_lazy("source of the later steps")),
        Column(
            "later_assumed",
            gettext_lazy("assumed of the later steps"),
            Cell.CHOICE,
            choices=lambda: assumed,
        ),
    )


@dataclass
class Entered(RowEntry):
    """One certificate of a line. `key`: what it is called in the folder."""

    key: str = ""


class Steps(Writer):
    """The days of a line: each an event, with the source of the request or that of all later ones."""

    is_fact = True
    columns = {**dict.fromkeys(STEPS, "happened_on"), "valid-until": "valid_until"}

    def __init__(self, names: Names):
        self.names = names

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        bulk.insert(
            [
                self._event(cast(Entered, entry), step, writing)
                for entry in entries
                for step in STEPS
                if entry.new.get(step) and not entry.old.get(step)
            ]
        )

    def _event(self, entry: Entered, step: str, writing: Writing) -> CertificateEvent:
        kind, attempt = STEPS[step]
        certificate, cells = cast(Certificate, entry.row), cast(dict[str, Any], entry.new)
        event = CertificateEvent(
            certificate_id=certificate.pk,
            facility_id=certificate.facility_id,
            kind=kind,
            attempt=attempt,
            happened_on=cells[step],
            valid_until=cells.get("valid-until") if kind == Kind.ISSUED else None,
            because=cells.get("because", "") if kind in (Kind.RETURNED, Kind.REVOKED) else "",
            assumed=cells.get("assumed", ""),
        )
        paper = self.names.rows(Document).get(cells.get("document", ""))
        # The step's name as it has always been in import keys.
        name = f"{SHEET}:{entry.key}/{step.replace('-', '_')}"
        signed(event, writing, cast(Document | None, paper), entry, name)
        # A source that tells of the request may say nothing of what came of it.
        if step != "requested" and cells.get("later_source"):
            event.document = None
            event.source = cells["later_source"]
            event.assumed = cells.get("later_assumed", "")
        return event


class CertificateLines(Register):
    """The desk's register of certificates, entered by lines that each speak of a whole group."""

    code, label, row_label = DESK.code, DESK.label, DESK.row_label
    model = Certificate
    columns = _columns()

    def __init__(self, names: Names, holders: InventedHolders):
        self.names, self.holders = names, holders
        self.steps = Steps(names)

    @property
    def writers(self) -> tuple[Writer, ...]:
        return (self.steps,)

    def readable(self) -> list[Column]:
        """The columns with the names that may stand in them by now."""
        related = {"batch": Batch, "document": Document}
        return [
            self.names.choices(column, related[column.code]) if column.code in related else column
            for column in self.columns
        ]

    def title(self, values: Mapping[str, Value]) -> str:
        return DESK.title(values)

    # --- Judging ------------------------------------------------------------------------

    def check(self, entry: RowEntry, problems: Problems, context: object, on: date) -> None:
        cells = entry.new
        if not (cells.get("source") or cells.get("document")):
            problems.refuse("source", _("Give a source or a document."))
        if cells.get("count") == 0:
            problems.refuse("count", _("Give a whole number from 1 on."))
        if cells.get("count", 1) != 1 and (cells.get("holder") or cells.get("serial")):
            problems.refuse("count", _("A holder or a serial belongs to one certificate."))
        if cells.get("valid-until") and not cells.get("issued"):
            problems.refuse("issued", _("Give the date as well."))
        if problems.errors:
            return
        for fault in faults(_story(cells)):
            column = COLUMN_OF[Kind(fault.what), fault.attempt]
            problems.refuse("valid-until" if fault.field == "valid_until" else column, fault.text)

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry], writing: Writing) -> None:
        made = [self._certificate(cast(Entered, entry), writing) for entry in entries]
        Certificate.objects.bulk_create(made, batch_size=2000)
        for entry, certificate in zip(entries, made, strict=True):
            entry.row, entry.new["id"] = certificate, certificate.pk

    def _certificate(self, entry: Entered, writing: Writing) -> Certificate:
        cells = cast(dict[str, Any], entry.new)
        key = writing.import_key(entry, f"{SHEET}:{entry.key}")
        batch = cast(Batch, self.names.rows(Batch)[cells["batch"]])
        is_sample = Assumed.ALL in (cells.get("assumed"), cells.get("later_assumed"))
        holder = Holder(*(cells.get(column, "") for column in HOLDER))
        if is_sample and self.holders and not any(holder):
            holder = self.holders.of(batch.facility.code, key)
        return Certificate(
            facility=batch.facility,
            batch=batch,
            serial=cells.get("serial", ""),
            subscriber=cells.get("subscriber") or Certificate.Subscriber.INDIVIDUAL,
            device=cells.get("device") or Certificate.Device.TOKEN,
            holder=holder.name,
            position=holder.position,
            unit=holder.unit,
            assumed=is_sample,
            import_key=key,
        )


def _story(cells: Mapping[str, Value]) -> Story:
    """What would have happened to each certificate of a line."""
    days = {step: cells[column] for column, step in STEPS.items() if cells.get(column)}
    until = cells.get("valid-until")
    return {
        (kind, attempt): Happening(
            cast(date, day), cast(date | None, until) if kind == Kind.ISSUED else None
        )
        for (kind, attempt), day in days.items()
    }


def enter_certificates(folder: Folder) -> dict[str, tuple[int, int]]:
    """Enter certificates and their events; per table, how many were new and how many there are."""
    holders = InventedHolders(folder.path / "holders.yaml")
    register = CertificateLines(folder.names, holders)
    table = folder.open(FILE, register.columns, NEEDED)
    lines: dict[str, RowEntry] = {}
    problems: list[Problem] = []
    for line in table.lines(register.readable()):
        key = f"{line.values.get('batch', '')}/{line.values.get('group', '')}"
        problems += line.problems
        if key in lines:
            problems.append(table.problem(line.number, "group", _("It comes twice.")))
        elif not line.problems:
            lines[key] = RowEntry(None, {}, line.values, number=line.number)
    problems += folder.problems(register, table, list(lines.values()))
    if problems:
        raise BadFolder(sorted(problems, key=lambda problem: problem.line))
    entries = _entries(folder, lines)
    folder.write(register, entries, FILE)
    return {
        "certificates": (
            sum(not entry.old for entry in entries),
            sum(int(str(line.new["count"])) for line in lines.values()),
        ),
        "certificate_events": (
            sum(len(_story(entry.new)) - len(_story(entry.old)) for entry in entries),
            sum(int(str(line.new["count"])) * len(_story(line.new)) for line in lines.values()),
        ),
    }


def _entries(folder: Folder, lines: Mapping[str, RowEntry]) -> list[RowEntry]:
    """The certificates of all lines that are new, or to which a step is added."""
    prefix = folder.names.import_key(SHEET, "")
    certificates = Certificate.objects.filter(import_key__startswith=prefix)
    stored = {row.import_key.removeprefix(prefix): row for row in certificates}
    events = CertificateEvent.objects.filter(import_key__startswith=prefix)
    told = {key.removeprefix(prefix) for key in events.values_list("import_key", flat=True)}
    entries: list[RowEntry] = []
    for key, line in lines.items():
        for number in range(1, int(str(line.new["count"])) + 1):
            name = f"{key}/{number}"
            row, old = stored.get(name), dict[str, Value]()
            if row is not None:
                # What is stored is left alone, whatever the file says by now.
                added = [
                    step
                    for step in STEPS
                    if line.new.get(step) and f"{name}/{step.replace('-', '_')}" not in told
                ]
                if not added:
                    continue
                gone = {*added, *(["valid-until"] if "issued" in added else [])}
                old = {code: value for code, value in line.new.items() if code not in gone}
            entries.append(Entered(row, old, dict(line.new), number=line.number, key=name))
    return entries
