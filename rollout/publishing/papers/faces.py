"""The typefaces that a PDF paper takes along; `rollout.site.build` makes the files."""

from pathlib import Path

PAPER_FONTS = Path(__file__).resolve().parents[3] / "build" / "papers"
# By the style of a PDF font: regular, bold, italic, both.
PAPER_STYLES = {"": "regular", "B": "bold", "I": "italic", "BI": "bold-italic"}
