"""What Decree 30/2020 asks of the layout, read back from the files of every kind in both languages."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from docx import Document
from docx.enum.section import WD_ORIENT

from facilities.models import Agency
from rollout.models import Milestone, MilestoneEvent
from rollout.publishing.papers import wording
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.kind import Asked, NoSuchSubject
from rollout.publishing.papers.paper import Paragraph, Picture, Table
from rollout.publishing.papers.pdf import as_pdf
from rollout.publishing.papers.word import as_docx

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 21)
ONE_LINE = 20  # letters that no program breaks
SIZES = {11, 12, 13, 14}  # in points; nothing else is foreseen


def made(slug: str, about: str | None = None):
    kind = KINDS[slug]
    subject = kind.subjects(Asked(ON))[0][0] if about is None else about
    return kind.build(Asked(ON, None, subject))


def faults(paper, document) -> list[str]:
    """What an office would send back."""
    found = []
    xml = document.element.xml
    if "<w:u " in xml:
        found.append("a line is typed, not drawn")
    # Under the issuing body, under the motto, and under the subject of whatever has a kind.
    drawn = xml.count("<w:pBdr")
    if drawn != 2 + (not paper.is_letter) + bool(paper.annex_title):
        found.append(f"{drawn} lines are drawn")
    sizes = {run.font.size.pt for p in document.paragraphs for run in p.runs if run.font.size}
    if not sizes <= SIZES:
        found.append(f"sizes {sizes - SIZES}")
    texts = [p.text for p in document.paragraphs if p.text.strip()]
    if paper.signatures:
        ended = [text for text in texts if text.endswith("./.")]
        if len(ended) != 1 + bool(paper.annex):
            found.append(f"{len(ended)} ends")
    if re.search(r"giả định|assumed", paper.number):
        found.append("a mark of sample data inside the number")
    *_first, last = paper.superior.split(" ")
    is_english = translation.get_language() == "en"
    if not is_english and len(paper.superior) > ONE_LINE and "\N{NO-BREAK SPACE}" not in last:
        found.append("the body above breaks inside a name")
    for section in document.sections:
        landscape = section.orientation == WD_ORIENT.LANDSCAPE
        if landscape and section is document.sections[0]:
            found.append("the paper lies on its side")
    return found


def test_every_paper_in_both_languages_is_laid_out_by_the_decree(bac_giang):
    wrong = {}
    for language in ("vi", "en"):
        with translation.override(language):
            for slug in KINDS:
                paper = made(slug)
                document = Document(BytesIO(as_docx(paper)))
                if found := faults(paper, document):
                    wrong[slug, language] = found
    assert not wrong


def test_a_wide_annex_lies_on_its_side_and_says_whose_it_is(bac_giang):
    with translation.override("vi"):
        paper = made("report")
        document = Document(BytesIO(as_docx(paper)))
        pdf = as_pdf(paper)
    assert document.sections[-1].orientation == WD_ORIENT.LANDSCAPE
    assert 'w:pgNumType w:start="1"' in document.element.xml  # it counts its own pages
    texts = [p.text for p in document.paragraphs]
    at = texts.index("Phụ lục")
    assert texts[at + 1] == "TIẾN ĐỘ CỦA TỪNG CƠ SỞ TÍNH ĐẾN NGÀY 21/05/2025"
    assert texts[at + 2].startswith("(Kèm theo Báo cáo số")
    assert [text for text in texts if text][-1] == "./."
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf)
    assert any(int(width) > int(height) for width, height in boxes)


def test_minutes_and_decisions_bear_the_day_and_the_number_of_what_happened(bac_giang):
    with translation.override("vi"):
        minutes, decision = made("minutes"), made("decision")
    assert minutes.on == date(2025, 4, 28)
    assert minutes.number == "Số: 05/BB-HĐ"
    on_record = MilestoneEvent.objects.known().get(
        facility__code="bg-ttyt-lucngan", milestone=Milestone.DECISION
    )
    assert decision.on == on_record.happened_on
    assert decision.number.endswith("/QĐ-TTYT")
    said = [block.text for block in decision.blocks]
    assert said[0] == "GIÁM ĐỐC TRUNG TÂM Y TẾ HUYỆN\N{NO-BREAK SPACE}LỤC\N{NO-BREAK SPACE}NGẠN"
    assert any("12/05/2025" in text for text in said)  # the official day on record


def test_an_urging_letter_never_urges_its_sender_nor_anybody_above_the_province(bac_giang):
    codes = [code for code, _name in KINDS["urging"].subjects(Asked(ON))]
    assert codes
    assert "syt" not in codes
    with pytest.raises(NoSuchSubject):
        made("urging", "syt")
    with translation.override("vi"):
        for code in codes:
            paper, agency = made("urging", code), Agency.objects.get(code=code)
            committee = paper.addressees == ("Ủy ban nhân dân tỉnh Bắc Giang",)
            assert committee is wording.is_above(agency)
            assert ("đẩy nhanh tiến độ" in paper.subject) is (not committee)
    assert {code for code in codes if wording.is_above(Agency.objects.get(code=code))} == {
        "ban-co-yeu",
        "bo-y-te",
    }


def test_the_leaders_page_has_two_sides_at_most_and_no_small_letters(bac_giang):
    for language in ("vi", "en"):
        with translation.override(language):
            pdf = as_pdf(made("brief"))
            paper = made("brief")
            document = Document(BytesIO(as_docx(paper)))
        assert re.search(rb"/Count [12]\n", pdf)
        assert document.styles["Normal"].font.size.pt == 12
        # The finding comes first, then who is late, what is to be decided, the curve, the figures.
        texts = [block.text for block in paper.blocks if isinstance(block, Paragraph)]
        assert texts[0].startswith(("5/17", "5 of 17"))
        assert "10/11/2025" in texts[1] or "10 Nov 2025" in texts[1]
        order = [type(block) for block in paper.blocks]
        assert order.index(Picture) < order.index(Table)
        late = next(
            place
            for place, block in enumerate(paper.blocks)
            if "Yên Thế" in str(block) or "Yen The" in str(block)
        )
        assert late < order.index(Picture)
        assert len(document.inline_shapes) == 1
        assert not any(re.search(r"\[[^]]*(giả định|assumed)", text) for text in texts)
