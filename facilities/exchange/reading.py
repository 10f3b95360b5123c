"""Opening a table, whatever way it was handed in: a file of Excel, Word or text, or pasted rows."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from django.utils.translation import gettext as _

from facilities.exchange import delimited, sniffing
from facilities.exchange.tables import FILE_LIMIT, BadTable, Row, Source
from facilities.grouping import grouped


def read_table(
    stream: BinaryIO,
    filename: str = "",
    *,
    sheet: str = "",
    fit: Callable[[Sequence[Row]], int] | None = None,
) -> Source:
    """Opens an uploaded file by what it holds; its name only serves the message.

    `sheet`: the one that is meant; without it, the one in whose first rows `fit` finds most.
    The stream must be seekable and stay open while the rows are walked. Raises BadTable.
    """
    stream.seek(0, 2)
    size = stream.tell()
    if size == 0:
        raise BadTable(
            _("The file %(name)s is empty. Choose the file again.") % {"name": f"“{filename}”"}
            if filename
            else _("The file is empty. Choose the file again."),
            code="empty",
        )
    if size > FILE_LIMIT:
        raise BadTable(
            _(
                "The file has %(size)s MB; at most %(limit)s MB are accepted. "
                "Take pictures out of it, or split it."
            )
            % {
                "size": grouped(size / 1024 / 1024, decimals=1),
                "limit": FILE_LIMIT // 1024 // 1024,
            },
            code="too_large",
        )
    if sniffing.content(stream) == sniffing.Content.ZIP:
        from facilities.exchange import docx, xlsx

        if docx.is_word(stream):
            return docx.read(stream)
        stream.seek(0)
        return xlsx.read(stream, sheet=sheet, fit=fit)
    return delimited.read(stream)


def read_pasted(text: str) -> Source:
    """Opens rows that were copied from a spreadsheet, or the text of a CSV file. Raises BadTable."""
    return delimited.read_pasted(text)
