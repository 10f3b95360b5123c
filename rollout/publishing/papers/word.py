"""Draws a paper as an editable DOCX in the layout of Decree 30/2020/NĐ-CP.

Times New Roman is named, not embedded: every office program in use has it, or a face of the same
widths.
"""

import re
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, Twips
from docx.table import Table as DocxTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from rollout.publishing.papers.paper import (
    Block,
    Bullets,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Signature,
    Table,
)
from rollout.publishing.papers.wording import motto, national_name, place_and_day

FONT = "Times New Roman"
ONE_SHEET = Pt(12)  # of the text of a paper that is to stand on one sheet, on both its sides
TEXT_WIDTH = 160  # mm: A4 less 30 left and 20 right
CELL_EDGES = 3.8  # mm: what a cell keeps free on both sides
LETTER = 0.47  # of its size: how wide a bold letter of Times is in the middle
LEFT_HALF, RIGHT_HALF = 64, 96  # mm: the national name needs more than half
TWIPS = 1440 / 25.4  # in a mm
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


def as_docx(paper: Paper) -> bytes:
    """The paper under the active language."""
    document = Document()
    _set_up(document, paper)
    _head(document, paper)
    _title(document, paper)
    for block in paper.body:
        _block(document, block)
    _foot(document, paper)
    if paper.annex:
        text_width = _turned(document) if paper.wide_annex else TEXT_WIDTH
        if not paper.wide_annex:
            document.add_page_break()
        _annex_title(document, paper, text_width)
        for block in paper.annex_to_its_end:
            _block(document, block, text_width)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: DocxDocument, paper: Paper) -> None:
    style = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = ONE_SHEET if paper.one_sheet else Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN" if (get_language() or "vi").startswith("vi") else "en-GB")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    line.alignment = CENTRE
    _page_number(line)
    if paper.note:
        below = section.first_page_footer.paragraphs[0]
        _run(below, paper.note, size=11, italic=True)
    properties = document.core_properties
    properties.title = " ".join(filter(None, (paper.kind, paper.subject)))
    properties.author = paper.issuer
    properties.comments = ""


def _turned(document: DocxDocument) -> float:
    """Go on with pages on their side; how wide their text is, in mm."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    # An annex counts its own pages, and the first bears no number.
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.append(numbers)
    for footer in (section.first_page_footer, section.footer):
        footer.is_linked_to_previous = False
    return 297 - 2 * 15


def _page_number(paragraph: DocxParagraph) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _run(
    paragraph: DocxParagraph,
    text: str,
    *,
    size: int | None = None,
    bold: bool = False,
    italic: bool = False,
) -> None:
    """`size` None: that of the text."""
    run = paragraph.add_run(text)
    run.font.size = Pt(size) if size else None
    run.bold, run.italic = bold, italic


def _line(
    cell: _Cell,
    text: str,
    *,
    first: bool = False,
    size: int | None = None,
    bold: bool = False,
    italic: bool = False,
) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    paragraph.alignment = CENTRE
    _run(paragraph, text, size=size, bold=bold, italic=italic)


def _grid(document: DocxDocument, rows: int, widths: tuple[float, ...]) -> DocxTable:
    table = document.add_table(rows=rows, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)  # some programs read the grid, some the cells
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _drawn(paragraph: DocxParagraph, width: float, length: float) -> None:
    """A line of `length` in the middle of `width` (mm): the lower border of an empty paragraph."""
    paragraph.alignment = CENTRE
    paragraph.paragraph_format.line_spacing = Pt(3)
    paragraph.paragraph_format.left_indent = Mm((width - length) / 2)
    paragraph.paragraph_format.right_indent = Mm((width - length) / 2)
    paragraph._p.get_or_add_pPr().append(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="0" '
            'w:color="000000"/></w:pBdr>'
        )
    )


def _head(document: DocxDocument, paper: Paper) -> None:
    table = _grid(document, 2, (LEFT_HALF, RIGHT_HALF))
    left, right = table.rows[0].cells
    if paper.superior:
        _line(left, paper.superior, first=True, size=12)
        _line(left, paper.issuer, size=12, bold=True)
    else:
        _line(left, paper.issuer, first=True, size=12, bold=True)
    _drawn(left.add_paragraph(), LEFT_HALF - CELL_EDGES, 22)
    _line(right, national_name(), first=True, size=12, bold=True)
    _line(right, motto(), size=13, bold=True)
    _drawn(right.add_paragraph(), RIGHT_HALF - CELL_EDGES, _length(motto(), 13))
    left, right = table.rows[1].cells
    _line(left, paper.number, first=True, size=13)
    if paper.is_letter:
        _line(left, paper.subject, size=12)
    _line(right, place_and_day(paper.place, paper.on), first=True, size=13, italic=True)
    for paragraph in (*left.paragraphs, right.paragraphs[0]):
        paragraph.paragraph_format.space_before = Pt(6)


def _length(text: str, size: float) -> float:
    """About how long a line of bold text is, in mm."""
    return len(text) * size * LETTER / 72 * 25.4


def _third(text: str, width: float) -> float:
    """How long the line below a text is: between a third and half of it."""
    return min(_length(text, 14), width) * 0.4


def _annex_title(document: DocxDocument, paper: Paper, text_width: float) -> None:
    """Its name, its title, and to which paper it belongs."""
    if not paper.annex_title:
        return
    for text, size, bold, italic in (
        (pgettext("of a paper", "Annex"), 14, True, False),
        (paper.annex_title.upper(), 13, True, False),
        (paper.annex_of, 13, False, True),
    ):
        line = document.add_paragraph()
        line.alignment = CENTRE
        _run(line, text, size=size, bold=bold, italic=italic)
    _drawn(document.add_paragraph(), text_width, 40)
    document.paragraphs[-1].paragraph_format.space_after = Pt(8)


def _title(document: DocxDocument, paper: Paper) -> None:
    if not paper.is_letter:
        kind = document.add_paragraph()
        kind.alignment = CENTRE
        kind.paragraph_format.space_before = Pt(14)
        _run(kind, paper.kind, bold=True)
        subject = document.add_paragraph()
        subject.alignment = CENTRE
        _run(subject, paper.subject, bold=True)
        _drawn(document.add_paragraph(), TEXT_WIDTH, _third(paper.subject, TEXT_WIDTH))
        document.paragraphs[-1].paragraph_format.space_after = Pt(10)
    if paper.addressees:
        to = document.add_paragraph()
        to.alignment = CENTRE
        to.paragraph_format.space_before = to.paragraph_format.space_after = Pt(10)
        joined = paper.addressees
        if len(joined) == 1:
            _run(to, f"{_('To:')} {joined[0]}")
        else:
            _run(to, _("To:"))
            for one in joined:
                line = document.add_paragraph()
                line.paragraph_format.left_indent = Mm(45)
                _run(line, f"- {one};" if one is not joined[-1] else f"- {one}.")


def _block(document: DocxDocument, block: Block, text_width: float = TEXT_WIDTH) -> None:
    match block:
        case Heading():
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_before = Pt(6)
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.first_line_indent = Mm(12.7)
            _run(paragraph, block.text, bold=True, italic=block.level > 1)
        case Paragraph():
            paragraph = document.add_paragraph()
            paragraph.alignment = CENTRE if block.centred else JUSTIFIED
            paragraph.paragraph_format.space_before = Pt(6)
            if not block.centred:
                paragraph.paragraph_format.first_line_indent = Mm(12.7)
            if block.bold:
                _run(paragraph, f"{block.bold} ", bold=True)
            _run(paragraph, block.text, italic=block.italic, bold=block.strong)
        case Bullets():
            for text in block.lines:
                paragraph = document.add_paragraph()
                paragraph.alignment = JUSTIFIED
                paragraph.paragraph_format.space_before = Pt(6)
                paragraph.paragraph_format.first_line_indent = Mm(12.7)
                _run(paragraph, f"- {text}")
        case Table():
            _table(document, block, text_width)
        case Picture():
            _picture(document, block)


def _picture(document: DocxDocument, block: Picture) -> None:
    caption = document.add_paragraph()
    caption.alignment = CENTRE
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True
    _run(caption, block.caption, size=13, bold=True)
    holder = document.add_paragraph()
    holder.alignment = CENTRE
    holder.paragraph_format.keep_with_next = bool(block.below)
    drawn = holder.add_run().add_picture(BytesIO(block.png), width=Mm(TEXT_WIDTH))
    drawn._inline.docPr.set("descr", block.said)
    if block.below:
        below = document.add_paragraph()
        below.alignment = CENTRE
        _run(below, block.below, size=11, italic=True)


def _table(document: DocxDocument, block: Table, text_width: float = TEXT_WIDTH) -> None:
    """Rows are written as XML: the library looks through the whole table for each cell."""
    if block.caption:
        caption = document.add_paragraph()
        caption.paragraph_format.space_before = Pt(8)
        caption.paragraph_format.space_after = Pt(4)
        caption.paragraph_format.keep_with_next = True
        caption.alignment = CENTRE
        _run(caption, block.caption, size=13, bold=True)
    widths = [round(share * text_width * TWIPS) for share in block.widths]
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Twips(width)
    of_text = document.styles["Normal"].font.size
    size = 2 * min(block.size or 11, round(of_text.pt if of_text else 14))
    rows = [block.head, *block.rows, *([block.total] if block.total else [])]
    for index, cells in enumerate(rows):
        strong = index == 0 or bool(block.total and index == len(rows) - 1)
        inner = "".join(
            _cell(text, width, size, strong, _side(index, column, block))
            for column, (text, width) in enumerate(zip(cells, widths, strict=True))
        )
        repeated = "<w:tblHeader/>" if index == 0 else ""
        table._tbl.append(
            parse_xml(
                f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{inner}</w:tr>"
            )
        )


def _side(index: int, column: int, block: Table) -> str:
    if index == 0:
        return '<w:jc w:val="center"/>'
    return '<w:jc w:val="right"/>' if column in block.right else ""


def _cell(text: str, width: int, size: int, strong: bool, side: str) -> str:
    """`size`: of the letters, in half points."""
    lines = (escape(line) for line in _NOT_IN_XML.sub("", text).split("\n"))
    said = '</w:t><w:br/><w:t xml:space="preserve">'.join(lines)
    bold = "<w:b/>" if strong else ""
    of_empty = f'<w:rPr><w:sz w:val="{size}"/></w:rPr>'  # an empty cell is no taller than others
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p><w:pPr>{side}{of_empty}</w:pPr>"
        f'<w:r><w:rPr>{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{said}</w:t></w:r></w:p></w:tc>'
    )


def _foot(document: DocxDocument, paper: Paper) -> None:
    # Nobody signs a page on which nothing else stands.
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    space = document.add_paragraph()
    space.paragraph_format.keep_with_next = True
    if len(paper.signatures) > 1:
        table = _grid(document, 1, (TEXT_WIDTH / 2, TEXT_WIDTH / 2))
        for cell, signature in zip(table.rows[0].cells, paper.signatures, strict=False):
            _signature(cell, signature)
        if paper.recipients:
            _recipients(document.add_paragraph(), document, paper)
        return
    table = _grid(document, 1, (TEXT_WIDTH / 2, TEXT_WIDTH / 2))
    left, right = table.rows[0].cells
    if paper.recipients:
        _recipients(left.paragraphs[0], left, paper)
    for signature in paper.signatures:
        _signature(right, signature)


def _recipients(first: DocxParagraph, holder: DocxDocument | _Cell, paper: Paper) -> None:
    _run(first, _("Recipients:"), size=12, bold=True, italic=True)
    for text in paper.recipients:
        _run(holder.add_paragraph(), f"- {text}", size=11)


def _signature(cell: _Cell, signature: Signature) -> None:
    for index, text in enumerate(signature.lines):
        _line(cell, text, first=index == 0, bold=True)
    _line(cell, signature.note, size=12, italic=True)
    for _space in range(3):
        cell.add_paragraph()
    _line(cell, signature.name, bold=True)
