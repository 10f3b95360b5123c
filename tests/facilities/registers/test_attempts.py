"""What a new day in the cell of something that can happen again means."""

from datetime import date, timedelta

import pytest

from facilities.registers.attempts import Happening, Placed, begun, corrected, ended

DAY = timedelta(days=1)
FIRST = date(2025, 1, 1)


def on(*shifts: int) -> dict[int, Happening]:
    """Attempts 1, 2, ... so many days after the first day."""
    return {n: Happening(FIRST + shift * DAY) for n, shift in enumerate(shifts, 1)}


def day(shift: int | None) -> date | None:
    return None if shift is None else FIRST + shift * DAY


@pytest.mark.parametrize(
    ("shift", "own", "placed"),
    [
        (0, on(), Placed(1)),
        (5, on(0), Placed(1, (1,))),
        (5, on(0, 3), Placed(2, (2,))),
        (0, on(0, 3), Placed(None, (2,))),  # the day before it again: the latest never was
        (0, on(0, 0), Placed(2, (2,))),
        (None, on(0, 3), Placed(None, (1, 2))),
        (None, on(), Placed(None)),
    ],
)
def test_corrected(shift, own, placed):
    assert corrected(day(shift), own) == placed


@pytest.mark.parametrize(
    ("shift", "own", "ends", "placed"),
    [
        (9, on(0), on(5), Placed(2)),
        (5, on(0), on(5), Placed(2)),
        (4, on(0), on(5), Placed(1, (1,))),
        (9, on(0, 6), on(5), Placed(2, (2,))),
        (9, on(0), on(), Placed(1, (1,))),
        (0, on(), on(), Placed(1)),
    ],
)
def test_begun(shift, own, ends, placed):
    assert begun(day(shift), own, ends) == placed


@pytest.mark.parametrize(
    ("shift", "own", "beginnings", "placed"),
    [
        (5, on(), on(0), Placed(1)),
        (-1, on(), on(0), Placed(1)),  # impossible, and refused by the register's rules
        (9, on(5), on(0, 7), Placed(2)),
        (6, on(5), on(0, 7), Placed(1, (1,))),
        (6, on(5), on(0), Placed(1, (1,))),
        (5, on(5, 9), on(0, 7), Placed(None, (2,))),
    ],
)
def test_ended(shift, own, beginnings, placed):
    assert ended(day(shift), own, beginnings) == placed
