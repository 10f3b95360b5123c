"""Files as people send them, and sending them."""

from datetime import date
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from facilities.models import User
from rollout.models import ImportFile
from rollout.registers import importing
from rollout.registers.catalogue import TAKING_FILES

ON = date(2025, 5, 21)


def xlsx(*rows) -> bytes:
    """An Excel file with these rows."""
    register = Workbook()
    for row in rows:
        register.active.append(row)
    stream = BytesIO()
    register.save(stream)
    return stream.getvalue()


def uploaded(content: bytes, name: str = "bảng.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def received(register: str, by: User, *rows, facility=None, content: bytes | None = None, **more):
    """A file that was sent and previewed."""
    kept = importing.receive(
        register=TAKING_FILES[register],
        by=by,
        on=more.pop("on", ON),
        facility=facility,
        upload=uploaded(content if content is not None else xlsx(*rows), **more),
    )
    importing.preview(kept)
    return kept


def stored(register: str, by: User, *rows, because: str = "", **more) -> ImportFile:
    """A file that was sent, confirmed and stored."""
    kept = received(register, by, *rows, **more)
    importing.confirm(kept, because=because)
    importing.store(kept)
    assert kept.change_set_id, kept.preview
    return kept


def counts(kept: ImportFile) -> dict[str, int]:
    """Outcomes with rows in them."""
    return {outcome: count for outcome, count in kept.preview["counts"].items() if count}


def texts(kept: ImportFile) -> list[str]:
    return [problem["text"] for problem in kept.preview["problems"]]
