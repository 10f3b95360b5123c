from unicodedata import normalize

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from facilities.exchange.columns import Column, Kind
from facilities.exchange.headers import find, key, match
from facilities.exchange.reading import read_pasted
from facilities.exchange.tables import BadTable
from tests.facilities.exchange.tables import COLUMNS, HEADINGS_VI

CODES = [column.code for column in COLUMNS]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def codes(*headings, remembered=None):
    return match([(1, headings)], COLUMNS, remembered or {}).columns


def test_headings_in_vietnamese_english_and_by_code():
    in_order = dict(enumerate(CODES))
    assert codes(*HEADINGS_VI) == in_order
    with override("en"):
        assert codes(*(column.heading() for column in COLUMNS)) == in_order
    assert codes(*CODES) == in_order


@pytest.mark.parametrize(
    "heading",
    [
        "SỐ LƯỢNG",
        "so luong",
        "  Số\nlượng: ",
        "Số_lượng",
        "Số lượng (cái)",
        "Số lượng [chiếc] *",
        normalize("NFD", "Số lượng"),
        "Số\u00a0lượng",
        "Quantity",
    ],
)
def test_accents_case_signs_and_units_are_forgiven(heading):
    assert codes(heading) == {0: "count"}


@pytest.mark.parametrize("heading", ["Giá trị", "Giá trị (đồng)", "Giá trị (VND)", "value"])
def test_a_unit_in_a_label_is_forgiven(heading):
    assert codes("Số máy", heading) == {0: "serial", 1: "price"}


def test_brackets_count_where_they_tell_two_columns_apart():
    two = (Column("a", "Giá (dự toán)", Kind.MONEY), Column("b", "Giá (hợp đồng)", Kind.MONEY))
    assert match([(1, ("Giá (hợp đồng)", "Giá (dự toán)"))], two, {}).columns == {0: "b", 1: "a"}
    found = match([(1, ("a", "Giá"))], two, {})
    assert (found.columns, found.unknown) == ({0: "a"}, {1: "Giá"})


@given(st.permutations(range(len(CODES))), st.data())
def test_any_order_and_any_spelling(order, data):
    spell = st.sampled_from(
        [str.upper, str.lower, str.title, lambda text: normalize("NFD", text), "  {} ".format]
    )
    headings = [data.draw(spell)(HEADINGS_VI[place]) for place in order]
    assert codes(*headings) == {n: CODES[place] for n, place in enumerate(order)}


def test_title_rows_above_are_passed_over():
    rows = [
        (1, ("SỞ Y TẾ TỈNH BẮC GIANG",)),
        (2, (None, None, "DANH SÁCH THIẾT BỊ, Số lượng")),
        (5, ("STT", *HEADINGS_VI)),
        (6, (1, "bg-dk", "server", "Số lượng")),
    ]
    found = match(rows, COLUMNS, {})
    assert found.row_number == 5
    assert found.columns == dict(enumerate(CODES, 1))
    assert found.unknown == {}
    assert found.texts[0] == "STT"


def test_headings_in_two_rows():
    rows = [
        (3, ("TT", "Đơn vị", "Thiết bị", None, None, "Ngày giao hàng")),
        (4, (None, None, "Loại thiết bị", "Số sê-ri", "Số lượng")),
        (5, (1, "bg-dk", "server", "1", 3, "21/05/2025")),
    ]
    found = match(rows, COLUMNS, {})
    assert found.row_number == 4
    assert list(found.columns.values()) == ["facility", "type", "serial", "count", "delivered_on"]


def test_a_row_of_values_is_no_second_row_of_headings():
    rows = [(1, ("Đơn vị", "Ghi chú")), (2, (None, "Số lượng")), (3, ("bg-dk", "Số lượng"))]
    found = match(rows[:1] + rows[2:], COLUMNS, {})
    assert (found.row_number, found.columns, found.unknown) == (1, {0: "facility"}, {1: "Ghi chú"})


def test_the_row_that_numbers_the_columns_is_passed_over():
    table = "STT\tĐơn vị\tSố máy\tSố lượng\n{}\n1\tbg-dk\tA\t2"
    for marks in ("(1)\t(2)\t(3)\t(4)", "1\t2\t3\t4", "A\tB\t1\t2"):
        _heading, rows = find(read_pasted(table.format(marks)), COLUMNS, {})
        assert list(rows) == [(3, ("1", "bg-dk", "A", "2"))]
    heading, rows = find(read_pasted(table.format("2\tbg-dk\tB\t3")), COLUMNS, {})
    assert heading.row_number == 1
    assert len(list(rows)) == 2


def test_unknown_and_missing_headings_are_named():
    found = match(
        [(1, ("Số lượng", "Ghi chú", "TT", "What to correct", "What to mend"))], COLUMNS, {}
    )
    assert found.unknown == {1: "Ghi chú"}
    assert [column.code for column in found.missing] == ["facility"]


def test_what_a_person_chose_for_a_heading_is_remembered():
    remembered = {key("Ghi chú"): "serial", key("Phòng"): "", key("Old"): "gone"}
    found = match([(1, ("Số lượng", "GHI CHU:", "Phòng", "Old"))], COLUMNS, remembered)
    assert found.columns == {0: "count", 1: "serial"}
    assert found.unknown == {3: "Old"}


def test_a_heading_of_its_own_wins_over_a_remembered_one():
    found = match([(1, ("Ghi chú", "Số máy"))], COLUMNS, {key("Ghi chú"): "serial"})
    assert (found.columns, found.unknown) == ({1: "serial"}, {0: "Ghi chú"})
    both = {key("Ghi chú"): "serial", key("Mã máy"): "serial"}
    found = match([(1, ("Mã máy", "Ghi chú"))], COLUMNS, both)
    assert (found.columns, found.unknown) == ({0: "serial"}, {1: "Ghi chú"})


def test_two_headings_for_one_column_are_refused_by_name():
    with pytest.raises(BadTable, match=r"Column B \(“Số lượng”\) and column D \(“Quantity”\)"):
        codes("Đơn vị", "Số lượng", "Số máy", "Quantity")


def test_no_headings_at_all():
    with pytest.raises(BadTable, match=r"No row of headings .* Health facility, Device type"):
        match([(1, ("bg-dk", 4)), (2, ("bg-dk", 5))], COLUMNS, {})
    far = [(number, ("x",)) for number in range(1, 21)] + [(21, tuple(HEADINGS_VI))]
    with pytest.raises(BadTable):
        match(far, COLUMNS, {})


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=6)))
def test_whatever_the_first_rows_hold(rows):
    found = match(
        [(0, ("Số lượng",)), *((n, tuple(r)) for n, r in enumerate(rows, 1))], COLUMNS, {}
    )
    assert "count" in found.columns.values()
