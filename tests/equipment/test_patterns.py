"""Inventory numbers by pattern."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from equipment.patterns import MOST, expand


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("LN-TAB-{001..003}", ["LN-TAB-001", "LN-TAB-002", "LN-TAB-003"]),
        ("{9..11}", ["9", "10", "11"]),
        ("{098..101}/LN", ["098/LN", "099/LN", "100/LN", "101/LN"]),
        ("LN-{7..7}", ["LN-7"]),
        ("  LN-TAB-001 ", ["LN-TAB-001"]),
    ],
)
def test_a_pattern_stands_for_its_numbers(pattern, numbers):
    assert expand(pattern) == numbers


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("LN-{1..501}", "too_many"),
        ("LN-{2..1}", "backwards"),
        ("LN-{a..b}", "unreadable"),
        ("LN-{1..2", "unreadable"),
        ("LN-{1..2}-{1..2}", "unreadable"),
        ("LN-{{1..2}}", "unreadable"),
        ("LN-{1...2}", "unreadable"),
        ("LN-{1..٢}", "unreadable"),
        ("L" * 59 + "{9..10}", "too_long"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(pattern, code):
    with pytest.raises(ValidationError) as refused:
        expand(pattern)
    assert refused.value.code == code


@given(
    st.integers(0, 999_999_999 - MOST),
    st.integers(1, MOST),
    st.integers(1, 9),
    st.text("ABC-/ .", max_size=5),
)
def test_as_many_as_the_range_says_each_once_in_order(first, count, width, before):
    last = first + count - 1
    numbers = expand(f"{before}{{{first:0{width}d}..{last}}}X")
    assert len(numbers) == len(set(numbers)) == count
    assert [int(n.removeprefix(before.lstrip()).removesuffix("X")) for n in numbers] == list(
        range(first, last + 1)
    )


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        numbers = expand(text)
    except ValidationError:
        return
    assert 1 <= len(numbers) <= MOST
