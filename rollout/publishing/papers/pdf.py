"""Draws a paper as PDF in the layout of Decree 30/2020/NĐ-CP, its font embedded (see `faces`)."""

from datetime import UTC, datetime
from io import BytesIO

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableHeadingsDisplay
from fpdf.fonts import FontFace, TTFFont

from rollout.publishing.papers import drawing
from rollout.publishing.papers.faces import Face, of_pdf
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

FONT = "paper"  # the name of the face within the file that is drawn
SIDES = 2  # of one sheet
LEFT, RIGHT, TOP = 30, 20, 20  # mm
TEXT_WIDTH = 210 - LEFT - RIGHT
LEFT_HALF, RIGHT_HALF = 64, 96
INDENT = 12.7
MM_OF_POINT = 25.4 / 72


class Sheet(FPDF):
    def __init__(self, face: Face) -> None:
        super().__init__(format="A4", unit="mm")
        self.face = face
        self.counted_from = 1  # an annex counts its own pages
        for style, file in face.files.items():
            self.add_font(FONT, style, file)

    def header(self) -> None:
        if (number := self.page_no() - self.counted_from + 1) > 1:
            self.set_y(10)
            self.set_font(FONT, size=self.face.large)
            self.cell(self.epw, 6, str(number), align="C")
            self.set_y(TOP)


def as_pdf(paper: Paper) -> bytes:
    """The paper under the active language; one that is to stand on one sheet, as large as it fits."""
    face = of_pdf()
    size = face.body
    sheet = _drawn(paper, face, size)
    while paper.one_sheet and sheet.pages_count > SIDES and size > face.smallest:
        _let_go(sheet)
        size -= 0.5
        sheet = _drawn(paper, face, size)
    content = bytes(sheet.output())
    _let_go(sheet)
    return content


def _let_go(sheet: Sheet) -> None:
    """The library keeps the files of the fonts open."""
    for font in sheet.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()


def _drawn(paper: Paper, face: Face, size: float) -> Sheet:
    sheet = Sheet(face)
    sheet.set_margins(LEFT, TOP, RIGHT)
    sheet.set_auto_page_break(True, margin=20)
    sheet.set_lang("vi-VN" if (get_language() or "vi").startswith("vi") else "en-GB")
    sheet.set_title(" ".join(filter(None, (paper.kind, paper.subject))))
    sheet.set_author(paper.issuer)
    # The same paper is the same file, whenever it is drawn.
    sheet.set_creation_date(datetime(paper.on.year, paper.on.month, paper.on.day, tzinfo=UTC))
    sheet.add_page()
    _head(sheet, paper)
    _title(sheet, paper)
    *before, last = paper.body or (None,)
    for block in before:
        _block(sheet, block, size)
    if last:
        # Nobody signs a page on which nothing else stands.
        if isinstance(last, Paragraph) and sheet.will_page_break(
            _foot_height(paper) + 4 * _height(size)
        ):
            sheet.add_page()
        _block(sheet, last, size)
    _foot(sheet, paper, size)
    if paper.annex:
        sheet.counted_from = sheet.page_no() + 1
        sheet.add_page(orientation="L" if paper.wide_annex else "P")
        _annex_title(sheet, paper)
        for block in paper.annex_to_its_end:
            _block(sheet, block, size)
    return sheet


def _height(size: float) -> float:
    return size * MM_OF_POINT * 1.3


def _centred(sheet: Sheet, x: float, width: float, text: str, size: float, style: str = "") -> None:
    sheet.set_font(FONT, style, size)
    sheet.set_x(x)
    sheet.multi_cell(width, _height(size), text, align="C", new_x="LEFT", new_y="NEXT")


def _under(sheet: Sheet, x: float, width: float, length: float) -> None:
    y = sheet.get_y() + 0.8
    sheet.line(x + (width - length) / 2, y, x + (width + length) / 2, y)
    sheet.set_y(y + 1)


def _head(sheet: Sheet, paper: Paper) -> None:
    right = LEFT + LEFT_HALF
    top = sheet.get_y()
    if paper.superior:
        _centred(sheet, LEFT, LEFT_HALF, paper.superior, sheet.face.small)
    _centred(sheet, LEFT, LEFT_HALF, paper.issuer, sheet.face.small, "B")
    _under(sheet, LEFT, LEFT_HALF, 24)
    left_end = sheet.get_y()
    sheet.set_y(top)
    _centred(sheet, right, RIGHT_HALF, national_name(), sheet.face.small, "B")
    _centred(sheet, right, RIGHT_HALF, motto(), sheet.face.large, "B")
    _under(sheet, right, RIGHT_HALF, sheet.get_string_width(motto()))
    top = max(left_end, sheet.get_y()) + 2
    sheet.set_y(top)
    _centred(sheet, LEFT, LEFT_HALF, paper.number, sheet.face.large)
    if paper.is_letter:
        _centred(sheet, LEFT, LEFT_HALF, paper.subject, sheet.face.small)
    left_end = sheet.get_y()
    sheet.set_y(top)
    _centred(sheet, right, RIGHT_HALF, place_and_day(paper.place, paper.on), sheet.face.large, "I")
    sheet.set_y(max(left_end, sheet.get_y()) + 4)


def _annex_title(sheet: Sheet, paper: Paper) -> None:
    """Its name, its title, and to which paper it belongs."""
    if not paper.annex_title:
        return
    for text, size, style in (
        (pgettext("of a paper", "Annex"), sheet.face.body, "B"),
        (paper.annex_title.upper(), sheet.face.large, "B"),
        (paper.annex_of, sheet.face.large, "I"),
    ):
        _centred(sheet, LEFT, sheet.epw, text, size, style)
    _under(sheet, LEFT, sheet.epw, 40)
    sheet.ln(3)


def _title(sheet: Sheet, paper: Paper) -> None:
    if not paper.is_letter:
        _centred(sheet, LEFT, TEXT_WIDTH, paper.kind, sheet.face.body, "B")
        _centred(sheet, LEFT, TEXT_WIDTH, paper.subject, sheet.face.body, "B")
        length = min(sheet.get_string_width(paper.subject), TEXT_WIDTH)
        _under(sheet, LEFT, TEXT_WIDTH, 0.4 * length)
        sheet.ln(3)
    if len(paper.addressees) == 1:
        _centred(sheet, LEFT, TEXT_WIDTH, f"{_('To:')} {paper.addressees[0]}", sheet.face.body)
        sheet.ln(3)
    elif paper.addressees:
        _centred(sheet, LEFT, TEXT_WIDTH, _("To:"), sheet.face.body)
        last = len(paper.addressees) - 1
        for index, one in enumerate(paper.addressees):
            sheet.set_x(LEFT + 45)
            end = "." if index == last else ";"
            sheet.multi_cell(
                TEXT_WIDTH - 45,
                _height(sheet.face.body),
                f"- {one}{end}",
                new_x="LMARGIN",
                new_y="NEXT",
            )
        sheet.ln(3)


def _block(sheet: Sheet, block: Block, size: float) -> None:
    match block:
        case Heading():
            if sheet.will_page_break(3 * _height(size)):
                sheet.add_page()  # no heading stands alone at the foot of a page
            _text(sheet, block.text, size, style="BI" if block.level > 1 else "B", align="L")
        case Paragraph(centred=True):
            sheet.ln(2 * size / sheet.face.body)
            _centred(sheet, LEFT, TEXT_WIDTH, block.text, size, _style(block))
        case Paragraph():
            _text(sheet, block.text, size, style=_style(block), bold=block.bold)
        case Bullets():
            for line in block.lines:
                _text(sheet, f"- {line}", size)
        case Table():
            _table(sheet, block, size)
        case Picture():
            _picture(sheet, block, size)


def _picture(sheet: Sheet, block: Picture, size: float) -> None:
    tall = TEXT_WIDTH * drawing.HEIGHT / drawing.WIDTH
    sheet.ln(2)
    if sheet.will_page_break(tall + 3 * _height(size)):
        sheet.add_page()
    _centred(sheet, LEFT, TEXT_WIDTH, block.caption, size - 0.5, "B")
    sheet.image(BytesIO(block.png), x=LEFT, w=TEXT_WIDTH, alt_text=block.said)
    if block.below:
        _centred(sheet, LEFT, TEXT_WIDTH, block.below, sheet.face.list, "I")


def _style(block: Paragraph) -> str:
    return ("B" if block.strong else "") + ("I" if block.italic else "")


def _text(
    sheet: Sheet, text: str, size: float, *, style: str = "", bold: str = "", align: str = "J"
) -> None:
    with (
        sheet.text_columns(text_align=align, line_height=1.3) as column,
        column.paragraph(
            first_line_indent=INDENT, top_margin=2 * size / sheet.face.body
        ) as paragraph,
    ):
        if bold:
            sheet.set_font(FONT, "B", size)
            paragraph.write(f"{bold} ")
        sheet.set_font(FONT, style, size)
        paragraph.write(text)
    sheet.set_x(LEFT)


def _table(sheet: Sheet, block: Table, size: float) -> None:
    sheet.ln(2)
    if sheet.will_page_break(5 * _height(size)):
        sheet.add_page()
    if block.caption:
        _centred(sheet, LEFT, sheet.epw, block.caption, size - 0.5, "B")
        sheet.ln(1)
    small = min(sheet.face.list, size)
    sheet.set_font(FONT, size=small)
    sheet.set_x(LEFT)
    aligned = tuple("RIGHT" if index in block.right else "LEFT" for index in range(len(block.head)))
    with sheet.table(
        col_widths=tuple(round(1000 * width) for width in block.widths),
        width=sheet.epw,
        align="LEFT",
        text_align=aligned,
        line_height=_height(small),
        padding=(0.6, 1.2),
        headings_style=FontFace(emphasis="BOLD"),
        repeat_headings=TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE,
    ) as table:
        head = table.row()
        for text in block.head:
            head.cell(text, align="C")
        for cells in block.rows:
            row = table.row()
            for text in cells:
                row.cell(text)
        if block.total:
            row = table.row(style=FontFace(emphasis="BOLD"))
            for text in block.total:
                row.cell(text)
    sheet.ln(2)


def _foot(sheet: Sheet, paper: Paper, size: float) -> None:
    if not paper.signatures and not paper.recipients:
        _note(sheet, paper)
        return
    sheet.ln(6)
    if sheet.will_page_break(_foot_height(paper)):
        sheet.add_page()
    half = TEXT_WIDTH / 2
    top = sheet.get_y()
    if len(paper.signatures) > 1:
        ends = [
            _signature(sheet, LEFT + index * half, half, top, signature)
            for index, signature in enumerate(paper.signatures[:2])
        ]
        sheet.set_y(max(ends) + 2)
        _recipients(sheet, paper)
    else:
        end = top
        for signature in paper.signatures:
            end = _signature(sheet, LEFT + half, half, top, signature)
        sheet.set_y(top)
        _recipients(sheet, paper)
        sheet.set_y(max(end, sheet.get_y()))
    _note(sheet, paper)


def _foot_height(paper: Paper) -> float:
    """About what signatures and recipients take, in mm."""
    tall = max([30, *(5 * len(signature.lines) + 30 for signature in paper.signatures)])
    return max(tall, 5 * len(paper.recipients) + 8)


def _recipients(sheet: Sheet, paper: Paper) -> None:
    if not paper.recipients:
        return
    sheet.set_x(LEFT)
    sheet.set_font(FONT, "BI", sheet.face.small)
    height = _height(sheet.face.small)
    sheet.cell(TEXT_WIDTH / 2, height, _("Recipients:"), new_x="LMARGIN", new_y="NEXT")
    sheet.set_font(FONT, "", sheet.face.list)
    for text in paper.recipients:
        sheet.multi_cell(
            TEXT_WIDTH / 2 - 5,
            _height(sheet.face.list),
            f"- {text}",
            align="L",
            new_x="LMARGIN",
            new_y="NEXT",
        )


def _signature(sheet: Sheet, x: float, width: float, top: float, signature: Signature) -> float:
    """Where it ends."""
    sheet.set_y(top)
    for text in signature.lines:
        _centred(sheet, x, width, text, sheet.face.body, "B")
    if signature.note:
        _centred(sheet, x, width, signature.note, sheet.face.small, "I")
    sheet.set_y(sheet.get_y() + 18)
    if signature.name:
        _centred(sheet, x, width, signature.name, sheet.face.body, "B")
    return sheet.get_y()


def _note(sheet: Sheet, paper: Paper) -> None:
    if paper.note:
        sheet.ln(3)
        sheet.set_x(LEFT)
        sheet.set_font(FONT, "I", sheet.face.list)
        sheet.multi_cell(
            TEXT_WIDTH, _height(sheet.face.list), paper.note, new_x="LMARGIN", new_y="NEXT"
        )
