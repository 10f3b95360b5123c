"""Account, connection, first message, end: for the one partner that counts."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from connectivity import changes
from connectivity.models import ConnectionStep, Partner
from connectivity.services import record_step
from facilities.services import correct, withdraw
from tests import factories
from tests.reading import tally
from tests.writing import refused

pytestmark = pytest.mark.django_db

Step = ConnectionStep.Step
DAY = date(2025, 5, 21)
YEAR_END = date(2025, 12, 31)

LOOKS = pytest.mark.parametrize("until", [None, YEAR_END], ids=["that day", "looking back"])


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def place():
    return factories.facility()


def make(place, step, day, partner=None):
    return record_step(
        facility=place,
        partner=partner or factories.PartnerFactory(),
        step=step,
        happened_on=day,
        by=factories.recorder(),
    )


def amount(place, step, day, **options) -> int:
    return tally(changes, place, step, day, **options).amount


@LOOKS
@pytest.mark.parametrize("step", [Step.ACCOUNT, Step.CONNECTED, Step.FIRST_MESSAGE])
@pytest.mark.parametrize(("shift", "counts"), [(-1, 0), (0, 1), (1, 1)])
def test_a_step_counts_from_its_day_on(place, until, step, shift, counts):
    make(place, step, DAY)
    assert amount(place, step, on(shift), until=until) == counts


def test_a_connection_is_not_yet_data_flowing(place):
    make(place, Step.ACCOUNT, DAY)
    make(place, Step.CONNECTED, DAY)
    assert [amount(place, step, DAY) for step in (Step.ACCOUNT, Step.CONNECTED)] == [1, 1]
    assert amount(place, Step.FIRST_MESSAGE, YEAR_END) == 0


@LOOKS
def test_a_connection_may_end_and_be_made_again(place, until):
    make(place, Step.CONNECTED, on(0))
    make(place, Step.DISCONNECTED, on(10))
    make(place, Step.CONNECTED, on(20))
    make(place, Step.DISCONNECTED, on(30))
    seen = {
        shift: amount(place, Step.CONNECTED, on(shift), until=until)
        for shift in (-1, 0, 9, 10, 11, 19, 20, 29, 30)
    }
    assert seen == {-1: 0, 0: 1, 9: 1, 10: 0, 11: 0, 19: 0, 20: 1, 29: 1, 30: 0}


@LOOKS
def test_the_end_leaves_the_account(place, until):
    make(place, Step.ACCOUNT, on(0))
    make(place, Step.CONNECTED, on(0))
    make(place, Step.DISCONNECTED, on(5))
    assert amount(place, Step.ACCOUNT, on(9), until=until) == 1


@pytest.mark.parametrize(("shift", "possible"), [(-1, False), (0, True), (1, True)])
def test_a_connection_ends_no_earlier_than_it_was_made(place, shift, possible):
    make(place, Step.CONNECTED, DAY)
    named = refused(make, place, Step.DISCONNECTED, on(shift))
    assert named == (set() if possible else {"step"})
    assert ConnectionStep.objects.filter(step=Step.DISCONNECTED).exists() == possible


def test_what_was_never_connected_does_not_end(place):
    make(place, Step.ACCOUNT, DAY)
    with pytest.raises(ValidationError):
        make(place, Step.DISCONNECTED, on(1))
    assert ConnectionStep.objects.count() == 1


def test_one_connection_ends_once(place):
    make(place, Step.CONNECTED, on(0))
    make(place, Step.DISCONNECTED, on(1))
    with pytest.raises(ValidationError):
        make(place, Step.DISCONNECTED, on(2))
    assert amount(place, Step.CONNECTED, on(2)) == 0


@pytest.mark.parametrize("step", [Step.ACCOUNT, Step.CONNECTED, Step.FIRST_MESSAGE])
def test_the_same_step_twice_is_refused(place, step):
    make(place, step, on(0))
    with pytest.raises(ValidationError):
        make(place, step, on(1))
    assert ConnectionStep.objects.count() == 1


def test_an_end_whose_connection_was_withdrawn_takes_away_nothing(place):
    wrong = make(place, Step.CONNECTED, on(0))
    make(place, Step.DISCONNECTED, on(5))
    withdraw(fact=wrong, because="wrong day", by=factories.recorder())
    assert amount(place, Step.CONNECTED, on(5)) == 0
    make(place, Step.CONNECTED, on(6))
    assert amount(place, Step.CONNECTED, on(6)) == 1


@LOOKS
def test_an_end_corrected_to_before_the_beginning_never_counts_below_nothing(place, until):
    made = make(place, Step.CONNECTED, on(0))
    make(place, Step.DISCONNECTED, on(5))
    correct(fact=made, because="misread", by=factories.recorder(), happened_on=on(9))
    seen = [amount(place, Step.CONNECTED, on(s), until=until) for s in (4, 5, 8, 9, 10)]
    assert seen == [0, 0, 0, 0, 0]


def test_only_the_counted_partner_counts(place):
    factories.PartnerFactory()
    other = factories.PartnerFactory(code="cho-ray", counted=False)
    make(place, Step.ACCOUNT, DAY, other)
    make(place, Step.CONNECTED, DAY, other)
    assert (amount(place, Step.ACCOUNT, DAY), amount(place, Step.CONNECTED, DAY)) == (0, 0)
    make(place, Step.CONNECTED, DAY)
    assert amount(place, Step.CONNECTED, DAY) == 1


def test_the_database_refuses_a_second_counted_partner():
    factories.PartnerFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.PartnerFactory(code="cho-ray", counted=True)
    for code in ("k", "viet-duc"):
        factories.PartnerFactory(code=code, counted=False)
    assert Partner.objects.count() == 3


def test_the_database_refuses_a_step_written_twice(place):
    made = make(place, Step.CONNECTED, DAY)
    again = made.for_correction(recorded_by=made.recorded_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectionStep.objects.bulk_create([again])
    again.attempt = 2
    ConnectionStep.objects.bulk_create([again])
    assert ConnectionStep.objects.count() == 2
