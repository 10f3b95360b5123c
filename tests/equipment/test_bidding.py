"""How long bidders must be given, and from when a plan has to begin."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.bidding import (
    SMALL_PACKAGE,
    Selection,
    earliest_closing,
    latest_posting,
    minimum,
)

MONDAY = date(2025, 6, 2)


@pytest.mark.parametrize(
    ("amount", "selection", "first"),
    [
        (9_000_000_000, Selection.OPEN_DOMESTIC, date(2025, 6, 11)),
        (SMALL_PACKAGE, Selection.OPEN_DOMESTIC, date(2025, 6, 11)),
        (SMALL_PACKAGE + 1, Selection.OPEN_DOMESTIC, date(2025, 6, 20)),
        (11_000_000_000, Selection.OPEN_DOMESTIC, date(2025, 6, 20)),
        (None, Selection.OPEN_DOMESTIC, date(2025, 6, 20)),
        (9_000_000_000, Selection.OPEN_INTERNATIONAL, date(2025, 6, 20)),
        (11_000_000_000, Selection.OPEN_INTERNATIONAL, date(2025, 7, 7)),
        (900_000_000, Selection.QUOTATION, date(2025, 6, 9)),
        (900_000_000, Selection.DIRECT, None),
        (900_000_000, Selection.OTHER, None),
    ],
)
def test_bids_close_no_earlier_than_the_law_allows(amount, selection, first):
    assert earliest_closing(MONDAY, amount=amount, selection=selection) == first


@pytest.mark.parametrize(
    ("posted", "first"),
    [
        (date(2025, 6, 5), date(2025, 6, 12)),  # Thursday
        (date(2025, 6, 6), date(2025, 6, 13)),  # Friday
        (date(2025, 6, 7), date(2025, 6, 13)),  # Saturday
    ],
)
def test_a_quotation_counts_working_days(posted, first):
    assert earliest_closing(posted, amount=1, selection=Selection.QUOTATION) == first


def test_public_holidays_can_be_told():
    holiday = date(2025, 6, 4)
    first = earliest_closing(
        MONDAY,
        amount=1,
        selection=Selection.QUOTATION,
        is_working_day=lambda day: day.isoweekday() <= 5 and day != holiday,
    )
    assert first == date(2025, 6, 10)


def test_the_last_day_to_post_lies_the_whole_way_before_the_acceptance():
    target = date(2025, 6, 30)
    assert latest_posting(target, amount=9_000_000_000) == target - timedelta(days=9 + 21 + 30)
    assert latest_posting(
        target, amount=None, evaluation_days=7, delivery_days=14
    ) == target - timedelta(days=18 + 7 + 14)
    assert latest_posting(target, amount=1, selection=Selection.DIRECT) is None


@given(
    target=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    amount=st.none() | st.integers(0, 2 * SMALL_PACKAGE),
    selection=st.sampled_from([s for s in Selection if minimum(s, 1)]),
)
def test_posting_on_the_last_day_is_just_in_time(target, amount, selection):
    asked = {"amount": amount, "selection": selection}
    posted = latest_posting(target, evaluation_days=0, delivery_days=0, **asked)
    assert earliest_closing(posted, **asked) <= target + timedelta(days=2)  # a weekend
    assert earliest_closing(posted + timedelta(days=3), **asked) > target
