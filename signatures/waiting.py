"""How long certificates wait between two steps: measured from the days on record, nothing stored."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median_high
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from signatures.certificates import CertificateOnDay
from signatures.models import CertificateEvent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = CertificateEvent.Kind
WAITS, PASSED = "waits-", "passed-"  # before the code of a stage, in addresses


@dataclass(frozen=True)
class Stage:
    """The way from one event to another, in days of the calendar."""

    code: str
    label: "StrOrPromise"
    begins: CertificateEvent.Kind
    ends: CertificateEvent.Kind


STAGES = (
    Stage("issue", _("from the request to the issue"), Kind.REQUESTED, Kind.ISSUED),
    Stage("receipt", _("from the issue to the receipt"), Kind.ISSUED, Kind.RECEIVED),
    Stage(
        "handing-over", _("from the receipt to the handing over"), Kind.RECEIVED, Kind.HANDED_OVER
    ),
    Stage("testing", _("from the handing over to the test"), Kind.HANDED_OVER, Kind.AUTHENTICATED),
    # What is called slow central authentication.
    Stage(
        "signing",
        _("from the issue to the first successful signing"),
        Kind.ISSUED,
        Kind.AUTHENTICATED,
    ),
)


@dataclass(frozen=True)
class Waiting:
    """One stage of one group. Days are whole; None where there is nobody.

    `open`: how many wait on the day; `median`, `worst`: how long they have waited. `done`: how many
    have passed it, `took`: the median of how long that took.
    """

    stage: Stage
    open: int
    median: int | None
    worst: int | None
    done: int
    took: int | None

    @property
    def waits(self) -> str:
        """How an address asks for those that wait (`signatures.coverage`)."""
        return f"{WAITS}{self.stage.code}"

    @property
    def passed(self) -> str:
        return f"{PASSED}{self.stage.code}"


def waiting(
    rows: Iterable[CertificateOnDay],
    on: date,
    by: Callable[[CertificateOnDay], Hashable] = lambda _row: None,
) -> dict[Hashable, list[Waiting]]:
    """By group, every stage in its order. Ended certificates and returned requests wait for nothing."""
    ages: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
    spans: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
    groups: dict[Hashable, None] = {}
    for row in rows:
        group = by(row)
        groups.setdefault(group)
        for stage in STAGES:
            if (span := took(row, stage)) is not None:
                spans[group, stage.code].append(span)
            elif is_waiting(row, stage):
                ages[group, stage.code].append((on - row.days[stage.begins]).days)
    return {
        group: [
            _waiting(stage, ages[group, stage.code], spans[group, stage.code]) for stage in STAGES
        ]
        for group in groups
    }


def took(row: CertificateOnDay, stage: Stage) -> int | None:
    """Days that a stage took; None while it is not passed, or where its days are not on record."""
    begun, ended = row.days.get(stage.begins), row.days.get(stage.ends)
    if begun is None or ended is None or ended < begun:
        return None
    return (ended - begun).days


def is_waiting(row: CertificateOnDay, stage: Stage) -> bool:
    """It has come to where the stage begins, and no further. An ended one waits for nothing."""
    if stage.begins not in row.days or stage.ends in row.days:
        return False
    return row.counts_as(stage.begins) and not _is_further(row, stage)


def _is_further(row: CertificateOnDay, stage: Stage) -> bool:
    """A later step is on record: this one was passed on a day that nobody wrote down."""
    order = [Kind.REQUESTED, Kind.ISSUED, Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED]
    return any(kind in row.days for kind in order[order.index(stage.ends) + 1 :])


def _waiting(stage: Stage, ages: list[int], spans: list[int]) -> Waiting:
    return Waiting(
        stage=stage,
        open=len(ages),
        median=median_high(ages) if ages else None,
        worst=max(ages, default=None),
        done=len(spans),
        took=median_high(spans) if spans else None,
    )
