"""What kinds of file a paper may be, told by its content: its name may say anything.

The first bytes say what a file claims to be; its parts are then walked from the first to the
last, so that a file that was cut off, or carries another one in its tail, is seen.
"""

import re
from collections.abc import Iterator
from enum import Enum
from zlib import crc32

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.hostile_papers import MOST_POINTS, is_active_pdf, points


class PaperKind(Enum):
    """Value: media type, and how our own name for the file ends."""

    PDF = ("application/pdf", "pdf")
    JPEG = ("image/jpeg", "jpg")
    PNG = ("image/png", "png")
    WEBP = ("image/webp", "webp")

    @property
    def media_type(self) -> str:
        return self.value[0]

    @property
    def ending(self) -> str:
        return self.value[1]


HEAD_BYTES = 1024  # so many tell the kind


def claimed_kind(head: bytes) -> PaperKind | None:
    """What the first bytes say."""
    if head.startswith(b"%PDF-"):
        return PaperKind.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return PaperKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PaperKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return PaperKind.WEBP
    return None


def kind_of(data: bytes) -> PaperKind:
    """The kind of a whole file. Raises ValidationError saying what is wrong and what to do."""
    kind = claimed_kind(data[:HEAD_BYTES])
    if kind is None:
        raise _of_another_kind(data)
    try:
        WALKS[kind](data)
    except (Broken, IndexError):
        raise ValidationError(
            _(
                "The file is cut off or damaged. Open it on your device; if it opens there, save "
                "it again (a picture as JPEG, a PDF by “Print to PDF”) and send the new file."
            ),
            code="damaged",
        ) from None
    if _hides_another(data, kind):
        raise ValidationError(
            _(
                "Another file is hidden in this one, so it is not accepted. Print it to PDF or "
                "photograph the document, and send that."
            ),
            code="polyglot",
        )
    if kind is PaperKind.PDF and is_active_pdf(data):
        raise ValidationError(
            _(
                "This PDF carries a program, another file or a lock, so it is not accepted. "
                "Print it to PDF, and send that."
            ),
            code="active",
        )
    if points(data, kind.ending) > MOST_POINTS:
        raise ValidationError(
            _("This picture is larger than any document needs. Photograph or scan it again."),
            code="bomb",
        )
    return kind


class Broken(Exception):
    """The parts of the file do not follow each other up to its end."""


def _walk_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + len(b"%%EOF") :].strip(b" \t\r\n\x00"):
        raise Broken
    if b"startxref" not in data[max(0, end - 2048) : end]:
        raise Broken


# Markers of a JPEG: those that stand alone; those of a frame, which hold the size.
_ALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, b"\xff\xd9"


def _walk_jpeg(data: bytes) -> None:
    """Up to the picture itself. Phones put further pictures and film behind it: that is let pass."""
    place, has_size = 2, False
    while True:
        if data[place] != 0xFF:
            raise Broken
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        place += 1
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        if length < 2 or place + length > len(data):
            raise Broken
        if marker in _FRAMES:
            has_size = any(data[place + 5 : place + 7])
        place += length
        if marker == _SCAN:
            break
    if not has_size or _END not in data[place:]:
        raise Broken


def _walk_png(data: bytes) -> None:
    names = []
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        name, end = data[place + 4 : place + 8], place + 8 + length
        if crc32(data[place + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise Broken
        names.append(name)
        place = end + 4
        if name == b"IEND":
            break
    if names[0] != b"IHDR" or b"IDAT" not in names or names[-1] != b"IEND" or place != len(data):
        raise Broken


def _walk_webp(data: bytes) -> None:
    stated = int.from_bytes(data[4:8], "little") + 8
    if stated > len(data) or data[stated:].strip(b"\x00"):
        raise Broken
    names = set(_riff_parts(data[12:stated]))
    if names.isdisjoint({b"VP8 ", b"VP8L", b"ANMF"}):
        raise Broken


def _riff_parts(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        length = int.from_bytes(body[place + 4 : place + 8], "little")
        if len(body[place : place + 8]) < 8 or place + 8 + length > len(body):
            raise Broken
        yield body[place : place + 4]
        place += 8 + length + length % 2


WALKS = {
    PaperKind.PDF: _walk_pdf,
    PaperKind.JPEG: _walk_jpeg,
    PaperKind.PNG: _walk_png,
    PaperKind.WEBP: _walk_webp,
}

# Long enough not to come up by chance among the bytes that are looked through.
_MARKUP = re.compile(rb"<(?:script|iframe|html|body|\?php|!doctype)|<svg[\s>/]", re.IGNORECASE)
_ZIP_END, _ZIP_END_WITHIN = b"PK\x05\x06", 22 + 0xFFFF
_LOOKED_THROUGH = 64 * 1024


def _hides_another(data: bytes, kind: PaperKind) -> bool:
    """Whether some other program could take the file for a page, an archive or a PDF."""
    if _ZIP_END in data[-_ZIP_END_WITHIN:]:
        return True
    if kind is PaperKind.PDF:
        return bool(_MARKUP.search(data[:HEAD_BYTES]))
    if b"%PDF-" in data[:HEAD_BYTES]:
        return True
    return any(_MARKUP.search(p) for p in (data[:_LOOKED_THROUGH], data[-_LOOKED_THROUGH:]))


_APPLE = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def _of_another_kind(data: bytes) -> ValidationError:
    if data[4:8] == b"ftyp" and data[8:12] in _APPLE:
        return ValidationError(
            _(
                "This is a picture in Apple's format HEIC. On the iPhone choose Settings, Camera, "
                "Formats, “Most Compatible” and take it again, or send the picture as JPEG."
            ),
            code="heic",
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return ValidationError(
            _("This looks like a Word or Excel file. Save it as PDF and send the PDF."),
            code="office",
        )
    return ValidationError(
        _("The file is neither a PDF nor a picture. Send a PDF, or a photo as JPEG, PNG or WebP."),
        code="kind",
    )
