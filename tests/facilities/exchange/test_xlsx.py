"""Excel files, honest and otherwise."""

from datetime import date, datetime, time
from io import BytesIO
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from facilities.exchange import tables, xlsx, xlsx_parts
from facilities.exchange.reading import read_table
from facilities.exchange.tables import BadTable, Formula
from tests.facilities.exchange.tables import rows_of, saved, with_part, with_shared_texts, workbook


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def refusal(stream) -> str:
    with pytest.raises(BadTable) as refused:
        rows_of(stream)
    return refused.value.code


def test_cells_keep_their_types():
    moment = datetime.combine(date(2025, 5, 21), time(14, 30))
    register = Workbook()
    register.active.append(
        ["Bệnh viện", 4, 1.5, True, False, date(2025, 5, 21), moment, time(8, 30), None, 10**14]
    )
    source = read_table(saved(register))
    assert source.kind == "xlsx"
    row = next(source.rows)
    midnight = datetime.combine(date(2025, 5, 21), time())
    expected = ("Bệnh viện", 4, 1.5, True, False, midnight, moment, "08:30:00", None, 10**14)
    assert row == (1, expected)
    assert [type(cell) for cell in row[1][1:5]] == [int, float, bool, bool]


def test_texts_are_tidied_whatever_they_are_made_of():
    register = Workbook()
    sheet = register.active
    rich = CellRichText("Y ", TextBlock(InlineFont(b=True), "tế"))
    sheet.append(["  Lu\u0323c\u00a0Nam ", rich, "a_x000D_\nb", "   "])
    assert rows_of(saved(register)) == [("Lục Nam", "Y tế", "a\nb")]


def test_shared_texts():
    stream = with_shared_texts(
        "<t>Lục Nam</t>",
        "<r><t>Y </t></r><r><rPr><b/></rPr><t>tế</t></r>",
        "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>",
        "<t>a_x000D_\nb _x0041_ _x005F_x0041_</t>",
        "<t>_xD83D_</t>",
        "<t/>",
        "<t>=1+1</t>",
    )
    texts = [cells[0] for cells in rows_of(stream)]
    assert texts == ["Lục Nam", "Y tế", "東京", "a\nb A _x0041_", "?", "=1+1"]


def test_formulas_are_marked_and_not_computed():
    register = Workbook()
    sheet = register.active
    sheet.append(["Tổng", "=SUM(1,2)", "#N/A"])
    sheet["D1"] = ArrayFormula("D1:D2", "=A1:A2")
    row = rows_of(saved(register))[0]
    assert row == ("Tổng", "=SUM(1,2)", "#N/A", "=A1:A2")
    assert [isinstance(cell, Formula) for cell in row] == [False, True, False, True]


def test_days_counted_from_1904():
    register = Workbook()
    register.epoch = CALENDAR_MAC_1904
    register.active.append([date(2025, 5, 21)])
    assert rows_of(saved(register))[0][0].date() == date(2025, 5, 21)


def test_a_number_that_is_no_day_stays_a_number():
    register = Workbook()
    register.active.append([99_999_999])
    register.active["A1"].number_format = "dd/mm/yyyy"
    assert rows_of(saved(register)) == [(99_999_999,)]


def test_the_first_visible_sheet_with_something_in_it_is_read():
    register = Workbook()
    register.active.title = "Trống"
    hidden = register.create_sheet("Danh mục")
    hidden.append(["hidden"])
    hidden.sheet_state = "hidden"
    register.create_chartsheet("Biểu đồ")
    register.create_sheet("Thiết bị").append(["a"])
    register.create_sheet("Khác").append(["b"])
    source = read_table(saved(register))
    assert (source.sheet, list(source.rows)) == ("Thiết bị", [(1, ("a",))])


def test_merged_titles_blank_rows_and_gaps_keep_their_numbers():
    register = Workbook()
    sheet = register.active
    sheet["A1"] = "SỞ Y TẾ"
    sheet.merge_cells("A1:F1")
    sheet["B4"] = "x"
    sheet["A1048576"] = "last"
    assert list(read_table(saved(register)).rows) == [
        (1, ("SỞ Y TẾ",)),
        (4, (None, "x")),
        (1_048_576, ("last",)),
    ]


def test_other_programs_prefix_their_tags_and_leave_places_out():
    stream = workbook(["a"])
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    body = (
        f"<x:worksheet {main}><x:dimension ref='A1:XFD1048576'/><x:sheetData><x:row>"
        "<x:c t='inlineStr'><x:is><x:t>Lục</x:t><x:t> Nam</x:t></x:is></x:c><x:c><x:v>4</x:v></x:c>"
        "</x:row><x:row><x:c t='d'><x:v>2025-05-21</x:v></x:c>"
        "<x:c t='str'><x:f>A1</x:f><x:v>cached</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    stream = with_part(stream, "xl/worksheets/sheet1.xml", body.encode())
    moment = datetime.combine(date(2025, 5, 21), time())
    assert list(read_table(stream).rows) == [(1, ("Lục Nam", 4)), (2, (moment, "=A1"))]


# --- refusals -------------------------------------------------------------------------------


def test_an_empty_workbook():
    assert refusal(saved(Workbook())) == "empty"
    assert refusal(workbook([None, " "])) == "empty"


def test_macros():
    stream = with_part(workbook(["a"]), "xl/vbaProject.bin", b"macro")
    assert refusal(stream) == "macros"


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("word/styles.xml", r"Word \(.docx\)"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("content.xml", "OpenDocument"),
        ("photo.jpg", "ZIP"),
    ],
)
def test_other_archives_are_named(part, told):
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(BadTable, match=told):
        read_table(stream)


def test_an_open_document_is_refused_with_what_to_do():
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(BadTable, match="save it as an Excel Workbook") as refused:
        rows_of(stream)
    assert refused.value.code == "open_document"


def test_a_binary_workbook():
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.bin", "x")
    assert refusal(stream) == "binary_excel"


def test_a_locked_archive():
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    content = bytearray(stream.getvalue())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(BytesIO(content)) == "locked"


def test_a_zip_bomb_is_seen_in_the_directory():
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
    assert len(stream.getvalue()) < 50_000
    assert refusal(stream) == "zip_bomb"


def test_a_zip_bomb_is_seen_while_unpacking(monkeypatch):
    stream = with_shared_texts(*(f"<t>text {n}</t>" for n in range(5_000)))
    assert len(rows_of(stream)) == 5_000
    monkeypatch.setattr(xlsx, "TEXTS_LIMIT", 50_000)
    assert refusal(stream) == "zip_bomb"


def test_a_directory_that_lies_about_the_size():
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", b" " * 500_000)
        archive.writestr("xl/workbook.xml", "x")
    content = bytearray(stream.getvalue())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = pack("<I", 100)
    assert refusal(BytesIO(content)) == "damaged"


def test_too_many_parts_and_too_much_in_all(monkeypatch):
    stream = workbook(["a"])
    monkeypatch.setattr(xlsx, "PARTS_LIMIT", 3)
    assert refusal(stream) == "zip_bomb"
    monkeypatch.undo()
    monkeypatch.setattr(xlsx, "UNPACKED_LIMIT", 1_000)
    assert refusal(stream) == "zip_bomb"


def test_xml_that_expands():
    bomb = (
        '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        "<sst><si><t>&b;</t></si></sst>"
    )
    for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        assert refusal(with_part(with_shared_texts("<t>a</t>"), part, bomb.encode())) == "zip_bomb"


def test_too_many_texts_and_styles(monkeypatch):
    stream = with_shared_texts("<t>a</t>", "<t>b</t>", "<t>c</t>")
    monkeypatch.setattr(xlsx_parts, "TEXTS_COUNT_LIMIT", 2)
    assert refusal(stream) == "zip_bomb"
    monkeypatch.undo()
    register = Workbook()
    for n in range(3):
        register.active.append([n])
        register.active.cell(n + 1, 1).number_format = f"0.{n}0"
    stream = saved(register)
    monkeypatch.setattr(xlsx_parts, "STYLES_LIMIT", 3)
    assert refusal(stream) == "zip_bomb"


def test_cells_far_away_and_texts_too_long(monkeypatch):
    register = Workbook()
    register.active["GS2"] = "far"
    with pytest.raises(BadTable, match="Row 2 has something in column GS"):
        rows_of(saved(register))
    assert refusal(workbook(["x" * 5_001])) == "too_long_text"
    assert refusal(with_shared_texts("<t>" + "x" * 5_001 + "</t>")) == "too_long_text"
    body = b"<worksheet><sheetData><row><c t='str'><v>%s</v></c></row></sheetData></worksheet>"
    stream = with_part(workbook(["a"]), "xl/worksheets/sheet1.xml", body % (b"x" * 5_001))
    assert refusal(stream) == "too_long_text"
    monkeypatch.setattr(tables, "ROW_LIMIT", 3)
    assert refusal(workbook(*[[n] for n in range(4)])) == "too_many_rows"


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off(keep):
    content = workbook(["a"]).getvalue()
    assert refusal(content[: int(len(content) * keep)]) == "damaged"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        ("xl/worksheets/sheet1.xml", b"not xml"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><row><c t='s'><v>99</v></c></row></worksheet>"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><row><c t='s'><v>-1</v></c></row></worksheet>"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><row><c><v>x</v></c></row></worksheet>"),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='a'/></sheets></workbook>"),
        ("xl/styles.xml", b"<styleSheet><numFmt numFmtId='x' formatCode='d'/></styleSheet>"),
        ("_rels/.rels", b"<Relationships/>"),
    ],
)
def test_broken_parts(part, content):
    assert refusal(with_part(workbook(["a"]), part, content)) == "damaged"


def test_damage_found_while_reading_is_told_as_well():
    stream = workbook(*[[n] for n in range(20_000)])
    with ZipFile(stream) as archive:
        body = archive.read("xl/worksheets/sheet1.xml")
    source = read_table(with_part(stream, "xl/worksheets/sheet1.xml", body[:-200]))
    with pytest.raises(BadTable, match="damaged or incomplete"):
        list(source.rows)


def test_links_to_other_machines_are_not_followed():
    stream = workbook(["a"])
    with ZipFile(stream) as archive:
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
    changed = links.replace(
        'Target="/xl/worksheets', 'TargetMode="External" Target="/xl/worksheets'
    )
    assert changed != links
    stream = with_part(stream, "xl/_rels/workbook.xml.rels", changed.encode())
    assert refusal(stream) == "damaged"
