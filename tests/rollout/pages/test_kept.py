"""A long list keeps what it put in order, page by page, and no longer than the facts stand."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from facilities.models import Ledger
from rollout.day import Day
from rollout.pages.kept import CHUNK, KeptRows, Whole

pytestmark = pytest.mark.django_db

TODAY = date(2025, 5, 21)
DAY = Day(TODAY, TODAY)


class Source:
    """Counts how often the whole list is put in order."""

    def __init__(self, count):
        self.rows, self.asked = list(range(count)), 0

    def __call__(self):
        self.asked += 1
        return Whole(self.rows, {"sum": sum(self.rows)})


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
@pytest.mark.parametrize("size", [1, 7, CHUNK, 2 * CHUNK])
def test_every_page_is_the_same_kept_and_put_in_order_anew(count, size):
    source = Source(count)
    first = KeptRows("numbers", DAY, compute=source)
    again = KeptRows("numbers", DAY, compute=source)
    assert source.asked == 1
    for rows in (first, again):
        assert len(rows) == count
        assert rows.told == {"sum": sum(source.rows)}
        for start in range(0, count + 1, size):
            assert list(rows[start : start + size]) == source.rows[start : start + size]
        assert list(rows) == source.rows
    assert source.asked == 1


def test_a_fact_another_day_and_another_question_are_put_in_order_anew():
    source = Source(3)

    def ask(day=DAY, *parts):
        return KeptRows("numbers", day, *parts, compute=source)

    ask()
    Ledger.touch()
    ask()
    assert source.asked == 2
    ask(Day(TODAY - timedelta(days=1), TODAY))
    ask(DAY, "late")
    assert source.asked == 4
    ask(DAY, "late")
    assert source.asked == 4


def test_pages_that_were_dropped_meanwhile_are_found_again():
    source = Source(2 * CHUNK)
    KeptRows("numbers", DAY, compute=source)
    kept = KeptRows("numbers", DAY, compute=source)
    cache.clear()
    assert list(kept[CHUNK - 1 : CHUNK + 1]) == [CHUNK - 1, CHUNK]
    assert source.asked == 2
