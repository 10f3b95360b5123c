"""Text files and pasted rows."""

from io import BytesIO
from unicodedata import normalize

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from facilities.exchange import delimited, reading, tables
from facilities.exchange.old_fonts import undecoded
from facilities.exchange.reading import read_pasted, read_table
from facilities.exchange.tables import BadTable, Formula, column_letter
from facilities.folding import tidy
from tests.facilities.exchange.tables import rows_of

TEXT = (
    "Cơ sở;Số lượng;Ghi chú\r\nBệnh viện Đa khoa;4;\r\nTTYT Lục Nam;1.234,5;Yên Thế, Hiệp Hoà\r\n"
)
ROWS = [
    ("Cơ sở", "Số lượng", "Ghi chú"),
    ("Bệnh viện Đa khoa", "4"),
    ("TTYT Lục Nam", "1.234,5", "Yên Thế, Hiệp Hoà"),
]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def in_windows_1258(text: str) -> bytes:
    """As Vietnamese Windows writes it: the letter, then its tone."""
    spelt = ""
    for letter in text:
        parts = normalize("NFD", letter)
        tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
        rest = normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        spelt += rest + "".join(tones)
    return spelt.encode("cp1258")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        in_windows_1258(TEXT),
        normalize("NFD", TEXT).encode(),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace(", ", "| ").replace(";", "\t").replace("| ", ", ").encode(),
        f"sep=;\r\n{TEXT}".encode(),
    ],
    ids=["utf8", "bom", "utf16", "utf16be", "1258", "nfd", "unix", "mac", "tab", "sep"],
)
def test_encodings_and_line_ends(content):
    assert rows_of(content) == ROWS


@pytest.mark.parametrize("kind", [SimpleUploadedFile, TemporaryUploadedFile])
def test_uploads_of_either_kind(kind):
    if kind is SimpleUploadedFile:
        upload = SimpleUploadedFile("a.csv", TEXT.encode())
    else:
        upload = TemporaryUploadedFile("a.csv", "text/csv", len(TEXT), None)
        upload.write(TEXT.encode())
    source = read_table(upload, "a.csv")
    assert (source.kind, source.sheet) == ("csv", "")
    assert [cells for _number, cells in source.rows] == ROWS
    assert not upload.closed
    upload.close()


def test_rows_are_numbered_as_the_program_shows_them():
    content = 'a;b\n\n"two\nlines";c\n;\nd;e\n'
    assert list(read_table(BytesIO(content.encode())).rows) == [
        (1, ("a", "b")),
        (3, ("two\nlines", "c")),
        (5, ("d", "e")),
    ]


def test_commas_in_texts_do_not_hide_the_semicolon():
    rows = [["Tên", "Địa chỉ"], *([f"c{n}", "thôn A, xã B, huyện C"] for n in range(5))]
    content = "\n".join(";".join(row) for row in rows)
    assert rows_of(content.encode()) == [tuple(row) for row in rows]
    assert rows_of(b"a,b\n1,2\n3,4") == [("a", "b"), ("1", "2"), ("3", "4")]
    assert rows_of("Tên\nA, B\nC\nD".encode()) == [("Tên",), ("A, B",), ("C",), ("D",)]


def test_formulas_and_kept_zeros():
    assert rows_of(b'a;b\n="0012";=1+1')[1] == ("0012", "=1+1")
    assert isinstance(rows_of(b"a;b\n1;=1+1")[1][1], Formula)


# Letters that Windows-1258 has, one of a kind.
VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộ AĐÊỘ12.", min_size=1
).filter(lambda text: undecoded(text) is None)


@given(st.lists(st.tuples(VIETNAMESE, VIETNAMESE, VIETNAMESE), min_size=1, max_size=8))
def test_windows_1258_is_read_as_it_was_meant(rows):
    expected = [("Mã", "Tên", "Số"), *rows]
    content = in_windows_1258("\n".join(";".join(row) for row in expected))
    tidied = [tuple(cell.strip() or None for cell in row) for row in expected]
    assert [_padded(row) for row in rows_of(content)] == [row for row in tidied if any(row)]


def _padded(row: tuple) -> tuple:
    return row + (None,) * (3 - len(row))


CELL = (
    st.text(
        st.characters(
            exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="?\ufffd=á»ºÆÄÃ"
        ),
        max_size=12,
    )
    .map(tidy)
    .filter(lambda text: undecoded(text) is None)
)


@given(
    st.lists(st.tuples(CELL, CELL, CELL), max_size=8),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["NFC", "NFD"]),
)
def test_every_dialect_gives_the_same_rows(rows, sign, encoding, form):
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = [("Mã", "Tên", "Số"), *rows]
    content = "\r\n".join(sign.join(map(quoted, line)) for line in lines)
    found = [_padded(row) for row in rows_of(normalize(form, content).encode(encoding))]
    tidied = [tuple(tidy(normalize("NFC", cell)) or None for cell in row) for row in lines]
    assert found == [row for row in tidied if any(row)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\r\n;;\r\n \r\n", "nothing in the table"),
        (b"\xef\xbb\xbf", "nothing in the table"),
        ("Mã;Tên\nMünchen;1".encode("cp1252"), "makes no sense: “.*nchen"),
        (b"%PDF-1.7 ...", "seems to be: PDF"),
        (b"\x89PNG\r\n\x1a\n....", "seems to be: PNG"),
        (b"\xff\xd8\xff\xe0....", "seems to be: JPEG"),
        (b"\x00\x00\x00\x18ftypheic", "seems to be: HEIC"),
        (b"PE\x00\x00L\x01\x02", "of an unknown kind"),
        ("a;b".encode("utf-16-le"), "of an unknown kind"),
        (b"<html><table><tr><td>1</td></tr></table>", "web page or XML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "web page or XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), r"\(.xls\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), r"\(.doc\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password",
        ),
        ("Tªn;Sè\nBÖnh viÖn;1".encode("cp1252"), "old font, TCVN3 .\\.VnTime."),
        (TEXT.encode("utf-8-sig") + b"\xff", "neither UTF-8"),
        ("Tên;Số\nBệnh viện;1".encode() + b"\xff", "neither UTF-8"),
        ("Tên;Số\nBá»‡nh viá»‡n;1".encode(), "Letters were lost"),
        ("Tên;Số\nB\ufffdnh;1".encode(), "Letters were lost"),
        ("T?n;S?\nB?nh vi?n ?a khoa;1".encode("cp1252"), "Letters were lost"),
        (b'a;b\n"x"y;2\n', "Row 2 has a quotation mark"),
        (b'a;b\n1;2\n"x;2\n3;4', "Row 3 has a quotation mark"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(content, told):
    with pytest.raises(BadTable) as refused:
        list(read_table(BytesIO(content), "bang.csv").rows)
    assert refused.match(told)
    assert refused.value.code


def test_limits(monkeypatch):
    monkeypatch.setattr(tables, "ROW_LIMIT", 3)
    monkeypatch.setattr(tables, "COLUMN_LIMIT", 4)
    monkeypatch.setattr(tables, "TEXT_LIMIT", 10)
    monkeypatch.setattr(reading, "FILE_LIMIT", 2_000_000)
    monkeypatch.setattr(delimited, "PASTED_LIMIT", 50)
    assert len(rows_of(b"a;b\n\n1;2\n\n1;2;3;4\n")) == 3
    for content, code in (
        (b"a;b\n1;2\n3;4\n5;6", "too_many_rows"),
        (b"a;b\n1;2;3;4;5", "too_many_columns"),
        (b"a;b\n1;12345678901", "too_long_text"),
        (b"a" * 2_000_001, "too_large"),
    ):
        with pytest.raises(BadTable) as refused:
            rows_of(content)
        assert refused.value.code == code
    with pytest.raises(BadTable, match="More than 50 characters"):
        read_pasted("a\tb\n" * 20)


def test_the_limit_of_rows_is_the_promised_one():
    assert tables.ROW_LIMIT == 120_000
    assert len(rows_of(b"a;b\n" * 120_000)) == 120_000
    with pytest.raises(BadTable, match="more than 120,000 rows"):
        rows_of(b"a;b\n" * 120_001)


def pasted(text: str) -> list[tuple]:
    source = read_pasted(text)
    assert source.kind == "pasted"
    return list(source.rows)


def test_pasted_rows():
    assert pasted("Tên\tSố\r\nLục Nam\t4\r\n\r\nTân Yên\t\r\n") == [
        (1, ("Tên", "Số")),
        (2, ("Lục Nam", "4")),
        (4, ("Tân Yên",)),
    ]
    assert pasted('Tên\tSố\n"Lục\nNam ""A"""\t4\n') == [
        (1, ("Tên", "Số")),
        (2, ('Lục\nNam "A"', "4")),
    ]


def test_quotation_marks_in_pasted_cells_are_kept():
    found = pasted('a\tb\n"Alpha" hospital\t5"\n"Beta"\t"\n"open\t6\n')
    assert [cells for _number, cells in found[1:]] == [
        ('"Alpha" hospital', '5"'),
        ('"Beta"', '"'),
        ('"open', "6"),
    ]


def test_pasted_text_of_a_file_and_a_single_column():
    assert pasted("a;b\n1;2") == [(1, ("a", "b")), (2, ("1", "2"))]
    assert pasted('Tên\nBệnh viện A\n"B" C\n') == [
        (1, ("Tên",)),
        (2, ("Bệnh viện A",)),
        (3, ('"B" C',)),
    ]


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\ufeff"])
def test_nothing_pasted(text):
    with pytest.raises(BadTable, match="nothing in the table"):
        read_pasted(text)


@given(st.text('ab"\t\r\n;,=', max_size=30))
def test_whatever_is_pasted_is_read_or_refused(text):
    try:
        rows = list(read_pasted(text).rows)
    except BadTable as error:
        rows = error.messages
    assert rows


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(content):
    try:
        rows = rows_of(content)
    except BadTable as error:
        rows = error.messages
    assert rows


def test_letters_of_columns():
    letters = [column_letter(index) for index in (0, 25, 26, 51, 52, 701, 702)]
    assert letters == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
