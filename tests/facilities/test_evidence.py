"""The rung of a row follows from what it carries; SQL and Python say the same."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from facilities.evidence import RUNG_EXPLANATIONS, RUNG_LABELS, Assumed, Rung, rung_of
from facilities.services import check, record, withdraw
from rollout.models import Milestone, MilestoneEvent
from tests import factories

pytestmark = pytest.mark.django_db

HAPPENED_ON = date(2025, 4, 1)
PAPER_OF = date(2025, 5, 21)
CHECKED_AT = datetime(2025, 5, 22, 3, tzinfo=UTC)
RECORDED_AT = CHECKED_AT - timedelta(days=1)

EXPECTED = {
    # (assumed, has a paper, was checked): rung on the day of the paper
    (Assumed.NOTHING, False, False): Rung.REPORTED,
    (Assumed.NOTHING, True, False): Rung.DOCUMENTED,
    (Assumed.NOTHING, True, True): Rung.CHECKED,
    (Assumed.DATE, False, False): Rung.ASSUMED,
    (Assumed.DATE, True, False): Rung.DOCUMENTED,
    (Assumed.DATE, True, True): Rung.CHECKED,
    (Assumed.WHICH, False, False): Rung.ASSUMED,
    (Assumed.WHICH, True, False): Rung.ASSUMED,
    (Assumed.WHICH, True, True): Rung.CHECKED,
    (Assumed.ALL, False, False): Rung.ASSUMED,
    (Assumed.ALL, True, False): Rung.ASSUMED,
    (Assumed.ALL, True, True): Rung.CHECKED,
}


def fact(*, assumed=Assumed.NOTHING, paper=False, checked=False, issued_on=PAPER_OF):
    made = record(
        MilestoneEvent(
            facility=factories.facility(),
            milestone=Milestone.LAUNCH,
            happened_on=HAPPENED_ON,
            assumed=assumed,
            document=factories.DocumentFactory(issued_on=issued_on, recorded_at=RECORDED_AT)
            if paper
            else None,
        ),
        by=factories.recorder(),
        at=RECORDED_AT,
    )
    if checked:
        check(fact=made, by=factories.UserFactory(), at=CHECKED_AT)
    return made


def rungs(made, *, on=PAPER_OF, known_at=None) -> set[Rung]:
    """As SQL and as Python see it: one rung when they agree."""
    in_sql = MilestoneEvent.objects.with_rung(known_at, on).get(pk=made.pk).rung
    return {Rung(in_sql), rung_of(made, known_at, on)}


@pytest.mark.parametrize(("carries", "rung"), EXPECTED.items(), ids=str)
def test_rung_follows_from_what_the_row_carries(carries, rung):
    assumed, paper, checked = carries
    made = fact(assumed=assumed, paper=paper, checked=checked)
    assert rungs(made) == {rung}
    assert made.evidence(PAPER_OF) == rung


def test_every_combination_that_can_be_written_is_decided_above():
    possible = {
        (assumed, paper, checked)
        for assumed, paper, checked in product(dict(Assumed.CHOICES), (False, True), (False, True))
        if paper or not checked  # without a paper nothing can be checked
    }
    assert EXPECTED.keys() == possible


@pytest.mark.parametrize(
    ("on", "rung"),
    [
        (HAPPENED_ON, Rung.ASSUMED),
        (PAPER_OF - timedelta(days=1), Rung.ASSUMED),
        (PAPER_OF, Rung.DOCUMENTED),
        (PAPER_OF + timedelta(days=1), Rung.DOCUMENTED),
        (None, Rung.ASSUMED),
    ],
)
def test_a_paper_proves_an_unknown_day_only_from_its_own_day_on(on, rung):
    assert rungs(fact(assumed=Assumed.DATE, paper=True), on=on) == {rung}


def test_a_paper_without_a_day_does_not_prove_an_unknown_day():
    made = fact(assumed=Assumed.DATE, paper=True, issued_on=None)
    assert rungs(made) == {Rung.ASSUMED}


@pytest.mark.parametrize("on", [HAPPENED_ON, PAPER_OF, None])
def test_a_paper_proves_a_known_day_from_that_day_on(on):
    assert rungs(fact(paper=True), on=on) == {Rung.DOCUMENTED}


@pytest.mark.parametrize(
    ("known_at", "rung"),
    [
        (CHECKED_AT - timedelta(microseconds=1), Rung.DOCUMENTED),
        (CHECKED_AT, Rung.CHECKED),
        (CHECKED_AT + timedelta(days=1), Rung.CHECKED),
    ],
)
def test_a_check_counts_from_its_moment_on(known_at, rung):
    assert rungs(fact(paper=True, checked=True), known_at=known_at) == {rung}


@pytest.mark.parametrize(
    ("known_at", "rung"),
    [
        (CHECKED_AT - timedelta(microseconds=1), Rung.DOCUMENTED),
        (CHECKED_AT, Rung.REPORTED),
        (CHECKED_AT + timedelta(days=1), Rung.REPORTED),
        (None, Rung.REPORTED),
    ],
)
def test_a_paper_proves_nothing_from_its_withdrawal_on(known_at, rung):
    made = fact(paper=True)
    withdraw(fact=made.document, because="giả", by=factories.recorder(), at=CHECKED_AT)
    assert rungs(made, known_at=known_at) == {rung}


def test_rungs_rise_from_assumed_to_decided():
    assert [rung.code for rung in sorted(Rung)] == [
        "assumed",
        "reported",
        "documented",
        "checked",
        "decided",
    ]
    assert [*Rung] == [*range(len(Rung))]  # a tally keeps the amounts in this order
    assert RUNG_LABELS.keys() == RUNG_EXPLANATIONS.keys() == set(Rung)
