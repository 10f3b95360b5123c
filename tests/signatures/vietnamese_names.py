"""Vietnamese names by the thousand, and what lists do to them: labelled, for judging the matcher."""

import random
from dataclasses import dataclass
from unicodedata import normalize

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Giáp",
    "Thân",
]
MIDDLE = [
    "Thị",
    "Văn",
    "Hữu",
    "Đức",
    "Minh",
    "Ngọc",
    "Thanh",
    "Thu",
    "Xuân",
    "Quang",
    "Hồng",
    "Kim",
    "Bích",
    "Tuấn",
    "Mạnh",
    "Công",
    "Đình",
]
GIVEN = [
    "Lan",
    "Hoa",
    "Hòa",
    "Hùng",
    "Hưng",
    "Hoàn",
    "Hoàng",
    "Thủy",
    "Thúy",
    "Thùy",
    "Tuấn",
    "Toàn",
    "Toản",
    "Dung",
    "Dũng",
    "Đức",
    "Linh",
    "Lĩnh",
    "Mai",
    "Nga",
    "Ngà",
    "Ngân",
    "Oanh",
    "Phương",
    "Phượng",
    "Quý",
    "Sơn",
    "Tâm",
    "Tú",
    "Uyên",
    "Vân",
    "Vinh",
    "Yến",
    "Ánh",
    "Anh",
    "Bình",
    "Chi",
    "Giang",
    "Hà",
]
TONES = "\u0300\u0301\u0303\u0309\u0323"
LOOKS = str.maketrans("aeopcxAHKMOT", "аеорсхАНКМОТ")  # Cyrillic
OLD_TONES = {"òa": "oà", "óa": "oá", "úy": "uý", "ùy": "uỳ", "ủy": "uỷ"}

SAME = ("decomposed", "spaces", "capitals", "tone place", "look-alike", "title")
NEAR = (
    "typo",
    "swapped letters",
    "no accents",
    "other accent",
    "order",
    "second name",
    "dropped name",
)
OTHER = ("stranger",)


@dataclass(frozen=True)
class Labelled:
    """A line, what was done to it, and whose name it was (None: nobody's)."""

    text: str
    change: str
    of: int | None


def names(count: int, rng: random.Random) -> list[str]:
    """Different names of three or four words, or five where three are not enough."""
    found: dict[str, None] = {}
    while len(found) < count:
        length = rng.choice((1, 2, 2, 3))
        words = [rng.choice(FAMILY), *rng.sample(MIDDLE, length), rng.choice(GIVEN)]
        found.setdefault(" ".join(words))
    return list(found)


def changed(name: str, change: str, rng: random.Random) -> str:
    words = name.split()
    match change:
        case "decomposed":
            return normalize("NFD", name)
        case "spaces":
            return f" {'  '.join(words)}\u00a0"
        case "capitals":
            return name.upper()
        case "tone place":
            for new, old in OLD_TONES.items():
                name = name.replace(new, old)
            return name
        case "look-alike":
            return name.translate(LOOKS)
        case "title":
            return f"BS. {name}"
        case "typo":
            place = rng.randrange(1, len(name) - 1)
            while name[place] == " ":
                place = rng.randrange(1, len(name) - 1)
            return name[:place] + rng.choice("bcdghklmnrstvx") + name[place + 1 :]
        case "swapped letters":
            word = max(words, key=len)
            place = rng.randrange(len(word) - 1)
            mixed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
            return name.replace(word, mixed, 1)
        case "no accents":
            plain = normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
            return "".join(letter for letter in plain if letter.isascii())
        case "other accent":
            word = words[-1]
            bare = "".join(mark for mark in normalize("NFD", word) if mark not in TONES)
            place = next((n for n, letter in enumerate(bare) if letter.lower() in "aeiouy"), 0)
            other = bare[: place + 1] + rng.choice(TONES) + bare[place + 1 :]
            return normalize("NFC", " ".join([*words[:-1], other]))
        case "order":
            return " ".join([*words[1:], words[0]])
        case "second name":
            return " ".join([*words[:-1], rng.choice(MIDDLE), words[-1]])
        case "dropped name":
            return " ".join([words[0], *words[2:]]) if len(words) > 3 else name.upper()
        case _:
            raise ValueError(change)


def labelled(people: list[str], rng: random.Random, strangers: int) -> list[Labelled]:
    """A line for each name, changed in one of the ways, and lines of people who are on no list."""
    known = set(people)
    lines = []
    for place, name in enumerate(people):
        change = rng.choice(SAME + NEAR)
        lines.append(Labelled(changed(name, change, rng), change, place))
    others = [name for name in names(len(people) + strangers, rng) if name not in known]
    lines += [Labelled(name, OTHER[0], None) for name in others[:strangers]]
    rng.shuffle(lines)
    return lines
