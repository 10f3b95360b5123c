"""What one request reads is read once, and never handed on past a write."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.as_of import AsOf, once_per_as_of
from facilities.models import Facility, Ledger
from facilities.reading_once import once, reading_once
from tests import factories

ON = date(2025, 5, 21)


@once_per_as_of
def codes(as_of: AsOf) -> list[str]:
    return [facility.code for facility in as_of.on(as_of.until)]


@once_per_as_of
def stretches(as_of: AsOf) -> bool:
    return as_of.stretches() is None


@pytest.fixture
def places(db) -> list[Facility]:
    return [factories.facility(code) for code in ("one", "two")]


def test_the_second_is_handed_what_the_first_has_read(places):
    with reading_once():
        whole = AsOf(ON)
        codes(whole)
        with CaptureQueriesContext(connection) as queries:
            of_all = AsOf(ON, folded_on=[ON])
            assert codes(of_all) == ["one", "two"]
            assert codes(AsOf(ON, facility_ids=frozenset({places[1].pk}))) == ["two"]
        assert len(queries) == 0
        assert AsOf(ON, facility_ids=frozenset({places[1].pk})).facility_ids == {places[1].pk}
    with CaptureQueriesContext(connection) as queries:
        AsOf(ON)
    assert len(queries) > 0


def test_what_follows_from_the_days_asked_for_is_shared_by_those_days_alone(places):
    with reading_once():
        folded = AsOf(ON, folded_on=[ON, date(2025, 2, 18)])
        assert not stretches(folded)
        assert stretches(AsOf(ON)) is True
        # What is told by the day answers for any days.
        assert stretches(AsOf(ON, folded_on=[ON])) is True


def test_nothing_read_before_a_write_is_handed_on(places):
    with reading_once():
        assert codes(AsOf(ON)) == ["one", "two"]
        before = Ledger.current()
        factories.facility("three")
        assert codes(AsOf(ON)) == ["one", "three", "two"]
        assert Ledger.current() > before


def test_what_was_read_at_another_version_is_let_go(places):
    with reading_once():
        Ledger.versions()
        assert once("place", lambda: "old") == "old"
        Ledger.versions()
        assert once("place", lambda: "new") == "old"
        # Somebody else writes: this process hears of it when it asks for the version.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE facilities_ledger SET version = version + 1")
        Ledger.versions()
        assert once("place", lambda: "new") == "new"
