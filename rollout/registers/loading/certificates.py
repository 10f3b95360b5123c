"""certificates.csv: certificates that went the same way on the same days, one line a group.

A line of one certificate may name its holder; lines of sample data get invented ones. There is no
column for ID-card numbers or birth dates, and a file that has one is refused.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db.models import Model

from facilities.evidence import Assumed
from facilities.models import Document
from facilities.services import record_many
from rollout.registers.loading.holders import Holder, InventedHolders
from rollout.registers.loading.reading import BadFolder, Problem, Row, read
from rollout.registers.loading.writing import Load
from signatures.models import Batch, Certificate, CertificateEvent

Kind = CertificateEvent.Kind

# Column -> kind of event and attempt, in the order in which the steps follow each other.
STEPS = {
    "requested": (Kind.REQUESTED, 1),
    "returned": (Kind.RETURNED, 1),
    "requested_again": (Kind.REQUESTED, 2),
    "issued": (Kind.ISSUED, 1),
    "received": (Kind.RECEIVED, 1),
    "handed_over": (Kind.HANDED_OVER, 1),
    "authenticated": (Kind.AUTHENTICATED, 1),
    "changed": (Kind.CHANGED, 1),
    "left": (Kind.LEFT, 1),
    "revoked": (Kind.REVOKED, 1),
}
DAYS = (*STEPS, "valid_until")
NEEDED = {"batch", "group", "count", "requested"}
COLUMNS = {
    *NEEDED,
    *DAYS,
    *("subscriber", "device", "serial", "holder", "position", "unit", "because"),
    *("document", "source", "assumed", "later_source", "later_assumed"),
}


def load_certificates(load: Load, folder: Path) -> dict[str, tuple[int, int]]:
    """Store certificates and their events; per table, how many were new and how many there are."""
    groups = _groups(load, read(folder / "certificates.csv", COLUMNS, NEEDED))
    holders = InventedHolders(folder / "holders.yaml")
    stored = _stored(load, Certificate)
    certificates = [
        certificate for group in groups for certificate in group.certificates(holders, stored)
    ]
    if certificates:
        Certificate.objects.bulk_create(certificates, batch_size=2000)
        stored = _stored(load, Certificate)
    stored_events = _stored(load, CertificateEvent)
    events = [event for group in groups for event in group.events(stored, stored_events)]
    record_many(events, by=load.by, at=load.at)
    return {
        "certificates": (len(certificates), sum(group.count for group in groups)),
        "certificate_events": (len(events), sum(g.count * len(g.steps) for g in groups)),
    }


def _stored(load: Load, model: type[Model]) -> dict[str, int]:
    prefix = load.import_key("certificates", "")
    rows = model.objects.filter(import_key__startswith=prefix)
    return dict(rows.values_list("import_key", "pk"))


@dataclass(frozen=True)
class Group:
    """One line of the file: `count` certificates, and on which day each step happened to them."""

    row: Row
    batch: Batch
    count: int
    days: dict[str, date]
    document: Document | None
    import_key: str

    @property
    def steps(self) -> list[str]:
        return [step for step in STEPS if step in self.days]

    def keys(self) -> list[str]:
        return [f"{self.import_key}/{number}" for number in range(1, self.count + 1)]

    def certificates(self, holders: InventedHolders, stored: dict) -> list[Certificate]:
        """Those not yet stored. Raises BadFolder when a cell does not fit."""
        fresh = [self._certificate(key, holders) for key in self.keys() if key not in stored]
        self._check(fresh[:1])
        return fresh

    def events(self, certificates: dict[str, int], stored: dict) -> list[CertificateEvent]:
        """Those not yet stored. Raises BadFolder when a cell does not fit."""
        fresh = [
            self._event(step, certificates[key], f"{key}/{step}")
            for key in self.keys()
            for step in self.steps
            if f"{key}/{step}" not in stored
        ]
        self._check(fresh[: len(self.steps)])
        return fresh

    def _certificate(self, key: str, holders: InventedHolders) -> Certificate:
        cells = self.row.cells
        is_sample = Assumed.ALL in (cells.get("assumed"), cells.get("later_assumed"))
        holder = Holder(*(cells.get(column, "") for column in ("holder", "position", "unit")))
        if is_sample and holders and not any(holder):
            holder = holders.of(self.batch.facility.code, key)
        return Certificate(
            facility=self.batch.facility,
            batch=self.batch,
            serial=cells.get("serial", ""),
            subscriber=cells.get("subscriber") or Certificate.Subscriber.INDIVIDUAL,
            device=cells.get("device") or Certificate.Device.TOKEN,
            holder=holder.name,
            position=holder.position,
            unit=holder.unit,
            assumed=is_sample,
            import_key=key,
        )

    def _event(self, step: str, certificate_id: int, key: str) -> CertificateEvent:
        kind, attempt = STEPS[step]
        cells = self.row.cells
        # A source that tells of the request may say nothing of what came of it.
        later = step != "requested" and cells.get("later_source")
        return CertificateEvent(
            certificate_id=certificate_id,
            facility=self.batch.facility,
            kind=kind,
            attempt=attempt,
            happened_on=self.days[step],
            valid_until=self.days.get("valid_until") if kind == Kind.ISSUED else None,
            because=cells.get("because", "") if kind in (Kind.RETURNED, Kind.REVOKED) else "",
            document=None if later else self.document,
            source=later or cells.get("source", ""),
            assumed=cells.get("later_assumed" if later else "assumed", ""),
            import_key=key,
        )

    def _check(self, firsts: list[Certificate] | list[CertificateEvent]) -> None:
        """Ask the first of the group what its model asks; the others are like it."""
        for instance in firsts:
            relations = {f.name for f in instance._meta.fields if f.is_relation}
            try:
                instance.clean_fields(exclude=relations)
                instance.clean()
            except ValidationError as error:
                raise BadFolder(self.row.problems(error)) from error


def _groups(load: Load, rows: list[Row]) -> list[Group]:
    problems: list[Problem] = []
    groups = []
    for row in rows:
        group, wrong = _group(load, row)
        groups.append(group)
        problems += wrong
    times = Counter(group.import_key for group in groups)
    problems += [g.row.problem("group", "comes twice") for g in groups if times[g.import_key] > 1]
    if problems:
        raise BadFolder(problems)
    return groups


def _group(load: Load, row: Row) -> tuple[Group, list[Problem]]:
    cells = row.cells
    problems = []
    batch, document = load.find(Batch, cells["batch"]), None
    if batch is None:
        problems.append(row.problem("batch", f"“{cells['batch']}” is not in the files"))
    if cells.get("document"):
        document = load.find(Document, cells["document"])
        if document is None:
            problems.append(row.problem("document", f"“{cells['document']}” is not in the files"))
    elif not cells.get("source"):
        problems.append(row.problem("source", "give a source or a document"))
    count = int(cells["count"]) if cells["count"].isdecimal() else 0
    if count < 1:
        problems.append(row.problem("count", "give a whole number from 1 on"))
    if count > 1 and (cells.get("holder") or cells.get("serial")):
        problems.append(row.problem("count", "a holder or a serial belongs to one certificate"))
    days = {}
    for column in DAYS:
        if cells.get(column):
            try:
                days[column] = date.fromisoformat(cells[column])
            except ValueError:
                problems.append(
                    row.problem(column, f"“{cells[column]}” is no day, write 2025-05-21")
                )
    if "requested" not in days:
        problems.append(row.problem("requested", "must not be empty"))
    in_order = [days[column] for column in STEPS if column in days]
    if in_order != sorted(in_order):
        problems.append(row.problem("", "a step lies before the one that it follows"))
    key = load.import_key("certificates", f"{cells['batch']}/{cells['group']}")
    return Group(row, batch, count, days, document, key), problems
