"""Vietnamese that an earlier program has spoiled, told by what is left of it, whatever way it came in."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from facilities.exchange.old_fonts import Undecoded
from facilities.exchange.tables import BadTable, Cell, excerpt

SAMPLE_ROWS = 60
LIMIT = 3  # words that make the whole table suspect; fewer are told cell by cell

# UTF-8 that was read as if it were a Western code.
_MISREAD = re.compile("á»|áº|Æ°|Ä‘|Ä\x91|Ä[ƒ‚]|Ã[\x80-\xbf]|\ufffd")
# A question mark inside a word, where a code had no place for the letter.
_LOST = re.compile(r"(?:^|(?<=\s))[^\W\d_]{0,5}\?[^\W\d_]{1,5}(?=[\s,.;]|$)")


def is_misread(text: str) -> bool:
    return not text.isascii() and bool(_MISREAD.search(text))


def lost_letters(text: str) -> int:
    """How many words of the text have a question mark for a letter."""
    return len(_LOST.findall(text)) if "?" in text else 0


class Watch:
    """Looks at the first rows of a table. Raises BadTable once they show that it came spoiled."""

    def __init__(self) -> None:
        self._lost = 0
        self._old: dict[str, int] = {}

    def see(self, texts: Iterable[str]) -> None:
        """Texts as they came, before anything was tidied away."""
        for text in texts:
            if is_misread(text):
                raise _lost_letters()
            self._lost += lost_letters(text)
            if self._lost >= LIMIT:
                raise _lost_letters()

    def see_old(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            if isinstance(cell, Undecoded):
                self._see_old(cell)

    def _see_old(self, cell: Undecoded) -> None:
        seen = self._old[cell.font] = self._old.get(cell.font, 0) + 1
        if seen >= LIMIT:
            raise of_old_font(cell)


def of_old_font(text: Undecoded) -> BadTable:
    return BadTable(
        _(
            "The letters are those of an old font, %(font)s, such as “%(text)s”. Change the "
            "table to Unicode (in UniKey: Ctrl+Shift+F6), or send the Excel file in which the "
            "cells still have that font."
        )
        % {"font": text.font, "text": excerpt(str(text))},
        code="old_font",
    )


def _lost_letters() -> BadTable:
    return BadTable(
        _(
            "Letters were lost before the file came here (such as “B?nh vi?n” or “Bá»‡nh”). "
            "Open the original table in Excel, choose Save As and “CSV UTF-8”, "
            "or send it as .xlsx."
        ),
        code="spoiled",
    )
