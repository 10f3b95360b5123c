"""What a spreadsheet program shows for a number where its format adds signs: zeros in front, letters, dashes.

Only formats that make a code of a number are followed. Where a format only groups, rounds or colours, the
number itself says more than what is shown.
"""

import re
from functools import lru_cache

_BRACKETS = re.compile(r"\[[^\]]*\]")
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|(?P<sign>.)', re.DOTALL
)
_DIGITS = "0#?"
_POWER = re.compile(r"(?i)[0#?.]e[+-]")


def is_power(code: str) -> bool:
    """Whether the format shows powers of ten, 5E+09: what programs make of a code such as 5E9.

    >>> is_power("0.00E+00"), is_power("General")
    (True, False)
    """
    return bool(_POWER.search(re.sub(r'"[^"]*"|\\\\.', "", code)))


@lru_cache(maxsize=1000)
def _pieces(code: str) -> tuple[str, ...] | None:
    """The format of a whole number above zero: digits and what stands between them; None if it is no code's."""
    section = _BRACKETS.sub("", code.split(";")[0])
    found: list[str] = []
    zeros = 0
    letters = False
    for piece in _PIECE.finditer(section):
        if piece["sign"] is not None:
            sign = piece["sign"]
            if sign in _DIGITS:
                zeros += sign == "0"
                found.append(sign)
                continue
            if sign not in "-/ ():+$":
                return None
            text = sign
        elif piece["fill"] is not None:
            continue
        else:
            text = piece["quoted"] if piece["quoted"] is not None else piece["escaped"] or " "
        letters = letters or any(not one.isspace() for one in text)
        found.append("\0" + text)
    has_digits = any(piece in _DIGITS for piece in found)
    return tuple(found) if has_digits and (zeros > 1 or letters) else None


def makes_code(code: str) -> bool:
    """Whether a number in this format is shown with signs of its own.

    >>> makes_code("000000"), makes_code('"TB-"000'), makes_code("#,##0"), makes_code("0")
    (True, True, False, False)
    """
    return _pieces(code) is not None


def shown(code: str, number: int) -> str:
    """The whole number, zero or above, as the format shows it.

    >>> shown("000000", 17), shown("00-000", 1234), shown('"TB-"000', 7)
    ('000017', '01-234', 'TB-007')
    """
    pieces = _pieces(code)
    if pieces is None:
        return str(number)
    left = str(number) if number else ""
    first = next(place for place, piece in enumerate(pieces) if piece in _DIGITS)
    told: list[str] = []
    for place in range(len(pieces) - 1, -1, -1):
        piece = pieces[place]
        if piece not in _DIGITS:
            told.append(piece[1:])
            continue
        if place == first:
            digits, left = left, ""
        else:
            digits, left = left[-1:], left[:-1]
        told.append(digits or {"0": "0", "#": "", "?": " "}[piece])
    return "".join(reversed(told)).strip()


class Formatted(int):
    """A whole number that is shown as `shown`: text where a column holds text, a number elsewhere."""

    shown: str

    def __new__(cls, number: int, shown: str) -> "Formatted":
        made = super().__new__(cls, number)
        made.shown = shown
        return made

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]  # more than the value is pickled
        return (int(self), self.shown)


class Power(float):
    """A number shown as a power of ten, as programs do with what was typed as 5E9; its text is as shown."""

    def __str__(self) -> str:
        digits, _e, power = f"{self:.14E}".partition("E")
        return f"{digits.rstrip('0').rstrip('.')}E{power}"
