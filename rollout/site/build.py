"""What `make install` and the image make out of the sources: `python -m rollout.site.build`.

- locale*/*/LC_MESSAGES/*.po -> *.mo, so that no system gettext is needed;
- the font package's TrueType files -> WOFF2 with Latin and Vietnamese letters only, a tenth
  of the size, served as /static/fonts/be-vietnam-pro-<weight>.woff2; and the ten digits at one
  width, for columns of figures, as /static/fonts/be-vietnam-pro-figures-<weight>.woff2;
- the variable serif face -> one plain TrueType file per style, for embedding in PDF papers.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import fontpkg_be_vietnam_pro
import fontpkg_noto_serif
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from rollout.publishing.papers.faces import PAPER_FONTS, PAPER_STYLES

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "build" / "static" / "fonts"
WEIGHTS = {400: "Regular", 600: "SemiBold"}
TEXT_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]
DIGITS = range(ord("0"), ord("9") + 1)

# Basic Latin, Latin-1, every letter and mark of Vietnamese, and the signs our texts use.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1A0, 0x1A1, 0x1AF, 0x1B0),
    *(0x300, 0x301, 0x303, 0x309, 0x323),
    *range(0x1EA0, 0x1EFA),
    *(0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x20AB),
    *(0x2030, 0x2212, 0x2264, 0x2265),
]


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; return those written."""
    written = []
    for source in sorted(root.glob("locale*/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written.append(target)
    return written


def subset_fonts(folder: Path = FONTS) -> list[Path]:
    """Write two small WOFF2 files for each weight the pages use; return those written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for weight, name in WEIGHTS.items():
        source = fontpkg_be_vietnam_pro.ROOT / "files" / f"BeVietnamPro-{name}.ttf"
        text = _subset(source, LETTERS, features=TEXT_FEATURES)
        figures = _subset(source, DIGITS, features=[])
        _make_tabular(figures)
        for stem, font in (("be-vietnam-pro", text), ("be-vietnam-pro-figures", figures)):
            target = folder / f"{stem}-{weight}.woff2"
            font.flavor = "woff2"
            font.save(target)
            written.append(target)
    return written


def _subset(source: Path, letters: Sequence[int], *, features: list[str]) -> TTFont:
    options = subset.Options(hinting=False)
    options.layout_features = features
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    font = TTFont(source, recalcTimestamp=False)
    subsetter.subset(font)
    return font


def _make_tabular(font: TTFont) -> None:
    """Give each digit the width of the zero and centre it; the typeface itself has no such cut."""
    glyphs, metrics, names = font["glyf"], font["hmtx"], font.getBestCmap()
    width = metrics[names[ord("0")]][0]
    for code in DIGITS:
        glyph = glyphs[names[code]]
        left = round((width - (glyph.xMax - glyph.xMin)) / 2)
        glyph.coordinates.translate((left - glyph.xMin, 0))
        glyph.recalcBounds(glyphs)
        metrics[names[code]] = (width, left)


def paper_fonts(folder: Path = PAPER_FONTS) -> list[Path]:
    """Write one static face per style of the papers, unless it is there; return those written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for style, name in PAPER_STYLES.items():
        target = folder / f"noto-serif-{name}.ttf"
        if target.exists():
            continue
        slant = "-Italic" if "I" in style else ""
        source = fontpkg_noto_serif.ROOT / "files" / f"NotoSerif{slant}[wdth,wght].ttf"
        # Cut down first: the whole face has thousands of letters to interpolate.
        font = _subset(source, LETTERS, features=TEXT_FEATURES)
        weight = 700 if "B" in style else 400
        instancer.instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        font.save(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for path in [*compile_catalogues(), *subset_fonts(), *paper_fonts()]:
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes\n")
