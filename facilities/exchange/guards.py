"""An apostrophe before whatever a spreadsheet program would take for a formula.

Written by our exports, taken away again by our imports; a text that has one of its own gets another,
so that every text comes back as it went. It is needed behind each separator too: a program set to
another language cuts the line of a file in other places, and a cell begins in the middle of a text.
"""

import re

# Some programs take the signs of full width for those of the keyboard.
_SIGN = "[=+@＝＋＠－-]"
_BEGINNING = r"(?:^|(?<=[,;\t\r\n|]))\s*"
_FORMULA_LIKE = re.compile(rf"({_BEGINNING})(?='*{_SIGN})")
_GUARDED = re.compile(rf"({_BEGINNING})'(?='*{_SIGN})")
_COMPUTED = re.compile("(^)(?==)")


def for_csv(text: str) -> str:
    """Programs compute whatever begins with =, +, - or @ in a file of text."""
    if text.startswith(("\t", "\r", "\n")):
        return f"'{text}"
    return _FORMULA_LIKE.sub(r"\1'", text)


def for_xlsx(text: str) -> str:
    """A cell of text stays text there; only what the import would read differently is marked."""
    return _COMPUTED.sub(r"\1'", _GUARDED.sub(r"\1''", text))


def removed(text: str) -> str:
    return _GUARDED.sub(r"\1", text)
