"""Names of facilities as people shorten them: TTYT Lục Nam, BVĐK tỉnh, BV SN."""

import re
from collections import defaultdict
from collections.abc import Mapping

from facilities.folding import fold

# As they are compared: without accents and case. The longer ones first.
_WRITTEN_OUT = {
    "ttytdp": "trung tam y te du phong",
    "ttkssbt": "trung tam kiem soat benh tat",
    "ttksbt": "trung tam kiem soat benh tat",
    "cdc": "trung tam kiem soat benh tat",
    "bvdktn": "benh vien da khoa tu nhan",
    "bvdkkv": "benh vien da khoa khu vuc",
    "bvdkqt": "benh vien da khoa quoc te",
    "bvdk": "benh vien da khoa",
    "bvyhct": "benh vien y hoc co truyen",
    "bvphcn": "benh vien phuc hoi chuc nang",
    "bvtt": "benh vien tam than",
    "bvsn": "benh vien san nhi",
    "bvub": "benh vien ung buou",
    "bvqy": "benh vien quan y",
    "bvqt": "benh vien quoc te",
    "ttyt": "trung tam y te",
    "yhct": "y hoc co truyen",
    "phcn": "phuc hoi chuc nang",
    "pkdk": "phong kham da khoa",
    "dkkv": "da khoa khu vuc",
    "hscc": "hoi suc cap cuu",
    "tyt": "tram y te",
    "tram yt": "tram y te",
    "bv": "benh vien",
    "dk": "da khoa",
    "sn": "san nhi",
    "qt": "quoc te",
    "yt": "y te",
    "tt": "trung tam",
    "pk": "phong kham",
    "kv": "khu vuc",
}
# Words that are put in or left out at will: what kind of place it is in.
_AT_WILL = frozenset(
    ["huyen", "h", "thi", "xa", "tx", "thanh", "pho", "tp", "tinh", "t", "quan", "q"]
)
_WORD = re.compile(r"[a-z0-9]+")


def loose(name: str) -> str:
    """The name as it is compared when it was shortened: written out, without the kind of its place.

    >>> loose("TTYT Lục Nam") == loose("Trung tâm Y tế huyện Lục Nam")
    True
    """
    words: list[str] = []
    for word in _WORD.findall(fold(name)):
        words += _WRITTEN_OUT.get(word, word).split()
    return " ".join(word for word in words if word not in _AT_WILL)


def by_loose_name(names: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    """Codes under their names, shortened alike."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, codes in names.items():
        found[loose(name)] |= codes
    return found
