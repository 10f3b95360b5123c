"""Saying yes to a preview, and storing exactly what it showed."""

import pickle
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from facilities.exchange.columns import Value
from facilities.exchange.outcomes import Compared, Outcome
from facilities.exchange.tables import BadTable
from facilities.models import ChangeSet, Ledger
from facilities.registers.entering import begin, enter_rows, writing_of
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.models import ImportFile
from rollout.registers.catalogue import TAKING_FILES
from rollout.registers.importing.how_far import note
from rollout.registers.importing.previewing import preview, spooled
from rollout.registers.importing.states import answered, unanswered
from rollout.registers.importing.validation import Fingerprint, judged, written_places


def confirm(import_file: ImportFile, *, because: str = "", leave_wrong: bool = False) -> None:
    """Its sender says yes to the preview seen. `store` does the rest.

    Raises ValidationError by field: nothing would change; wrong rows are neither mended nor left
    out (`leave_wrong`); odd rows have no reason; or the preview is no longer the one that was seen.
    """
    counts = (import_file.preview or {}).get("counts", {})
    if not counts.get(Outcome.NEW, 0) + counts.get(Outcome.CHANGED, 0):
        raise ValidationError(_("No changes to save."))
    if counts[Outcome.WRONG] and not leave_wrong:
        raise ValidationError(
            {"leave_wrong": _("Correct the wrong rows and send the file again, or leave them out.")}
        )
    because = because.strip()[:500]
    if counts["odd"] and not because:
        raise ValidationError({"because": _("Give the reason for the unusual values.")})
    seen = unanswered(import_file).filter(previewed_at=import_file.previewed_at)
    confirmed = seen.update(confirmed_at=timezone.now(), because=because)
    if not confirmed:
        raise ValidationError(answered(), code="answered")
    import_file.refresh_from_db()


def change_set_of(import_file: ImportFile) -> UUID:
    """The id of the change set that a file becomes: always the same one, so that it becomes it once."""
    return uuid5(NAMESPACE_URL, f"import:{import_file.pk}:{import_file.sha256}")


@dataclass(slots=True)
class _Row:
    """A row to be written, small enough to wait in a temporary file."""

    number: int
    row: int | None
    old: dict[str, Value]
    new: dict[str, Value]
    odd: list[str]


def store(import_file: ImportFile) -> ChangeSet | None:
    """Write what the preview showed, all or nothing. Returns the change set; None if it no longer holds.

    Safe to ring twice, at the same time or after a worker has died: the change set is made once. If the
    register has moved so that another change would come out, nothing is written, and the new preview
    waits for its sender.
    """
    import_file.refresh_from_db()
    if import_file.change_set_id or not import_file.confirmed_at:
        return import_file.change_set
    try:
        change_set = _stored(import_file)
    except ValidationError as error:
        _return(import_file, " ".join(error.messages))
        return None
    if change_set is None:
        _return(
            import_file,
            _("The register has changed since you looked. Nothing was saved; look again."),
        )
        return None
    import_file.refresh_from_db()
    return change_set


def _return(import_file: ImportFile, why: str) -> None:
    ImportFile.objects.filter(pk=import_file.pk, change_set__isnull=True).update(
        confirmed_at=None, previewed_at=None
    )
    import_file.refresh_from_db()
    preview(import_file, moved=why)


def _stored(import_file: ImportFile) -> ChangeSet | None:
    with TemporaryFile() as waiting:
        # Comparing takes longest, so it is done while others may write.
        version = Ledger.current()
        fingerprint, count = _spool(import_file, waiting)
        with transaction.atomic():
            # Every writer moves the ledger: from here on nobody else writes until this is stored.
            Ledger.touch(())
            if Ledger.current() != version + 1:
                fingerprint, count = _spool(import_file, waiting)
            mine = ImportFile.objects.select_related("change_set").get(pk=import_file.pk)
            if mine.change_set_id or not mine.confirmed_at:
                return mine.change_set
            seen = mine.preview
            if seen is None or fingerprint != seen["fingerprint"]:
                return None
            change_set = begin(
                kind=ChangeSet.Kind.IMPORT,
                by=mine.by,
                change_set_id=change_set_of(mine),
                facility=mine.facility,
                because=mine.because,
                file_name=mine.name,
                file_sha256=mine.sha256,
            )
            _write(mine, change_set, waiting, count)
            ImportFile.objects.filter(pk=mine.pk).update(
                change_set=change_set, rows_written=count, preview=_remains(seen)
            )
    return change_set


def _remains(seen: dict[str, Any]) -> dict[str, Any]:
    """Of a preview whose rows are stored: the counts, and what is still to be mended."""
    return seen | {"rows": {outcome.value: [] for outcome in Outcome}, "odd": []}


def _spool(import_file: ImportFile, waiting: BinaryIO) -> tuple[str, int]:
    """Compare once more; the rows to be written are put aside. Returns their fingerprint and number."""
    waiting.seek(0)
    waiting.truncate()
    count = done = 0
    with judged(import_file) as found:
        fingerprint = Fingerprint(found.comparison.columns)
        for chunk in found.chunks:
            rows = []
            for compared in chunk:
                fingerprint.add(compared)
                entry = compared.entry
                if entry and compared.outcome in (Outcome.NEW, Outcome.CHANGED):
                    rows.append(_row(compared, entry))
            pickle.dump(rows, waiting)
            count += len(rows)
            done += len(chunk)
            note(import_file, done=done, of=2 * import_file.rows_read)
    return fingerprint.text(), count


def _row(compared: Compared, entry: RowEntry) -> _Row:
    return _Row(
        compared.number,
        entry.row.pk if entry.row else None,
        entry.old,
        entry.new,
        [problem.column for problem in compared.warnings],
    )


def _write(import_file: ImportFile, change_set: ChangeSet, waiting: BinaryIO, count: int) -> None:
    register = TAKING_FILES[import_file.register]
    # What is written down is read for years: in the language of the house, not of the sender.
    with override(settings.LANGUAGE_CODE):
        source = _("Imported from %(file)s") % {"file": import_file.name}
        writing = writing_of(change_set, on=import_file.on, source=source)
        done = 0
        for rows in spooled(waiting):
            found = register.model._default_manager.in_bulk(
                [row.row for row in rows if row.row is not None]
            )
            entries = [
                RowEntry(
                    found[row.row] if row.row is not None else None,
                    row.old,
                    row.new,
                    because=dict.fromkeys(row.odd, import_file.because),
                    number=row.number,
                )
                for row in rows
            ]
            enter_rows(register, entries, writing)
            _refuse_foreign(import_file, register, entries)
            done += len(rows)
            note(import_file, done=count + done, of=2 * count)


def _refuse_foreign(import_file: ImportFile, register: Register, entries: list[RowEntry]) -> None:
    """What a file has written belongs to the facilities of its sender, whatever the register is."""
    places = written_places(import_file)
    if places is None:
        return
    if any(register.facility_of(entry.row) not in places for entry in entries):
        raise BadTable(_("It holds rows of another facility. Nothing was saved."))
