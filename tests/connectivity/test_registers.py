"""The register of connections: the days of one facility's connection to the counted partner."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectivity import changes
from connectivity.models import ConnectionStep, Partner
from connectivity.registers import Connections
from connectivity.services import record_step
from facilities.models import Ownership, Scope
from facilities.registers.entering import enter_rows, undo, writing_of
from facilities.registers.writers import RowEntry
from tests import factories
from tests.entering import TODAY, judged, open_change_set, put, values
from tests.reading import tally
from tests.writing import refused

pytestmark = pytest.mark.django_db

REGISTER = Connections()
DAY = timedelta(days=1)
FIRST = date(2025, 3, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def place():
    factories.PartnerFactory()
    return factories.facility()


def story(place) -> list[tuple]:
    found = ConnectionStep.objects.known().filter(facility=place).order_by("happened_on", "pk")
    return list(found.values_list("step", "attempt", "happened_on"))


def connected(place, on=TODAY) -> int:
    return tally(changes, place, "connected", on).amount


def test_private_hospitals_and_clinics_are_in_the_book_the_uncounted_are_not(place):
    private = {"ownership": Ownership.PRIVATE, "scope": Scope.CONNECTIVITY}
    hospital = factories.facility(kind=factories.Kind.GENERAL_HOSPITAL, **private)
    clinic = factories.facility(kind=factories.Kind.POLYCLINIC, **private)
    factories.facility(scope=Scope.NONE)
    factories.facility(since=TODAY + DAY)
    assert set(REGISTER.base(TODAY)) == {place, hospital, clinic}


def test_days_written_are_facts_and_written_back_change_nothing(place):
    put(REGISTER, place, account=FIRST, connected=FIRST + DAY, first_message=FIRST + 2 * DAY)
    before = values(REGISTER, place)
    assert [step for step, _n, _day in story(place)] == ["account", "connected", "first_message"]
    assert connected(place) == 1
    told = story(place)
    put(REGISTER, place, **before)
    assert story(place) == told


def test_a_corrected_day_keeps_its_history(place, clock):
    put(REGISTER, place, account=FIRST)
    was_known_at = datetime.now(UTC)
    clock.shift(3600)
    put(REGISTER, place, account=FIRST + DAY, because="misread")
    assert values(REGISTER, place)["account"] == FIRST + DAY
    assert values(REGISTER, place, known_at=was_known_at)["account"] == FIRST


def test_a_connection_is_made_again_after_its_end(place):
    put(REGISTER, place, account=FIRST, connected=FIRST)
    put(REGISTER, place, disconnected=FIRST + 5 * DAY)
    assert connected(place) == 0
    put(REGISTER, place, connected=FIRST + 9 * DAY)
    assert story(place)[1:] == [
        ("connected", 1, FIRST),
        ("disconnected", 1, FIRST + 5 * DAY),
        ("connected", 2, FIRST + 9 * DAY),
    ]
    assert connected(place) == 1
    put(REGISTER, place, disconnected=FIRST + 20 * DAY)
    assert story(place)[-1] == ("disconnected", 2, FIRST + 20 * DAY)
    assert connected(place) == 0


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"disconnected": FIRST}, {"disconnected"}),
        ({"connected": FIRST + DAY, "disconnected": FIRST}, {"disconnected"}),
        ({"account": TODAY + DAY}, {"account"}),
        ({"connected": FIRST, "disconnected": FIRST}, set()),
    ],
)
def test_the_impossible_is_refused_in_its_column(place, cells, columns):
    assert judged(REGISTER, place, **cells).errors.keys() == columns
    assert refused(put, REGISTER, place, **cells) == columns


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"account": FIRST + DAY, "connected": FIRST}, {"connected"}),
        ({"first_message": FIRST}, {"first_message"}),
        ({"connected": FIRST + DAY, "first_message": FIRST}, {"first_message"}),
        ({"connected": FIRST, "first_message": FIRST}, set()),
        ({"connected": FIRST}, set()),
    ],
)
def test_the_odd_asks_for_a_reason(place, cells, columns):
    found = judged(REGISTER, place, **cells)
    assert (found.errors, found.warnings.keys()) == ({}, columns)
    put(REGISTER, place, **cells, reasons=dict.fromkeys(columns, "so it was"))
    assert {step for step, _n, _day in story(place)} == set(cells)


def test_only_the_latest_connection_is_taken_back(place):
    put(REGISTER, place, connected=FIRST)
    put(REGISTER, place, disconnected=FIRST + DAY)
    put(REGISTER, place, connected=FIRST + 2 * DAY)
    assert judged(REGISTER, place, connected=None).errors.keys() == {"connected"}
    put(REGISTER, place, connected=FIRST)
    assert story(place) == [("connected", 1, FIRST), ("disconnected", 1, FIRST + DAY)]


def test_the_same_rules_hold_for_one_step_at_a_time(place):
    common = {"facility": place, "partner": Partner.objects.get(), "by": factories.recorder()}
    assert refused(record_step, step="disconnected", happened_on=FIRST, **common) == {"step"}
    record_step(step="connected", happened_on=FIRST, **common)
    record_step(step="disconnected", happened_on=FIRST + 9 * DAY, **common)
    assert refused(record_step, step="connected", happened_on=FIRST + DAY, **common) == {"step"}


def test_without_a_counted_partner_nothing_is_written(place):
    Partner.objects.update(counted=False)
    with pytest.raises(ValidationError):
        put(REGISTER, place, account=FIRST)


def test_an_act_over_many_facilities_is_written_in_bulk_and_taken_back(place):
    places = [place, *(factories.facility() for _n in range(29))]
    counts = []
    for some in (places[:3], places):
        old = REGISTER.values([row.pk for row in some], TODAY)
        day = FIRST + len(counts) * DAY
        entries = [RowEntry(r, old[r.pk], old[r.pk] | {"connected": day}) for r in some]
        with CaptureQueriesContext(connection) as queries:
            assert not any(p.errors for p in REGISTER.problems(entries, TODAY))
            change_set = open_change_set()
            enter_rows(REGISTER, entries, writing_of(change_set, on=TODAY))
        counts.append(len(queries))
    # The second act also withdraws what the first wrote, and says whose figures that moves.
    assert counts[1] <= counts[0] + 4
    assert sum(connected(p) for p in places) == 30
    undo(
        change_set=change_set,
        registers={REGISTER.code: REGISTER},
        by=factories.recorder(),
        because="x",
        on=TODAY,
    )
    assert [values(REGISTER, p)["connected"] for p in places] == [FIRST] * 3 + [None] * 27
