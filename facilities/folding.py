"""Vietnamese text made comparable: without accents for searching, in dictionary order for sorting."""

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\N{COMBINING GRAVE ACCENT}\N{COMBINING HOOK ABOVE}\N{COMBINING TILDE}\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}"
_RANK = {letter: chr(ord("A") + place) for place, letter in enumerate(LETTERS)}


def fold(text: str) -> str:
    """Lower case, no accents, đ as d, single blanks: "  Lục  NAM" becomes "luc nam"."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.split())


def sort_key(text: str) -> str:
    """A key whose plain order is the order of a Vietnamese dictionary: letters first, then tones."""
    letters, tones = [], []
    for letter in unicodedata.normalize("NFC", text.lower()):
        base, tone = _without_tone(letter)
        letters.append(_RANK.get(base, base))
        tones.append(tone)
    return f"{''.join(letters)}\x20{''.join(tones)}".rstrip("0")


def _without_tone(letter: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", letter)
    tone = next((str(TONES.index(part) + 1) for part in parts if part in TONES), "0")
    base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    return base, tone
