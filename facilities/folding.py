"""Vietnamese text in one form: as it is stored, as it is searched, as it is sorted."""

import re
from unicodedata import combining, normalize

# What word processors and web pages put in place of a blank, or between letters unseen.
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u3000", " "))
_LINE_ENDS = re.compile("\r\n|[\r\v\u2028\u2029]")
# Signs without a width: joiners, marks and embeddings of direction, soft hyphens, marks of order and
# variants. Not the two that turn the letters around them (U+202E and U+2067): what a reader sees
# with those is another text, so they are refused where text is taken in.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202d\u2060-\u2066\u2068-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
# What fonts draw alike, written as Vietnamese keyboards do: the letters of Iceland and of Ewe for Đ,
# hyphens that do not break lines for the one on the keyboard.
_ALIKE = str.maketrans("\u00d0\u0189\u00f0\u0256\u2010\u2011", "ĐĐđđ--")
_WRITTEN = _BLANKS | _ALIKE
# Further dashes, which a careful writer means and a reader may not tell apart.
_DASHES = str.maketrans(
    dict.fromkeys("\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-")
)


def tidy(text: str) -> str:
    """The text as it is stored: NFC, plain blanks and line ends, nothing unseen, no blanks around,
    and no letter that only looks like another.

    >>> tidy("  Lu\u0323c\u00a0Nam ")
    'Lục Nam'
    """
    if text.isascii():
        # Most cells of a table: nothing to compose.
        return _LINE_ENDS.sub("\n", text).strip()
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).translate(_WRITTEN)
    return normalize("NFC", text).strip()


def as_code(text: str) -> str:
    """A number or code as it is stored: tidy, one dash for all, signs of full width as narrow ones.

    >>> as_code("ＢＵＧ–0064")
    'BUG-0064'
    """
    return text if text.isascii() else tidy(normalize("NFKC", text.translate(_DASHES)))


def fold(text: str) -> str:
    """The text as it is searched and compared: small letters, no accents, single blanks.

    >>> fold("  Trung tâm Y tế  LỤC NAM, Đồi Ngô")
    'trung tam y te luc nam, doi ngo'
    """
    plain = text if text.isascii() else _without_marks(text)
    return " ".join(plain.casefold().split())


class _Plain(dict[int, str | None]):
    """What a decomposed sign becomes: nothing where it is a mark, a plain letter where it looks like one."""

    def __missing__(self, sign: int) -> str | None:
        letter = chr(sign).translate(_ALIKE)
        plain = None if combining(letter) else {"đ": "d", "Đ": "D"}.get(letter, letter)
        if sign < 0x2000:  # the letters of Europe and their marks: enough to be kept
            self[sign] = plain
        return plain


_PLAIN = _Plain()


def _without_marks(text: str) -> str:
    return normalize("NFKD", tidy(text).translate(_DASHES)).translate(_PLAIN)


# The dictionary's order, with the four letters that only foreign words have in their Latin places.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; ngang has no mark


def _letter_keys() -> dict[str, str]:
    """One sign for each of the first 25 letters, "z" and one more for the rest, so that order holds."""
    signs = [*"abcdefghijklmnopqrstuvwxy", *(f"z{sign}" for sign in "abcdefgh")]
    keys = dict(zip(_ALPHABET, signs, strict=True))
    keys |= {digit: f"6{digit}" for digit in "0123456789"}
    return keys


_KEYS = _letter_keys()


def sort_key(text: str) -> str:
    """The text as it is sorted: word by word, letters first and tones after them, as dictionaries do.

    Made of a to z and 0 to 9 alone, so that every database collation puts it in the same order.
    Case and punctuation do not count; letters of other scripts come last.
    """
    return "0".join(_word_key(word) for word in re.findall(r"[^\W_]+", tidy(text).lower()))


def _word_key(word: str) -> str:
    letters, tones = [], []
    for letter in word:
        base, tone = _split_tone(letter)
        letters.append(_KEYS.get(base) or _foreign_key(base))
        tones.append(tone)
    return "".join(letters) + "".join(tones)


def _split_tone(letter: str) -> tuple[str, str]:
    """The letter without its tone, and the tone as a digit, "" for none."""
    if letter.isascii():
        return letter, ""
    parts = normalize("NFD", letter)
    tone = next((mark for mark in parts if mark in _TONES), "")
    base = normalize("NFC", parts.replace(tone, "")) if tone else letter
    return base, str(1 + _TONES.index(tone)) if tone else ""


def _foreign_key(letter: str) -> str:
    """An accented Latin letter sorts as its plain one, any other after z."""
    plain = normalize("NFKD", letter)[0]
    return _KEYS.get(plain) or f"zz{ord(letter[0]):05x}"
