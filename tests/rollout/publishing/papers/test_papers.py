"""Papers made from the records of Bac Giang: their figures and their layout."""

from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from docx import Document
from openpyxl import load_workbook

from rollout.figures.cached import cached_progress
from rollout.models import Directive, WorkingSession
from rollout.publishing.papers.annex import FIRST_ROW, MEASURES, as_xlsx
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.faces import DECREED_FILES, of_pdf
from rollout.publishing.papers.kind import Asked
from rollout.publishing.papers.paper import Table
from rollout.publishing.papers.pdf import as_pdf
from rollout.publishing.papers.word import as_docx
from rollout.publishing.papers.wording import BLANK

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 21)


def words(content: bytes) -> str:
    """All text of a DOCX, that of its tables too."""
    document = Document(BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def made(slug: str, about: str | None = None, on: date = ON):
    kind = KINDS[slug]
    subject = kind.subjects(Asked(on))[0][0] if about is None else about
    return kind.build(Asked(on, None, subject))


def test_the_report_of_21_may_says_the_figures_in_both_languages(bac_giang):
    session = str(WorkingSession.objects.get(held_on=ON).pk)
    with translation.override("vi"):
        said = words(as_docx(made("report", session)))
    for figure in ("11", "17", "4.187", "4.312", "42", "BÁO CÁO", "Nơi nhận:", "21 tháng 5"):
        assert figure in said
    with translation.override("en"):
        said = words(as_docx(made("report", session)))
    assert "4,187" in said
    assert "SOCIALIST REPUBLIC OF VIET NAM" in said
    assert "Nơi nhận" not in said


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("slug", KINDS)
def test_each_kind_is_drawn_as_docx_and_pdf(bac_giang, slug, language):
    with translation.override(language):
        paper = made(slug)
        document = Document(BytesIO(as_docx(paper)))
        pdf = as_pdf(paper)
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    assert section.left_margin.mm == pytest.approx(30, abs=0.1)
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile2" in pdf, "the font is embedded"


def test_an_office_that_owns_the_decreed_face_gets_one_family_in_both_formats(
    bac_giang, settings, tmp_path
):
    for style, name in DECREED_FILES.items():
        (tmp_path / name).write_bytes(of_pdf().files[style].read_bytes())
    paper = made("report")
    stands_in = as_pdf(paper)
    settings.PAPER_FONTS = tmp_path
    assert of_pdf().family == Document(BytesIO(as_docx(paper))).styles["Normal"].font.name
    # In the sizes of the decree, which Noto Serif would be too large for.
    assert (of_pdf().body, of_pdf().list) == (14, 11)
    drawn = as_pdf(paper)
    assert b"/FontFile2" in drawn
    assert drawn != stands_in


def test_cells_of_the_annex_add_up_to_the_text(bac_giang):
    sheet = load_workbook(BytesIO(as_xlsx(Asked(ON)))).active
    progress = cached_progress(ON)
    last = sheet.max_row
    for place, measure in enumerate(MEASURES):
        column = 3 + 2 * place
        letter = sheet.cell(last, column).column_letter
        assert sheet.cell(last, column).value == f"=SUM({letter}{FIRST_ROW}:{letter}{last - 1})"
        cells = [sheet.cell(row, column).value or 0 for row in range(FIRST_ROW, last)]
        assert sum(cells) == progress.measure(measure.code).done, measure.code


def test_a_changed_fact_changes_the_paper(bac_giang):
    agency = Directive.objects.earliest("code").coordinating.first()
    Directive.objects.filter(coordinating=agency).update(name_vi="Việc khác hẳn")
    with translation.override("vi"):
        paper = made("urging", agency.code)
    table = next(block for block in paper.blocks if isinstance(block, Table))
    assert "Việc khác hẳn" in [row[1] for row in table.rows]


def test_what_is_not_on_record_is_left_blank(bac_giang):
    with translation.override("en"):
        said = words(as_docx(made("minutes")))
    assert BLANK in said
