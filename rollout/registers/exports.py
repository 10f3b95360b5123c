"""Sending a list as a file: exactly the rows and columns that the page shows, in its order."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from tempfile import TemporaryFile

from django.db.models import QuerySet
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase

from facilities.exchange.columns import Column, Value
from facilities.exchange.writing_csv import write_csv
from facilities.registers.register import Register

CHUNK = 1000  # rows whose values are read at once
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(
    register: Register,
    columns: Sequence[Column],
    rows: QuerySet,
    on: date,
    known_at: datetime | None,
    form: str,
    *,
    with_names: bool = True,
) -> HttpResponseBase:
    """The rows in their order, as "csv" or "xlsx".

    `columns`: those that the reader may see, with their choices (`Register.bound`). What says which row
    is which comes last if the list does not show it: without it the file could not be read back.
    `with_names` False: but for names of people, whom the reader may not see.
    """
    shown = {column.code for column in columns}
    identifying = [code for key in register.keys[:1] for code in key if code not in shown]
    told = [c for c in map(register.column, identifying) if with_names or not c.personal]
    columns = [*columns, *told]
    name = f"{register.code}-{on:%Y-%m-%d}.{form}"
    values = _values(register, columns, rows, on, known_at)
    if form == "csv":
        return StreamingHttpResponse(
            write_csv(columns, values),
            content_type=CSV,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    if form == "xlsx":
        from facilities.exchange.writing import write_xlsx

        # Its directory comes last, so the file is whole before the first byte is sent.
        stream = TemporaryFile()  # noqa: SIM115 - the response closes it
        write_xlsx(str(register.label), columns, values, stream)
        stream.seek(0)
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
    raise Http404


def _values(
    register: Register,
    columns: Sequence[Column],
    rows: QuerySet,
    on: date,
    known_at: datetime | None,
) -> Iterator[list[Value]]:
    codes = [column.code for column in columns]
    # The keys first: whatever changes while the file is sent, no row comes twice or is left out.
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        found = register.values(keys[start : start + CHUNK], on, known_at, codes)
        for values in found.values():
            yield [values[code] for code in codes]
