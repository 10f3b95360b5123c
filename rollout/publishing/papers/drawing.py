"""The curve of official use as a picture, for papers that are handed out: black and grey, for any printer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from rollout.publishing.papers.faces import PAPER_FONTS

WIDTH, HEIGHT = 160, 52  # mm
DOTS = 9  # for each mm: 230 to an inch
LEFT, RIGHT, TOP, BOTTOM = 8, 4, 6, 6  # mm around the field
LETTERS = 3.6  # mm: letters of some ten points
BLACK, DARK, GREY, PALE = (0, 0, 0), (70, 70, 70), (150, 150, 150), (222, 222, 222)

Step = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Curve:
    """`until`: the day looked at. `fan`: day, low, middle, high. `total`: how many there are."""

    first: date
    until: date
    last: date
    total: int
    done: Sequence[Step]
    plan: Sequence[Step]
    fan: Sequence[tuple[date, int, int, int]]
    deadline: date | None
    deadline_said: str


def as_png(curve: Curve) -> bytes:
    """Raises ValueError for a curve of no day or of nothing."""
    if curve.first >= curve.last or curve.total < 1:
        raise ValueError("nothing to draw")
    image = Image.new("RGB", (WIDTH * DOTS, HEIGHT * DOTS), "white")
    _Field(ImageDraw.Draw(image), curve).draw()
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


class _Field:
    def __init__(self, pen: ImageDraw.ImageDraw, curve: Curve) -> None:
        self.pen, self.curve = pen, curve
        self.font = ImageFont.truetype(PAPER_FONTS / "noto-serif-regular.ttf", LETTERS * DOTS)

    def x(self, on: date) -> float:
        share = (on - self.curve.first).days / (self.curve.last - self.curve.first).days
        return (LEFT + share * (WIDTH - LEFT - RIGHT)) * DOTS

    def y(self, count: float) -> float:
        return (HEIGHT - BOTTOM - count / self.curve.total * (HEIGHT - TOP - BOTTOM)) * DOTS

    def draw(self) -> None:
        self._fan()
        self._axes()
        self._steps(self.curve.plan, self.curve.last, GREY, 0.3, dashed=True)
        self._steps([(on, middle) for on, _l, middle, _h in self.curve.fan], None, DARK, 0.35)
        self._steps(self.curve.done, self.curve.until, BLACK, 0.8)
        if self.curve.deadline:
            at = self.x(self.curve.deadline)
            self._dashed((at, self.y(0)), (at, self.y(self.curve.total)), BLACK, 0.35)
            self._says(at, (TOP - LETTERS - 1) * DOTS, self.curve.deadline_said, "ma")

    def _says(self, x: float, y: float, text: str, anchor: str) -> None:
        half = self.font.getlength(text) / 2
        if anchor[0] == "m":
            x = min(max(x, half), WIDTH * DOTS - half)
        self.pen.text((x, y), text, fill=BLACK, font=self.font, anchor=anchor)

    def _axes(self) -> None:
        for count in sorted({0, self.curve.total // 2, self.curve.total}):
            self.pen.line(
                [(LEFT * DOTS, self.y(count)), ((WIDTH - RIGHT) * DOTS, self.y(count))],
                fill=GREY,
                width=2,
            )
            self._says((LEFT - 1.5) * DOTS, self.y(count), str(count), "rm")
        month, shown = self.curve.first, -1.0
        while month <= self.curve.last:
            text, at = f"{month.month}/{month.year}", self.x(month)
            self.pen.line([(at, self.y(0)), (at, self.y(0) + DOTS)], fill=BLACK, width=2)
            if at > shown + 5 * DOTS:
                self._says(at, self.y(0) + 1.5 * DOTS, text, "ma")
                shown = at + self.font.getlength(text)
            month = (month.replace(day=1, month=month.month % 12 + 1)).replace(
                year=month.year + month.month // 12
            )

    def _fan(self) -> None:
        if len(self.curve.fan) > 1:
            lower = [(self.x(on), self.y(low)) for on, low, _m, _h in self.curve.fan]
            upper = [(self.x(on), self.y(high)) for on, _l, _m, high in self.curve.fan]
            self.pen.polygon([*lower, *reversed(upper)], fill=PALE)

    def _steps(
        self,
        steps: Sequence[Step],
        until: date | None,
        colour: tuple[int, int, int],
        width: float,
        *,
        dashed: bool = False,
    ) -> None:
        """Level from step to step, up on its day; on to `until`."""
        corners: list[tuple[float, float]] = []
        for on, count in steps:
            if corners:
                corners.append((self.x(on), corners[-1][1]))
            corners.append((self.x(max(on, self.curve.first)), self.y(count)))
        if corners and until:
            corners.append((self.x(until), corners[-1][1]))
        for begin, end in pairwise(corners):
            if dashed:
                self._dashed(begin, end, colour, width)
            else:
                self.pen.line([begin, end], fill=colour, width=round(width * DOTS))

    def _dashed(
        self,
        begin: tuple[float, float],
        end: tuple[float, float],
        colour: tuple[int, int, int],
        width: float,
    ) -> None:
        (x, y), (to_x, to_y) = begin, end
        length = max(abs(to_x - x), abs(to_y - y))
        pieces = max(1, round(length / DOTS))
        for piece in range(0, pieces, 2):
            share, next_share = piece / pieces, min(1, (piece + 1) / pieces)
            self.pen.line(
                [
                    (x + (to_x - x) * share, y + (to_y - y) * share),
                    (x + (to_x - x) * next_share, y + (to_y - y) * next_share),
                ],
                fill=colour,
                width=round(width * DOTS),
            )
