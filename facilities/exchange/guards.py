"""An apostrophe before text that a spreadsheet program would take for a formula.

Written by our exports, taken away again by our imports; a text that has one of its own gets another,
so that every text comes back as it went.
"""

import re

_FORMULA_LIKE = re.compile(r"\s*'*[=+@-]|[\t\r\n]")
_GUARDED = re.compile("'+[=+@-]")


def for_csv(text: str) -> str:
    """Programs compute whatever begins with =, +, - or @ in a file of text."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def for_xlsx(text: str) -> str:
    """A cell of text stays text there; only what the import would read differently is marked."""
    return f"'{text}" if text.startswith("=") or _GUARDED.match(text) else text


def removed(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text
