"""How long bidders must be given."""

from datetime import date

import pytest

from equipment.bidding import (
    SMALL_PACKAGE,
    Selection,
    earliest_closing,
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
