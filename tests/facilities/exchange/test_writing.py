from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from facilities.exchange.cells import BadCell, parser
from facilities.exchange.columns import Column
from facilities.exchange.headers import find
from facilities.exchange.old_fonts import undecoded
from facilities.exchange.reading import read_table
from facilities.exchange.templates import template_csv, template_xlsx
from facilities.exchange.writing import sheet_name, write_rejects, write_xlsx
from facilities.exchange.writing_csv import write_csv
from facilities.folding import tidy
from tests.facilities.exchange.tables import (
    COLUMNS,
    COUNT,
    FACILITIES,
    FACILITY,
    HEADINGS_VI,
    ROW,
    SERIAL,
    TYPES,
)


def csv_file(columns, rows) -> BytesIO:
    return BytesIO(b"".join(write_csv(columns, rows)))


def xlsx_file(columns, rows) -> BytesIO:
    stream = BytesIO()
    write_xlsx("Thiết bị", columns, rows, stream)
    return stream


def read_back(stream: BytesIO, columns=COLUMNS) -> list[list]:
    """What an import makes of a file."""
    heading, rows = find(read_table(stream), columns, {})
    assert not heading.unknown
    parsers = {column.code: parser(column) for column in columns}
    found = []
    for _number, cells in rows:
        values = {c.code: c.empty for c in columns}
        for place, code in heading.columns.items():
            values[code] = parsers[code](cells[place] if place < len(cells) else None)
        found.append(list(values.values()))
    return found


# --- round trips ----------------------------------------------------------------------------

# Without the letters by which a text is told that was spoiled on its way: files with them are refused.
TEXT = (
    st.text(
        st.characters(
            exclude_categories=("Cs", "Cc", "Cn", "Co", "Cf"), exclude_characters="?\ufffd»º°‘Ã"
        )
        | st.sampled_from("=+-@'\"\n;,"),
        max_size=20,
    )
    .map(tidy)
    .filter(lambda text: undecoded(text) is None)
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([*FACILITIES]),
        st.sampled_from(["", *TYPES]),
        TEXT,
        st.none() | st.integers(0, 2_147_483_647),
        st.none() | st.integers(0, 9_000_000_000_000_000),
        st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
        TEXT,
    ).map(list),
    max_size=6,
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("written", [csv_file, xlsx_file])
@given(rows=ROWS)
def test_what_was_written_is_read_back(written, language, rows):
    with override(language):
        assert read_back(written(COLUMNS, rows)) == rows


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("written", [csv_file, xlsx_file])
def test_a_file_of_one_language_is_read_in_the_other(written, language):
    with override(language):
        stream = written(COLUMNS, [ROW])
    with override("en" if language == "vi" else "vi"):
        assert read_back(stream) == [ROW]


# --- CSV ------------------------------------------------------------------------------------


def test_csv_in_vietnamese():
    with override("vi"):
        pieces = write_csv(COLUMNS, [ROW, ["bg-dk", "other", "=1+1", None, None, None, ""]])
    # The pieces are sent after the page's language is gone.
    with override("en"):
        text = b"".join(pieces).decode()
    assert text.startswith("\ufeff" + ";".join(HEADINGS_VI) + "\r\n")
    first, second = text.splitlines()[1:]
    assert first == (
        'Bệnh viện Đa khoa tỉnh Bắc Giang;Máy chủ;"=""0012""";4;1500000000;21/05/2025;bidding'
    )
    assert second == "Bệnh viện Đa khoa tỉnh Bắc Giang;other;'=1+1;;;;"


def test_csv_in_english_is_cut_by_commas():
    with override("en"):
        text = csv_file(COLUMNS, [ROW]).getvalue().decode()
    assert text.splitlines()[0].startswith("\ufeffHealth facility,Device type,")
    assert "21/05/2025" in text


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@x", "'=1", " =1", "\t=1", "\rx"])
def test_csv_never_holds_what_a_program_would_compute(text):
    line = csv_file([SERIAL, COUNT], [[text, -5]]).getvalue().decode().split("\r\n", 1)[1]
    assert line.lstrip('" ').startswith("'")
    assert line.rstrip().rstrip('"').endswith("-5")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("text", ["b,=1+2,c", "b;=1+2", "b\t+1", "a, @x", "＝1+2", "x,＋1"])
def test_csv_is_safe_whatever_sign_a_program_cuts_it_at(language, text):
    with override(language):
        line = csv_file([SERIAL, COUNT], [[text, 5]]).getvalue().decode().splitlines()[1]
        read = read_back(csv_file([FACILITY, SERIAL], [["bg-dk", text]]), (FACILITY, SERIAL))
    for sign in ",;\t":
        for cell in line.replace('"', "").split(sign):
            assert cell.strip()[:1] not in set("=+-@＝＋－＠"), cell
    assert read == [["bg-dk", text]]


@pytest.mark.parametrize(
    "text", ["000017", "0912345678", "123456789012345", "5E9", "5-5", "12/2025"]
)
def test_codes_survive_a_program_that_takes_them_for_numbers(text):
    line = csv_file([SERIAL, COUNT], [[text, 5]]).getvalue().decode().splitlines()[1]
    assert f'="{text}"' in line.replace('""', '"')
    for written in (csv_file, xlsx_file):
        assert read_back(written([FACILITY, SERIAL], [["bg-dk", text]]), (FACILITY, SERIAL)) == [
            ["bg-dk", text]
        ]


def test_long_tables_come_in_pieces():
    pieces = list(write_csv([SERIAL, COUNT], ([f"s{n}", n] for n in range(2_000))))
    assert len(pieces) > 3
    assert len(b"".join(pieces).splitlines()) == 2_001


# --- Excel ----------------------------------------------------------------------------------


def test_xlsx_has_typed_cells():
    with override("vi"):
        stream = xlsx_file(COLUMNS, [ROW, ["bg-dk", "", "=1+1", None, None, None, "#N/A"]])
    sheet = load_workbook(stream).active
    assert sheet.title == "Thiết bị"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert [cell.value for cell in sheet[1]] == HEADINGS_VI
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(cell.font.bold for cell in sheet[2])
    kinds = [cell.data_type for cell in sheet[2]]
    assert kinds == ["s", "s", "s", "n", "n", "d", "s"]
    formats = [sheet.cell(2, n).number_format for n in (3, 4, 5, 6)]
    assert formats == ["@", "#,##0", "#,##0", "dd/mm/yyyy"]
    assert [(cell.value, cell.data_type) for cell in (sheet["C3"], sheet["G3"])] == [
        ("'=1+1", "s"),
        ("#N/A", "s"),
    ]


def test_xlsx_leaves_out_what_xml_cannot_hold():
    stream = xlsx_file([SERIAL, COUNT], [["a\x00b\x1f", 1], ["_x0041_", 2], ["+84 912", 3]])
    assert read_back(stream, (SERIAL, COUNT)) == [["ab", 1], ["_x0041_", 2], ["+84 912", 3]]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Thiết bị [2025]/x", "Thiết bị  2025  x"),
        ("x" * 40, "x" * 31),
        ("'a'", "a"),
        ("", "1"),
    ],
)
def test_titles_as_names_of_sheets(title, name):
    assert sheet_name(title) == name


# --- bad rows -------------------------------------------------------------------------------


def test_bad_rows_are_given_back_ready_to_mend():
    stream = BytesIO()
    bad = [
        ((7, ("bg-x", "=1+1", 1.5, date(2025, 5, 21))), ["Row 7: unknown facility", "Not whole"]),
        ((9, ("bg-dk",)), ["No number"]),
    ]
    with override("vi"):
        write_rejects(("Đơn vị", "Số máy", "Số lượng", "Ngày giao hàng"), bad, stream)
    sheet = load_workbook(stream).active
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "d", "s"]
    assert sheet["E2"].value == "Row 7: unknown facility\nNot whole"
    heading, rows = find(read_table(stream), COLUMNS, {})
    assert heading.unknown == {}
    assert list(heading.columns.values()) == ["facility", "serial", "count", "delivered_on"]
    first, second = list(rows)
    assert first[1][:3] == ("bg-x", "=1+1", 1.5)
    assert second[1][0] == "bg-dk"
    # A formula stays one until it is mended.
    with pytest.raises(BadCell):
        parser(SERIAL)(first[1][1])


# --- templates ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_is_read_as_an_empty_table(language):
    stream = BytesIO()
    with override(language):
        template_xlsx("Thiết bị", COLUMNS, stream)
        source = read_table(stream)
        heading, rows = find(source, COLUMNS, {})
    assert source.sheet == "Thiết bị"
    assert [*heading.columns.values()] == [c.code for c in COLUMNS if c.writable]
    assert (heading.unknown, heading.missing, list(rows)) == ({}, (), [])


def test_the_template_helps_to_fill_it_in():
    stream = BytesIO()
    with override("en"):
        template_xlsx("Devices", COLUMNS, stream)
    register = load_workbook(stream)
    table, notes, lists = register.worksheets
    assert (notes.sheet_state, lists.sheet_state) == ("visible", "hidden")
    assert table["A1"].value == "Health facility *"
    rules = {
        str(rule.sqref).partition("2:")[0]: rule for rule in table.data_validations.dataValidation
    }
    assert {letter: rule.type for letter, rule in rules.items()} == {
        "A": "list",
        "B": "list",
        "C": "textLength",
        "D": "whole",
        "E": "whole",
        "F": "date",
    }
    assert rules["B"].formula1 == "'Lists'!$B$1:$B$4"
    # Two types bear one name, so their codes are listed.
    assert [cell.value for cell in lists["B"]][:4] == ["Server", "Tablet", "other", "other2"]
    choose = parser(FACILITY)
    assert [choose(lists.cell(n, 1).value) for n in (1, 2, 3)] == [*FACILITIES]
    assert [cell.value for cell in notes[2]] == [
        "Health facility",
        "yes",
        "Choose from the list.",
        None,
    ]
    assert table.column_dimensions["C"].number_format == "@"
    assert table.column_dimensions["F"].number_format == "dd/mm/yyyy"


def test_the_template_as_text():
    with override("vi"):
        content = template_csv(COLUMNS).decode()
    assert content == "\ufeff" + ";".join(HEADINGS_VI[:-1]) + "\r\n"


def test_a_column_that_says_which_row_is_meant_is_in_the_template():
    key = Column("code", "code", required=True, writable=False)
    assert template_csv([key, COUNT]).decode().strip().startswith("\ufeffCode")


@given(st.text(max_size=15))
@example("TOTAL")
@example("Serial number")
def test_whatever_is_read_from_a_cell_is_written_so_that_it_is_read_again(text):
    # Beside another text: a row of nothing but "TOTAL" and a number is a sum, not a record.
    columns, facility = (FACILITY, SERIAL, COUNT), next(iter(FACILITIES))
    read = parser(SERIAL)
    with suppress(BadCell):
        value = read(text)
        if value:
            row = [facility, value, 1]
            assert read_back(xlsx_file(columns, [row]), columns) == [row]
