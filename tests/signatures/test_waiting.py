"""How long certificates wait: days of each stage, of those that wait and of those that have passed it."""

from datetime import date, timedelta

import pytest

from signatures.certificates import CertificateOnDay
from signatures.life import State
from signatures.models import Certificate
from signatures.waiting import waiting

ON = date(2025, 5, 21)


def row(device="TOKEN", *, returned=False, ended_on=None, **days) -> CertificateOnDay:
    """`requested=30`: that many days before the day."""
    told = {kind: ON - timedelta(days=ago) for kind, ago in days.items()}
    return CertificateOnDay(
        Certificate(device=device), told, None, ended_on, returned, State.IN_FORCE
    )


def told(rows, stage, **more):
    (group,) = waiting(rows, ON, **more).values()
    found = {one.stage.code: one for one in group}[stage]
    return found.open, found.median, found.worst, found.done, found.took


@pytest.mark.parametrize(
    ("rows", "stage", "expected"),
    [
        ([row(requested=0)], "issue", (1, 0, 0, 0, None)),
        ([row(requested=30), row(requested=10), row(requested=4)], "issue", (3, 10, 30, 0, None)),
        ([row(requested=30, issued=25)], "issue", (0, None, None, 1, 5)),
        ([row(requested=30, issued=30)], "issue", (0, None, None, 1, 0)),
        ([row(requested=30, returned=True)], "issue", (0, None, None, 0, None)),
        ([row(requested=30, issued=25, ended_on=ON)], "signing", (0, None, None, 0, None)),
        ([row(requested=30, issued=25)], "signing", (1, 25, 25, 0, None)),
        ([row(issued=25, authenticated=4)], "signing", (0, None, None, 1, 21)),
        (
            [row(issued=25, handed_over=4)],
            "receipt",
            (0, None, None, 0, None),
        ),  # passed, day unknown
        ([row(issued=25, handed_over=4)], "testing", (1, 4, 4, 0, None)),
    ],
)
def test_one_stage(rows, stage, expected):
    assert told(rows, stage) == expected


def test_by_method():
    rows = [row("SIM", issued=9), row("TOKEN", issued=3), row("SIM", issued=1)]
    found = waiting(rows, ON, by=lambda one: one.certificate.device)
    worst = {device: stages[-1].worst for device, stages in found.items()}
    assert worst == {"SIM": 9, "TOKEN": 3}


def test_nobody_waits_where_nobody_is():
    assert waiting([], ON) == {}
