"""Vietnamese of before Unicode: Western letters that only a font drew as Vietnamese ones.

TCVN3 (fonts such as .VnTime) gives each Vietnamese letter one sign; VNI (fonts such as VNI-Times) a letter
and a sign behind it for the mark. A cell says which it is by its font. Text without a font shows it by
making sense in no other way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

# TCVN3: the letters from a place of the code on. Capitals with a tone have none: fonts ending in H draw
# every letter as a capital.
_TCVN3_PLACES: Mapping[int, str] = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}

_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HAT, _BREVE = "\u0302", "\u0306"
_HATTED = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVED = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_HORNED = {"ô": "ơ", "ö": "ư"}
_VNI_ALONE = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}


def _tcvn3() -> dict[int, str]:
    """Signs of TCVN3 as computers in the West and those in Viet Nam took them, to letters."""
    found: dict[int, str] = {}
    for start, letters in _TCVN3_PLACES.items():
        for place, letter in enumerate(letters, start):
            for code in ("cp1252", "cp1258"):
                found[ord(bytes([place]).decode(code))] = letter
    return found


def _vni() -> dict[str, str]:
    """What stands for a letter in VNI, one sign or two, to the letter; small and capital."""
    found = dict(_VNI_ALONE) | _HORNED
    for vowel in "aeiouyôö":
        for sign, tone in _TONES.items():
            found[vowel + sign] = normalize("NFC", _HORNED.get(vowel, vowel) + tone)
    for vowels, mark, signs in (("aeo", _HAT, _HATTED), ("a", _BREVE, _BREVED)):
        for vowel in vowels:
            for sign, tone in signs.items():
                found[vowel + sign] = normalize("NFC", vowel + mark + tone)
    capitals = {key.upper(): letter.upper() for key, letter in found.items()}
    mixed = {key[0].upper() + key[1:]: found[key].upper() for key in found if len(key) > 1}
    return found | mixed | capitals


# Two signs of VNI are other letters to a computer that takes bytes for Windows-1258.
_WESTERN = str.maketrans("ơăƠĂ", "õãÕÃ")
_TCVN3_TABLE = _tcvn3()
_VNI_TABLE = _vni()
_VNI_SIGNS = re.compile("|".join(sorted(map(re.escape, _VNI_TABLE), key=len, reverse=True)))


@dataclass(frozen=True)
class OldCode:
    """A way of writing Vietnamese before Unicode. `font`: one of its fonts, for messages."""

    name: str
    font: str

    def read(self, text: str) -> str:
        """The text in Unicode."""
        if self.name == "TCVN3":
            return normalize("NFC", text.translate(_TCVN3_TABLE))
        return _VNI_SIGNS.sub(lambda found: _VNI_TABLE[found[0]], text.translate(_WESTERN))


TCVN3 = OldCode("TCVN3", ".VnTime")
VNI = OldCode("VNI", "VNI-Times")


class Undecoded(str):
    """Text of before Unicode that nobody has told the code of, or whose code is not known here.

    `font`: what the message names; `meant`: how it probably reads, "" where nothing is known.
    """

    __slots__ = ("font", "meant")
    font: str
    meant: str

    def __new__(cls, text: str, font: str, meant: str = "") -> "Undecoded":
        made = super().__new__(cls, text)
        made.font, made.meant = font, meant
        return made

    def __getnewargs__(self) -> tuple[str, str, str]:  # type: ignore[override]  # more than the value is pickled
        return (str(self), self.font, self.meant)


# Families of fonts with a code that is not read here.
_UNREAD = re.compile(
    r"(?i)(vps |vps-|vi times|vi arial|vi courier|vntimes|\.bk|bk |vietware|svn?times new|uvn_)"
)


def in_font(text: str, font: str) -> str:
    """The text of a cell whose font is this one: read, or marked as unread, where the font is an old one."""
    if text.isascii():
        return text.upper() if font.lower().startswith(".vn") and font.endswith("H") else text
    if font.lower().startswith(".vn"):
        read = TCVN3.read(text)
        return read.upper() if font.endswith("H") else read
    if font.upper().startswith("VNI"):
        return VNI.read(text)
    return Undecoded(text, font)


def is_old(font: str) -> bool:
    """Whether letters in this font are not what they are called."""
    return font.lower().startswith((".vn", "vni")) or bool(_UNREAD.match(font))


# --- text without a font --------------------------------------------------------------------

_WORD = re.compile(r"[^\s,;.:/()\"'\[\]0-9_+*=<>&%#@!?|-]+")
_ASCII_LETTER = re.compile("[a-zA-Z]")
_UNITS = frozenset({"µm", "µg", "µl", "µL", "µs"})
_SYLLABLE = re.compile(
    "(?:ngh?|nh|[ck]h?|gh?|gi|ph?|qu|t[hr]?|[bdđhlmnrsvx])?"
    "(?:[iuo]?[aăâeêioôơuưy]|uy[aêe]?|uyê|oa[iy]?|oe[o]?|uâ[y]?|uô[i]?|ươ[iu]?|iê[u]?|yê[u]?"
    "|[aăâeêioôơuưy][iuoya]|[aâ][uy]|ưa|ia|ua|uơ|oo)"
    "(?:ch?|m|ng?|nh|p|t)?"
)
_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


@lru_cache(maxsize=20_000)
def _is_vietnamese(word: str) -> bool:
    """Whether the word may be a Vietnamese syllable, with at most one tone."""
    parts = normalize("NFD", word.lower())
    plain, tones = _TONE_MARKS.subn("", parts)
    return tones <= 1 and bool(_SYLLABLE.fullmatch(normalize("NFC", plain)))


def _is_abbreviation(word: str) -> bool:
    """Such as NĐ or QĐ: capitals without a vowel."""
    return word.isupper() and not re.search("[AEIOUY]", word)


@lru_cache(maxsize=20_000)
def undecoded(text: str) -> Undecoded | None:
    """The text with what it probably says, if it makes sense only in a code of before Unicode.

    Every word with a letter beyond English must then be no Vietnamese, and read in that code be so.
    """
    if text.isascii():
        return None
    words = [word for word in _WORD.findall(text) if _ASCII_LETTER.search(word)]
    strange = [w for w in words if not w.isascii() and w not in _UNITS and not _is_vietnamese(w)]
    # A syllable of two letters is too little to tell by.
    if not any(len(w) > 2 for w in strange) or any(_is_abbreviation(w) for w in strange):
        return None
    for code in (TCVN3, VNI):
        read = [code.read(word) for word in strange]
        if all(w != r and _is_vietnamese(r) for w, r in zip(strange, read, strict=True)):
            return Undecoded(text, f"{code.name} ({code.font})", code.read(text))
    return None
