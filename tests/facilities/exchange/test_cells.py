from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from facilities.exchange.cells import BadCell, parse
from facilities.exchange.columns import Column, Kind
from facilities.exchange.number_formats import Formatted, Power
from facilities.exchange.tables import Formula
from tests.facilities.exchange.tables import COUNT, DELIVERED, FACILITY, PRICE, SERIAL, TYPE

D = date(2025, 5, 21)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.mark.parametrize(
    "cell",
    [
        D,
        datetime.combine(D, time()),
        datetime.combine(D, time(14, 30)),
        "21/05/2025",
        "21/5/2025",
        "21-5-2025",
        "21.05.2025",
        "21 / 05 / 2025",
        "21/05/2025 14:30",
        "2025-05-21",
        "2025/5/21",
        "2025-05-21T00:00:00",
        "2025-05-21 08:00:00.000",
        "2025-05-20T17:00:00.000Z",
        "2025-05-20 17:00:00+00:00",
        "2025-05-21T23:59:59+07:00",
        datetime.fromisoformat("2025-05-20T17:00:00+00:00"),
        datetime.fromisoformat("2025-05-20T23:59:59.600"),
        datetime.fromisoformat("2025-05-21T23:59:59.400"),
        45797.999999,
        45798.99998,
        "ngày 21 tháng 5 năm 2025",
        "Nga\u0300y 21 tha\u0301ng 05 na\u0306m 2025",
        "21 May 2025",
        "21-may-2025",
        "45798",
        45798,
        45798.5,
        Decimal("45798"),
        " 21/05/2025\u00a0",
    ],
)
def test_a_day(cell):
    assert parse(DELIVERED, cell) == D


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("21/05/25", "four digits"),
        ("21/5/205", "four digits"),
        ("5/21/2025", "not in the calendar"),
        ("29/02/2025", "not in the calendar"),
        ("31/04/2025", "not in the calendar"),
        ("21/05-2025", "not a day"),
        ("05/2025", "not a day"),
        ("soon", "not a day"),
        ("21/05/1999", "1999 is not possible"),
        ("01/01/2100", "2100 is not possible"),
        (date(1999, 12, 31), "1999 is not possible"),
        (20_000, "1954 is not possible"),
        (4_579, "not a day"),
        (80_001, "not a day"),
        (float("nan"), "not a day"),
        (float("inf"), "not a day"),
        ("14:30:00", "not a day"),
        (True, "TRUE or FALSE"),
        (Formula("=TODAY()"), "formula"),
        ("=TODAY()", "formula"),
        ("#VALUE!", "error of Excel"),
    ],
)
def test_no_day(cell, told):
    with pytest.raises(BadCell, match=told):
        parse(DELIVERED, cell)


@given(
    DAYS, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%Y/%m/%d"])
)
def test_every_day_in_every_form(day, form):
    assert parse(DELIVERED, day.strftime(form)) == day


@given(DAYS)
def test_every_serial_of_excel(day):
    serial = (day - date(1899, 12, 30)).days
    assert parse(DELIVERED, serial) == parse(DELIVERED, str(serial)) == day


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_told_why_not(text):
    with suppress(BadCell):
        assert parse(DELIVERED, text) is None or parse(DELIVERED, text).year >= 2000


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1234, 1234),
        (1234.0, 1234),
        (2.9999999999, 3),
        (Decimal("1234.00"), 1234),
        ("1234", 1234),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\u00a0234\u202f567", 1_234_567),
        ("1'234", 1234),
        ("1.234.567", 1_234_567),
        ("1,234.0", 1234),
        ("1.234,00", 1234),
        ("1234.0", 1234),
        ("1234,00", 1234),
        ("0", 0),
        ("0012", 12),
        (0, 0),
    ],
)
def test_a_number(cell, number):
    assert parse(COUNT, cell) == number


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (1.5, "not whole"),
        ("1.5", "not whole"),
        ("1,5", "not whole"),
        ("1.234,5", "not whole"),
        ("1,234.5", "not whole"),
        ("0.500", "not whole"),
        ("1234.567", "not a number"),
        ("1.23.456", "not a number"),
        ("1,234,56", "not a number"),
        ("1.234,567.8", "not a number"),
        ("12 34", "not a number"),
        ("4 máy", "not a number"),
        ("4 đ", "not a number"),
        ("bốn", "not a number"),
        ("٣", "not a number"),
        ("9" * 40, "not a number"),
        ("1.5E+09", "digits are lost"),
        (-1, "below zero"),
        ("-1", "below zero"),
        ("(5)", "below zero"),
        (3_000_000_000, "too large"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        (D, "date here"),
        (True, "TRUE or FALSE"),
        (Formula("=1+1"), "formula"),
        ("#N/A", "error of Excel"),
    ],
)
def test_no_number(cell, told):
    with pytest.raises(BadCell, match=told):
        parse(COUNT, cell)


@pytest.mark.parametrize(
    "text",
    [
        "1.500.000",
        "1,500,000",
        "1.500.000 đ",
        "1.500.000đ",
        "1.500.000 đồng",
        "1.500.000 (đồng)",
        "1.500.000 VND",
        "1.500.000 vnđ",
        "VND 1,500,000.00",
        "1.500.000 ₫",
        "1500000 d.",
    ],
)
def test_money(text):
    assert parse(PRICE, text) == 1_500_000


@pytest.mark.parametrize("text", ["1,5 tỷ", "500 triệu", "15,5", "$100"])
def test_no_money(text):
    with pytest.raises(BadCell):
        parse(PRICE, text)


@given(st.integers(0, 2_147_483_647), st.sampled_from(["", ".", ",", " ", "\u00a0"]))
def test_every_number_in_every_grouping(number, sign):
    assert parse(COUNT, f"{number:,}".replace(",", sign)) == number


@given(st.text(max_size=20) | st.floats() | st.integers())
def test_anything_is_a_number_or_told_why_not(cell):
    with suppress(BadCell):
        assert parse(PRICE, cell) is None or parse(PRICE, cell) >= 0


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("server", "server"),
        ("SERVER", "server"),
        ("Máy chủ", "server"),
        ("may chu", "server"),
        ("Ma\u0301y chu\u0309", "server"),
        ("  MÁY  TÍNH\u00a0BẢNG ", "tablet"),
        ("Tablet", "tablet"),
        ("other2", "other2"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_choice(cell, code):
    assert parse(TYPE, cell) == code


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("laptop", r"Write one of: server; tablet; other; other\."),
        ("khác", r"any of these: other \(other\); other \(other2\)"),
        (3, "“3” is unknown"),
        (False, "TRUE or FALSE"),
        ("x" * 500, "x…” is unknown"),
    ],
)
def test_no_choice(cell, told):
    with pytest.raises(BadCell, match=told):
        parse(TYPE, cell)


def test_a_code_is_found_by_its_name_and_a_near_one_is_named():
    assert parse(FACILITY, "trung tam y te luc nam") == "bg-ttyt-lucnam"
    assert parse(FACILITY, "Tan Yen Medical Centre") == "bg-ttyt-tanyen"
    many = {f"c{n}": f"Trạm y tế số {n}" for n in range(50)} | {"ln": "Trung tâm Lục Nam"}
    column = Column("x", "x", Kind.CODE, choices=lambda: many)
    with pytest.raises(BadCell, match=r"Do you mean: Trung tâm Lục Nam \(ln\)\?"):
        parse(column, "TTYT Lục Nam")
    with pytest.raises(BadCell, match="from the template's list"):
        parse(column, "Y")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("SN-001", "SN-001"),
        ("  Lu\u0323c\u00a0Nam\u200b ", "Lục Nam"),
        (12345, "12345"),
        (12345.0, "12345"),
        (12.5, "12.5"),
        (Decimal("12.50"), "12.50"),
        (True, "TRUE"),
        ("'=1+1", "=1+1"),
        ("'+84 912 345 678", "+84 912 345 678"),
        ("''=x", "'=x"),
        ("'s", "'s"),
        ("=", "="),
        ("5-5", "5-5"),
        ("5E9", "5E9"),
        (Formatted(17, "000017"), "000017"),
        ("-5", "-5"),
        ("one\r\ntwo", "one\ntwo"),
        (None, ""),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_text(cell, text):
    assert parse(SERIAL, cell) == text


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("x" * 61, "At most 60 characters; there are 61"),
        ("a\x00b", "unreadable sign after “a”"),
        ("a\x1bb", "unreadable sign"),
        ("a\u202eb", "unreadable sign"),
        ("B\ufffdnh", "Letters were lost"),
        (D, "keeps a day here .21/05/2025."),
        ("5-May", "keeps a day here .5-May."),
        ("05-Thg5", "keeps a day here"),
        ("May-25", "keeps a day here"),
        (Power(5e9), "keeps a power of ten here .5E.09."),
        ("5E+09", "lost digits"),
        (Formula("=", "TAB A9"), "formula"),
        ("=HYPERLINK(1)", "formula"),
        (1234567890123456, "lost digits"),
        (1.23456789012346e17, "lost digits"),
        ("1,23457E+17", "lost digits"),
    ],
)
def test_no_text(cell, told):
    with pytest.raises(BadCell, match=told):
        parse(SERIAL, cell)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0"])
def test_a_required_cell_must_be_filled(cell):
    with pytest.raises(BadCell, match="Fill this in"):
        parse(FACILITY, cell)
    assert parse(COUNT, cell) is None
    assert parse(DELIVERED, cell) is None
    assert parse(SERIAL, cell) == ""
