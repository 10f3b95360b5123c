"""Excel files made by hand: with formats, fonts, hidden rows, formulas that were filled down."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Raw:
    """A cell as the file has it: its type, what stands in it, the format and font it is shown in."""

    value: str = ""
    kind: str = "n"
    code: str = "General"
    font: str = "Calibri"
    formula: str | None = None


@dataclass(frozen=True)
class Made:
    """A sheet; rows that are hidden by number, columns as `<cols>` says them, merged cells by name."""

    rows: Sequence[Sequence[str | int | Raw | None]]
    name: str = "Sheet1"
    hidden_rows: Sequence[int] = ()
    cols: str = ""
    merged: Sequence[str] = ()
    state: str = "visible"


def made(*sheets: Made | Sequence[Sequence[str | int | Raw | None]]) -> bytes:
    """A file with these sheets, in their order."""
    all_sheets = [sheet if isinstance(sheet, Made) else Made(sheet) for sheet in sheets]
    styles: dict[tuple[str, str], int] = {("General", "Calibri"): 0}
    bodies = [_body(sheet, styles) for sheet in all_sheets]
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r" Type="{_REL}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        links = "".join(
            f'<Relationship Id="s{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(len(bodies))
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships>{links}<Relationship Id="st" Type="{_REL}/styles" '
            'Target="styles.xml"/></Relationships>',
        )
        named = "".join(
            f'<sheet name="{sheet.name}" sheetId="{n + 1}" state="{sheet.state}" r:id="s{n}"/>'
            for n, sheet in enumerate(all_sheets)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {_NS} xmlns:r="{_REL}"><sheets>{named}</sheets></workbook>',
        )
        archive.writestr("xl/styles.xml", _styles(styles))
        for n, body in enumerate(bodies):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", body)
    return stream.getvalue()


def _styles(styles: dict[tuple[str, str], int]) -> str:
    codes = list(dict.fromkeys(code for code, _font in styles))
    fonts = list(dict.fromkeys(font for _code, font in styles))
    formats = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for n, code in enumerate(codes)
    )
    drawn = "".join(f'<font><sz val="11"/><name val="{font}"/></font>' for font in fonts)
    cells = "".join(
        f'<xf numFmtId="{164 + codes.index(code)}" fontId="{fonts.index(font)}"/>'
        for code, font in styles
    )
    return (
        f"<styleSheet {_NS}><numFmts>{formats}</numFmts><fonts>{drawn}</fonts>"
        f"<cellStyleXfs><xf/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>"
    )


def _body(sheet: Made, styles: dict[tuple[str, str], int]) -> str:
    rows = []
    for number, cells in enumerate(sheet.rows, 1):
        hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
        told = "".join(_cell(cell, chr(65 + n), number, styles) for n, cell in enumerate(cells))
        rows.append(f'<row r="{number}"{hidden}>{told}</row>')
    cols = f"<cols>{sheet.cols}</cols>" if sheet.cols else ""
    merged = "".join(f'<mergeCell ref="{place}"/>' for place in sheet.merged)
    merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f"<worksheet {_NS}>{cols}<sheetData>{''.join(rows)}</sheetData>{merged}</worksheet>"


def _cell(
    cell: str | int | Raw | None, letter: str, number: int, styles: dict[tuple[str, str], int]
) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, Raw):
        cell = Raw(str(cell), "n" if isinstance(cell, int) else "inlineStr")
    style = styles.setdefault((cell.code, cell.font), len(styles))
    start = f'<c r="{letter}{number}" s="{style}" t="{cell.kind}">'
    if cell.kind == "inlineStr":
        return f'{start}<is><t xml:space="preserve">{escape(cell.value)}</t></is></c>'
    formula = "" if cell.formula is None else cell.formula
    value = f"<v>{escape(cell.value)}</v>" if cell.value else ""
    return f"{start}{formula}{value}</c>"
