"""Taking a file in, opening it again, finding out what its headings mean, dropping it."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO, cast
from uuid import uuid4

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.exchange import headers
from facilities.exchange.headers import Heading
from facilities.exchange.reading import read_pasted, read_table
from facilities.exchange.tables import BadTable, Row, Source
from facilities.folding import fold
from facilities.models import Facility, User
from facilities.registers.register import Register
from rollout.models import HeadingChoice, ImportFile
from rollout.registers.catalogue import TAKING_FILES
from rollout.registers.importing.mending import mended
from rollout.registers.importing.states import read_anew, unanswered

SMALL = 2000  # rows that are dealt with while the sender waits; more are a job
_PASTED = ".pasted"  # the end of the stored name of rows that came by the clipboard
_REJECTS = ".rejects.xlsx"  # added to it, the place of the rows to be mended


def receive(
    *,
    register: Register,
    by: User,
    on: date,
    facility: Facility | None = None,
    places: Collection[int] | None = None,
    upload: File | None = None,
    pasted: str = "",
) -> ImportFile:
    """Keep a file, or pasted rows, for a preview. Raises BadTable, and keeps nothing, if no table
    with headings of the register can be seen in it.

    `on`: the day its values hold from. `facility`: the one its sender speaks for; None: the Department.
    `places`: the facilities that its sender keeps, where these are not all.
    """
    stream, name = _stream(upload, pasted)
    remembered = _remembered(by, register)
    fit = headers.fitting(register.bound(), remembered)
    source = read_pasted(pasted) if upload is None else read_table(stream, name, fit=fit)
    heading, rows = headers.find(source, register.bound(), remembered)
    _refuse_private(register, heading.texts)
    if register.forbidden:  # another sheet of the file may be chosen later, and is kept with it
        for other in source.others:
            head = islice(read_table(stream, name, sheet=other).rows, headers.HEAD_ROWS)
            _refuse_private(register, _texts(head), other)
        for other, rows_of_it in source.hidden.items():  # nobody sees it, and it would be kept too
            _refuse_private(register, _texts(rows_of_it), other)
    # Whatever is wrong with a small file is said at once, beside the field it was chosen in.
    count = sum(1 for _row in islice(rows, SMALL + 1))
    if not count:
        raise BadTable(
            _("There are headings but no rows below them. Fill in the rows and send it again."),
            code="empty",
        )
    kept = ImportFile(
        register=register.code,
        by=by,
        on=on,
        facility=facility,
        places=None if places is None else sorted(places),
        name=name[:200],
        sha256=_digest(stream),
        headings=remembered,
        sheet=source.sheet[:100],
        rows_expected=count,
    )
    stream.seek(0)
    # The name it came with says nothing to the disk.
    kept.file.save(f"{uuid4().hex}{_PASTED if upload is None else ''}", File(stream), save=False)
    kept.save()
    return kept


def _texts(rows: Iterable[Row]) -> list[str]:
    """Every text in the first rows of a sheet: its headings are among them."""
    cells = (cell for _number, row in rows for cell in row)
    return [cell for cell in cells if isinstance(cell, str)]


def _refuse_private(register: Register, texts: Iterable[str], sheet: str = "") -> None:
    """What must never be kept is refused before it is stored. `sheet`: where it stands, if elsewhere."""
    private = [text for text in texts if fold(text).rstrip("*:() ") in register.forbidden]
    if private:
        raise BadTable(
            _(
                "ID-card numbers and birth dates are not kept here. Delete these columns and send "
                "the list again: %(columns)s."
            )
            % {"columns": ", ".join(private) + (f" (“{sheet}”)" if sheet else "")},
            code="private",
        )


def _stream(upload: File | None, pasted: str) -> tuple[BinaryIO, str]:
    if upload is None:
        return BytesIO(pasted.encode()), _("pasted rows")
    return _bytes_of(upload), PurePath(upload.name or "").name


def _bytes_of(file: File) -> BinaryIO:
    """The stream itself, without Django's wrapper: what reads tables wants the one it was given."""
    return cast(BinaryIO, file.file)  # opened for bytes, which the wrapper does not say


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in File(stream).chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _remembered(user: User, register: Register) -> dict[str, str]:
    """What was said before about headings that nobody knew: by others where they all said the same, and
    by this person, which counts more."""
    said: dict[str, set[str]] = defaultdict(set)
    own = {}
    rows = HeadingChoice.objects.filter(register=register.code)
    for heading, column, by in rows.values_list("heading", "column", "user"):
        said[heading].add(column)
        if by == user.pk:
            own[heading] = column
    agreed = {heading: columns.pop() for heading, columns in said.items() if len(columns) == 1}
    # That somebody left a column out says nothing about whether another needs it.
    return {heading: column for heading, column in agreed.items() if column} | own


@contextmanager
def opened(import_file: ImportFile) -> Iterator[tuple[Source, Heading, Iterator[Row]]]:
    """The table of a kept file: its headings and the rows below them. Raises BadTable."""
    register = TAKING_FILES[import_file.register]
    place = str(import_file.file)
    with import_file.file.storage.open(place) as stream:
        if place.endswith(_PASTED):
            source = read_pasted(stream.read().decode())
        else:
            source = read_table(
                _bytes_of(stream),
                import_file.name,
                sheet=import_file.sheet,
                fit=headers.fitting(register.bound(), import_file.headings),
            )
        heading, rows = headers.find(source, register.bound(), import_file.headings)
        yield source, heading, mended(rows, import_file.mended)


@transaction.atomic
def choose_headings(import_file: ImportFile, chosen: Mapping[str, str]) -> None:
    """Say which column an unknown heading means, "" for none: for this file and for later ones.

    The preview has to be made again. Raises ValidationError if another was first.
    """
    keyed = {headers.key(heading)[:200]: column for heading, column in chosen.items()}
    HeadingChoice.objects.bulk_create(
        [
            HeadingChoice(
                user=import_file.by, register=import_file.register, heading=heading, column=column
            )
            for heading, column in keyed.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "register", "heading"],
        update_fields=["column"],
    )
    read_anew(import_file, headings=import_file.headings | keyed)


def rejects_place(import_file: ImportFile) -> str:
    """Where the rows to be mended are kept, beside the file."""
    return f"{import_file.file.name}{_REJECTS}"


def drop(import_file: ImportFile) -> bool:
    """Throw the file away, with all that was seen in it. Says whether it was still there to drop."""
    dropped = unanswered(import_file).update(dropped_at=timezone.now(), preview=None)
    if dropped:
        storage = import_file.file.storage
        storage.delete(rejects_place(import_file))
        storage.delete(str(import_file.file))
        import_file.refresh_from_db()
    return bool(dropped)
