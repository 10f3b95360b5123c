"""The typefaces of papers: one family in DOCX and PDF wherever an office owns it.

Decree 30/2020/NĐ-CP wants Times New Roman. It may not be given away with a program, so the DOCX names
it, and the PDF takes it along from the folder that EMR_PAPER_FONTS names. Without such a folder the PDF is
drawn in Noto Serif, which has every Vietnamese letter and which `rollout.site.build` prepares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PAPER_FONTS = Path(__file__).resolve().parents[3] / "build" / "papers"
# By the style of a PDF font: regular, bold, italic, both.
PAPER_STYLES = {"": "regular", "B": "bold", "I": "italic", "BI": "bold-italic"}
DECREED = "Times New Roman"
DECREED_FILES = {"": "times.ttf", "B": "timesbd.ttf", "I": "timesi.ttf", "BI": "timesbi.ttf"}


@dataclass(frozen=True, slots=True)
class Face:
    """A family with its files by style, and the sizes in points that papers set it in.

    `smallest`: how small the text of a paper that is to stand on one sheet may become.
    """

    family: str
    files: Mapping[str, Path]
    body: float
    large: float
    small: float
    list: float
    smallest: float


def of_pdf() -> Face:
    """The decreed face where the office has put its files, else the one that stands in for it.

    Noto Serif is drawn larger than Times: its sizes look as 14, 13, 12 and 11 of Times do.
    """
    folder: Path | None = settings.PAPER_FONTS
    if folder:
        files = {style: folder / name for style, name in DECREED_FILES.items()}
        return Face(DECREED, files, body=14, large=13, small=12, list=11, smallest=11)
    files = {style: PAPER_FONTS / f"noto-serif-{name}.ttf" for style, name in PAPER_STYLES.items()}
    return Face("Noto Serif", files, body=12, large=11.5, small=10.5, list=10, smallest=10)
