"""What an uploaded file is, told by its content: its name may say anything."""

from enum import StrEnum
from typing import BinaryIO

from django.utils.translation import gettext as _

from facilities.exchange.tables import BadTable


class Content(StrEnum):
    ZIP = "zip"  # perhaps an Excel file: see what is inside
    TEXT = "text"


_HEAD = 4096

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# How files of other kinds begin, and what people call them.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WebP"),
    (b"{\\rtf", "RTF (Word)"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
)


def content(stream: BinaryIO) -> Content:
    """The kind of the file. Raises BadTable for a file that cannot be a table, naming what it is."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Content.ZIP
    if head.startswith(_OLE):
        raise _old_or_locked(stream)
    for start, name in _OTHERS:
        if head.startswith(start):
            raise other_kind(name)
    if head[4:8] == b"ftyp":
        raise other_kind("HEIC, MP4")
    if _is_markup(head):
        raise BadTable(
            _(
                "This file is a web page or XML with the name of a table. Open it in Excel, "
                "choose Save As, and save it as an Excel Workbook (.xlsx)."
            ),
            code="markup",
        )
    if b"\x00" in head and not head.startswith(_UTF16_MARKS):
        raise other_kind(_("of an unknown kind"))
    return Content.TEXT


def other_kind(name: str) -> BadTable:
    return BadTable(
        _(
            "This file is not a table (it seems to be: %(kind)s). "
            "Send an Excel Workbook (.xlsx) or a CSV file, or paste the rows."
        )
        % {"kind": name},
        code="wrong_kind",
    )


def locked() -> BadTable:
    return BadTable(
        _("This file is locked with a password. Remove the password in Excel and save it again."),
        code="locked",
    )


def _old_or_locked(stream: BinaryIO) -> BadTable:
    """Old Office files and password-protected new ones share one container; its folder tells them apart."""
    stream.seek(0)
    body = stream.read()

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in body

    if holds("EncryptedPackage"):
        return locked()
    if holds("WordDocument"):
        return other_kind("Word (.doc)")
    return BadTable(
        _(
            "This is the Excel format of before 2007 (.xls). Open it in Excel, choose Save As, "
            "and save it as an Excel Workbook (.xlsx)."
        ),
        code="old_excel",
    )


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta"))
