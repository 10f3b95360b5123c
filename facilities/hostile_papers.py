"""Papers that do something when they are opened: a PDF with actions, a picture that fills all memory."""

import re
import zlib
from collections.abc import Iterator

MOST_POINTS = 60_000_000  # of a picture: a good telephone takes 50 million
MOST_UNPACKED = 8 * 1024 * 1024  # bytes of one stream, and so many streams, that are looked into
MOST_STREAMS = 2000

# What acts, carries other files, or loads from elsewhere. Opening at a page, links and forms do not.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|Rendition)"
    rb"(?![A-Za-z0-9])"
)
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")


def is_active_pdf(data: bytes) -> bool:
    """Whether a PDF acts when it is opened, or hides from being looked through.

    Looked at are the objects, also those packed into streams; what a page shows is not.
    """
    return any(_acts(part) for part in _objects(data))


def _acts(part: bytes) -> bool:
    # A name may be written with numbers for its letters: /J#53.
    plain = _HEX.sub(lambda found: bytes([int(found[1], 16)]), part)
    return bool(_ACTIVE.search(plain) or _ENCRYPTED.search(plain))


def _objects(data: bytes) -> Iterator[bytes]:
    """What stands outside of streams, and what object streams hold."""
    place, streams = 0, 0
    for found in _STREAM.finditer(data):
        if found.start() < place:
            continue
        head = data[place : found.start()]
        yield head
        end = data.find(b"endstream", found.end())
        place = len(data) if end < 0 else end
        streams += 1
        if streams <= MOST_STREAMS and b"ObjStm" in _HEX.sub(
            lambda one: bytes([int(one[1], 16)]), head[-2000:]
        ):
            yield _unpacked(data[found.end() : place])
    yield data[place:]


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, MOST_UNPACKED)
    except zlib.error:
        return stream


def points(data: bytes, ending: str) -> int:
    """Width times height of a picture, as its head says; 0 where it says nothing."""
    if ending == "png":
        return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
    if ending == "webp":
        return _points_of_webp(data)
    return _points_of_jpeg(data) if ending == "jpg" else 0


def _points_of_jpeg(data: bytes) -> int:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[place + 5 : place + 7], "big")
            return height * int.from_bytes(data[place + 7 : place + 9], "big")
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            place += 2
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 0


def _points_of_webp(data: bytes) -> int:
    """The canvas of VP8X, or the size of the one picture."""
    name, body = data[12:16], data[20:]
    if name == b"VP8X":
        wide, high = int.from_bytes(body[4:7], "little"), int.from_bytes(body[7:10], "little")
        return (wide + 1) * (high + 1)
    if name == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    if name == b"VP8 ":
        wide, high = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return wide * high
    return 0
