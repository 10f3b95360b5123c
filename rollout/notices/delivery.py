"""Deliveries go out one at a time, each once or visibly not. Nothing here knows what is sent, or how.

A worker claims a row, has the transport make ready what goes out, writes down that it begins, has it
sent, and writes down what came of it. Who dies before it begins has done nothing. Who dies after
leaves it in doubt; whether doubt is tried again, or left to a person, is for the transport to say.

Whatever goes wrong with one row is the failure of that row: it is tried again after a while, for
three days, and the others go on.
"""

import heapq
import time
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, ClassVar, Generic, TypeVar

import structlog
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from rollout.models.delivery import Delivery, DeliveryQuerySet

log = structlog.get_logger(__name__)

GIVE_UP_AFTER = timedelta(days=3)
MOST_OF_ONE = 500  # rows of one receiver in a run
# Rows are claimed in the name of the moment a run began: it must be over well before that is old.
LONGEST_RUN = 5 * 60  # seconds
OLDEST_FIRST = ("made_at", "pk")

Row = TypeVar("Row", bound=Delivery)


class Outcome(Enum):
    DELIVERED = auto()
    REFUSED_FOR_NOW = auto()  # it was not taken, and may be another time
    REFUSED_FOR_GOOD = auto()
    IN_DOUBT = auto()  # it may have been taken


@dataclass(frozen=True, slots=True)
class Result:
    """What came of sending. `noted`: further columns of the row."""

    outcome: Outcome
    error: str = ""
    noted: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out for a row, made ready. `noted`: columns that are written as it begins."""

    send: Callable[[], Result]
    noted: dict[str, Any] = field(default_factory=dict)


class Transport(ABC, Generic[Row]):
    """How one kind of delivery goes out."""

    receiver: ClassVar[str]  # the column that says to whom a row goes
    backoff: ClassVar[Sequence[timedelta]]  # after the first failure, the second, ...
    repeats_doubtful: ClassVar[bool]  # only where the receiver knows what it has had

    @abstractmethod
    def pack(self, row: Row) -> Parcel | None:
        """As things stand now; None when nothing of it is left to send."""


def deliver(rows: DeliveryQuerySet[Row], transport: Transport[Row], now: datetime) -> int:
    """Send what is due of these rows; returns how many arrived."""
    due = rows.due(now, doubtful=transport.repeats_doubtful)
    return sum(_deliver(rows, pk, transport, now) for pk in _in_turns(due, transport.receiver))


def _in_turns(due: DeliveryQuerySet, receiver: str) -> Iterator[int]:
    """Of each receiver the oldest first; next is who has taken the least time in this run.

    So one that is slow or dead takes no more from the others than they take from it.
    """
    place = Window(RowNumber(), partition_by=receiver, order_by=OLDEST_FIRST)
    found = due.annotate(place=place).filter(place__lte=MOST_OF_ONE).order_by(*OLDEST_FIRST)
    queues: dict[int, deque[int]] = defaultdict(deque)
    for pk, to in found.values_list("pk", receiver):
        queues[to].append(pk)
    turns = [(0.0, number, queue) for number, queue in enumerate(queues.values())]
    end = time.monotonic() + LONGEST_RUN
    while turns and (began := time.monotonic()) < end:
        spent, number, queue = heapq.heappop(turns)
        yield queue.popleft()
        if queue:
            heapq.heappush(turns, (spent + time.monotonic() - began, number, queue))


def _deliver(rows: DeliveryQuerySet, pk: int, transport: Transport[Row], now: datetime) -> bool:
    claim = uuid.uuid4()
    free = rows.due(now, doubtful=transport.repeats_doubtful).filter(pk=pk)
    taken = {"claimed_at": now, "claim": claim, "begun_at": None}
    if not free.update(**taken, attempts=F("attempts") + 1):
        return False  # somebody else has it
    mine = rows.filter(pk=pk, claim=claim)
    if (row := mine.first()) is None:
        return False  # deleted meanwhile
    begun = 0
    try:
        parcel = transport.pack(row)
        if parcel is None:
            mine.update(cancelled_at=now)
            return False
        # The last look before the first byte leaves: who cancelled it meanwhile wins.
        begun = mine.waiting().update(begun_at=now, **parcel.noted)
        if not begun:
            return False  # cancelled meanwhile
        result = parcel.send()
    except Exception as error:
        log.exception("delivery_failed", kind=row._meta.model_name, row=pk)
        # Before it began it certainly did not arrive; afterwards nobody knows.
        result = Result(Outcome.IN_DOUBT if begun else Outcome.REFUSED_FOR_NOW, said(error))
    _note(mine, row, transport, result, now)
    return result.outcome is Outcome.DELIVERED


def _note(
    mine: DeliveryQuerySet,
    row: Delivery,
    transport: Transport[Row],
    result: Result,
    now: datetime,
) -> None:
    if result.outcome is Outcome.DELIVERED:
        mine.update(**result.noted, sent_at=now, error="")
        return
    log.warning("not_delivered", kind=row._meta.model_name, row=row.pk, outcome=result.outcome.name)
    failed = {"claimed_at": None, "claim": None, "error": _storable(result.error)} | result.noted
    # It stays begun: that is what keeps it from going out a second time.
    if result.outcome is Outcome.IN_DOUBT and not transport.repeats_doubtful:
        mine.update(**failed)
    elif result.outcome is Outcome.REFUSED_FOR_GOOD or now - row.made_at > GIVE_UP_AFTER:
        mine.update(**failed, begun_at=None, given_up_at=now)
    else:
        wait = transport.backoff[min(row.attempts, len(transport.backoff)) - 1]
        mine.update(**failed, begun_at=None, not_before=now + wait)


def said(error: Exception) -> str:
    """An error as the pages show it."""
    return f"{type(error).__name__}: {error}"


def _storable(text: str) -> str:
    """What a stranger's machine says may hold what no column takes: a NUL, half a character."""
    return "".join(c if c.isprintable() else " " for c in text)[:300]
