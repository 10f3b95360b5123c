"""QR codes as drawings: the path of an SVG, so that nothing is fetched and printing stays sharp."""

from collections.abc import Iterator
from dataclasses import dataclass

QUIET = 4  # modules of white around, which readers need


@dataclass(frozen=True, slots=True)
class Code:
    """`size`: modules on each side, the white border included. `path`: the dark ones."""

    size: int
    path: str


def qr(text: str) -> Code:
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    runs = (run for y, row in enumerate(rows) for run in _runs(row, y))
    return Code(size=len(rows), path="".join(runs))


def _runs(row: list[bool], y: int) -> Iterator[str]:
    """Neighbouring dark modules as one bar."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield f"M{start} {y}h{x - start}v1H{start}z"
            start = None
