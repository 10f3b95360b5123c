"""An official paper before it is drawn: what stands where, by Decree 30/2020/NĐ-CP.

Each kind of paper (`kinds/`) builds a `Paper` from the records; `word.py` and `pdf.py` draw it.
All texts are final, in the language of the paper: build and draw under the same active language.
"""

from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a part: "1. …", "I. …"."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Justified text, first line indented.

    `bold`: a lead-in printed bold before the text; `strong`: all of it is bold.
    """

    text: str
    bold: str = ""
    italic: bool = False
    centred: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines that begin with a dash, as the office writes them."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths`: parts of the text width, adding up to 1. `right`: columns of numbers.

    `size`: of the letters in points; 0: as tables usually are.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    right: frozenset[int] = frozenset()
    total: tuple[str, ...] = ()
    caption: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as wide as the text. `said`: what it shows, for who cannot see it."""

    png: bytes
    said: str
    caption: str = ""
    below: str = ""  # how its lines are told apart


@dataclass(frozen=True, slots=True)
class Signature:
    """One block of a signature: "TM. ỦY BAN NHÂN DÂN" / "KT. CHỦ TỊCH" / "PHÓ CHỦ TỊCH" / name."""

    lines: tuple[str, ...]
    name: str = ""
    note: str = ""  # "(Ký, đóng dấu)"


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True, slots=True)
class Paper:
    superior: str  # the body above, printed over the issuing one; "" for none
    issuer: str
    number: str  # "Số:      /BC-SYT"
    place: str
    on: date
    kind: str  # "BÁO CÁO"; "" for an official letter
    subject: str  # under the kind; for a letter "V/v …" under the number
    addressees: tuple[str, ...] = ()  # "Kính gửi:"
    blocks: tuple[Block, ...] = ()
    signatures: tuple[Signature, ...] = ()  # one stands right; two or more side by side
    recipients: tuple[str, ...] = ()  # "Nơi nhận", without the dashes
    file_name: str = "van-ban"
    one_sheet: bool = False  # drawn as small as it takes to stand on one page
    note: str = ""  # a line at the foot of the first page: "Dữ liệu mẫu …"
    annex: tuple[Block, ...] = field(default=())
    annex_title: str = ""
    annex_of: str = ""  # "(Kèm theo Báo cáo số …)"
    wide_annex: bool = False  # the annex on pages on their side

    @property
    def is_letter(self) -> bool:
        return not self.kind

    @property
    def body(self) -> tuple[Block, ...]:
        """The blocks, of which the last text ends with "./." where somebody signs below."""
        return _all_ended(self.blocks) if self.signatures else self.blocks

    @property
    def annex_to_its_end(self) -> tuple[Block, ...]:
        """The annex, which ends with "./." too: below a table on a line of its own (Decree 30/2020)."""
        if self.annex and isinstance(self.annex[-1], Table):
            return (*self.annex, Paragraph("./."))
        return _all_ended(self.annex)


def _all_ended(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    if not blocks:
        return blocks
    *before, last = blocks
    match last:
        case Paragraph():
            last = replace(last, text=_ended(last.text))
        case Bullets(lines=lines) if lines:
            last = replace(last, lines=(*lines[:-1], _ended(lines[-1])))
    return (*before, last)


def _ended(text: str) -> str:
    return text if text.endswith("./.") else f"{text.rstrip(' .;,')}./."
