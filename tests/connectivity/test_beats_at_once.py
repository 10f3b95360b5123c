"""Beats of one gateway from many processes in one moment: each is counted once, none after the end."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from connectivity import gateways
from connectivity.models import BeatDay
from tests import factories
from tests.workers import Worker, join, start

pytestmark = pytest.mark.django_db(transaction=True)

MIDNIGHT = datetime(2025, 5, 21, 17, 0, tzinfo=UTC)  # in Viet Nam
PROCESSES, BEATS = 6, 30


@pytest.fixture
def issued():
    factories.programme()
    return gateways.issue(
        facility=factories.facility(),
        partner=factories.PartnerFactory(counted=True),
        by=factories.recorder(),
        at=MIDNIGHT - timedelta(days=1),
    )


def together(*works: Callable[[], None]) -> list[Worker]:
    """They have begun when this returns, and all at once."""
    gate, word = os.pipe()

    def after_the_word(work) -> None:
        os.close(word)
        os.read(gate, 1)  # returns when nobody holds the other end any more
        work()

    workers = [start(lambda work=work: after_the_word(work)) for work in works]
    os.close(word)
    os.close(gate)
    return workers


def beats_of(steps: list[str]) -> int:
    return sum("connectivity_beatday" in step for step in steps)


def test_beats_over_midnight_add_up(issued):
    gateway, secret = issued

    def beat(place: int) -> None:
        for number in range(BEATS):
            # Now before midnight, now after it, and never in order.
            now = MIDNIGHT + timedelta(seconds=(-1) ** number * (1 + number + place))
            assert gateways.beat(secret=secret, sent=place, errors=number, now=now)

    join(together(*(lambda place=place: beat(place) for place in range(PROCESSES))))
    rows = BeatDay.objects.filter(gateway=gateway).order_by("day")
    half = PROCESSES * BEATS // 2
    sent = BEATS // 2 * sum(range(PROCESSES))
    assert list(rows.values_list("day", "beats", "sent", "errors", "last_at")) == [
        (
            date(2025, 5, 21),
            half,
            sent,
            PROCESSES * sum(range(1, BEATS, 2)),
            MIDNIGHT - timedelta(seconds=2),
        ),
        (
            date(2025, 5, 22),
            half,
            sent,
            PROCESSES * sum(range(0, BEATS, 2)),
            MIDNIGHT + timedelta(seconds=BEATS + PROCESSES - 2),
        ),
    ]


def test_an_address_revoked_meanwhile_takes_no_beat_any_more(issued):
    gateway, secret = issued

    def beat() -> None:
        while gateways.beat(secret=secret, sent=1, errors=0, now=MIDNIGHT):
            pass
        for _again in range(5):
            assert not gateways.beat(secret=secret, sent=1, errors=0, now=MIDNIGHT)

    workers = together(*[beat] * PROCESSES)
    while not BeatDay.objects.filter(beats__gt=PROCESSES).exists():
        pass
    gateways.revoke(gateway=gateway, because="lost", by=factories.recorder())
    answers = [steps for steps in join(workers) if steps]
    assert len(answers) == PROCESSES
    taken = sum(beats_of(steps) - 6 for steps in answers)
    found = BeatDay.objects.aggregate(beats=Sum("beats"), sent=Sum("sent"))
    assert found == {"beats": taken, "sent": taken}
    assert not gateways.beat(secret=secret, sent=1, errors=0, now=MIDNIGHT)
