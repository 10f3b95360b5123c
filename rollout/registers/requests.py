"""Recording that a sheet was sent: a batch for each letter, a certificate for each of its lines."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from facilities.models import ChangeSet, Facility, User
from facilities.registers.entering import AlreadySent, begin, enter_rows, writing_of
from facilities.registers.writers import RowEntry
from rollout.registers.catalogue import REGISTERS
from signatures.models import Batch, Certificate, DocumentMark
from signatures.sheets.filling import Line


@transaction.atomic
def record_requests(
    *,
    facility: Facility,
    batches: Sequence[Sequence[Line]],
    form: str,
    by: User,
    on: date,
    at: datetime,
    change_set_id: UUID,
) -> None:
    """Everything of one sheet in one change set; the same sheet sent twice is recorded once.

    Of document numbers the keyed digest alone is kept, with the person.
    """
    try:
        change_set = begin(
            kind=ChangeSet.Kind.FORM, by=by, change_set_id=change_set_id, facility=facility
        )
    except AlreadySent:
        return
    register = REGISTERS["certificates"]
    empty = {column.code: column.empty for column in register.columns}
    entries: list[RowEntry[Certificate]] = []
    for lines in batches:
        batch = Batch.objects.create(
            code=_free_code(facility, on),
            facility=facility,
            form="01" if form == "import" else form,
        )
        for line in lines:
            told = {
                "facility": facility.code,
                "holder": line.get("name"),
                "position": line.get("position")[:100],
                "unit": line.get("unit")[:150],
                "device": line.get("device"),
                "subscriber": Certificate.Subscriber.INDIVIDUAL.value,
                "batch": batch.code,
                "member": line.person.key if line.person else None,
                "requested": on,
            }
            entries.append(RowEntry(None, {}, empty | told))
    enter_rows(register, entries, writing_of(change_set, on=on))
    marks = [
        DocumentMark(member_id=line.person.key, digest=line.digest, at=at)
        for lines in batches
        for line in lines
        if line.person and line.digest
    ]
    DocumentMark.objects.bulk_create(
        marks, update_conflicts=True, unique_fields=["member"], update_fields=["digest", "at"]
    )


def _free_code(facility: Facility, on: date) -> str:
    stem = f"{facility.code}-{on:%Y%m%d}"[:36]
    taken = set(Batch.objects.filter(code__startswith=stem).values_list("code", flat=True))
    number = next(n for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
    return f"{stem}-{number}"
