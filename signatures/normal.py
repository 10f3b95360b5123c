"""Names, units and places in one form: as sheets write them, and as lists are compared."""

import re
from unicodedata import normalize

from facilities.folding import fold, tidy

_TONES = "\u0300\u0301\u0303\u0309\u0323"
# Letters of other scripts that look like Latin ones: keyboards and recognised scans mix them up.
_LOOK_ALIKES = str.maketrans(
    "АВЕКМНОРСТУХаеорсухіјѕ\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u0110\u00d0\u0189\u00f0",
    "ABEKMHOPCTYXaeopcyxijsABEHIKMNOPTYXoĐĐĐđ",
)
_UNITS = (
    (re.compile(r"^k(?:\.|hoa\b\.?)\s*", re.IGNORECASE), "Khoa "),
    (re.compile(r"^p(?:\.|hòng\b\.?)\s*", re.IGNORECASE), "Phòng "),
    (re.compile(r"^t(?:t)\.\s*", re.IGNORECASE), "Trung tâm "),
    (re.compile(r"^đ(?:ơn vị\b|v\.)\s*", re.IGNORECASE), "Đơn vị "),
)
_LEVELS = re.compile(r"^(?:tỉnh|thành phố|t\.|tp\.?|t/p)\s+|^(?:t|tp)\.\s*", re.IGNORECASE)
# Titles that lists put before a name and certificates do not.
_TITLES = re.compile(
    r"^(?:(?:bs|bsck[i12]*|bsnt|ths|ts|pgs|gs|ds|dsck[i12]*|đd|cn|cnđd|ktv|ys|nhs)\.?[\s.,]+)+",
    re.IGNORECASE,
)


def sound(text: str) -> str:
    """Composed letters, Latin ones alone, single blanks."""
    return " ".join(tidy(normalize("NFKC", text)).translate(_LOOK_ALIKES).split())


def person(name: str) -> str:
    """A full name as a certificate writes it.

    >>> person("BS. NGUYỄN THỊ  LAN")
    'Nguyễn Thị Lan'
    """
    name = _TITLES.sub("", sound(name)).strip(" .,;")
    if name.isupper() or name.islower():
        return " ".join(word[:1].upper() + word[1:].lower() for word in name.split())
    return name


def unit(name: str) -> str:
    """A ward or office with its word in full.

    >>> unit("K. Nội tổng hợp")
    'Khoa Nội tổng hợp'
    """
    name = sound(name).strip(" .,;")
    for short, full in _UNITS:
        name = short.sub(full, name, count=1)
    return name


def province(name: str) -> str:
    """A province without the word for its level.

    >>> province("tỉnh Bắc Giang")
    'Bắc Giang'
    """
    return _LEVELS.sub("", sound(name)).strip(" .,;")


def name_key(name: str) -> str:
    """What two spellings of one name have in common and no two names: accents count.

    Composed or decomposed, large or small, with the tone on either vowel ("hòa", "hoà"): one key.
    """
    return " ".join(_syllable(word) for word in re.findall(r"[^\W\d_]+", person(name).lower()))


def _syllable(word: str) -> str:
    """The letters, then the tone: where the tone is written does not matter."""
    parts = normalize("NFD", word)
    tone = "".join(str(_TONES.index(mark)) for mark in parts if mark in _TONES)
    return normalize("NFC", "".join(mark for mark in parts if mark not in _TONES)) + tone


def plain_key(name: str) -> str:
    """The name without accents: the same for names that differ in accents alone."""
    return " ".join(re.findall(r"[a-z]+", fold(person(name))))


def unit_key(name: str) -> str:
    """Units are compared without accents and small words."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(unit(name))))


def serial_key(serial: str) -> str:
    """Serials come with blanks, colons and leading zeros."""
    return re.sub(r"[^0-9a-z]", "", serial.lower()).lstrip("0")
