"""The turns that jobs take to write: a low module, so that every wing may take its turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction

from facilities.models import Ledger
from rollout.models import Programme

Computed = TypeVar("Computed")

ATTEMPTS = 3  # at computing before the turn


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A transaction in which no other job writes: it holds the rows of the programmes.

    SQLite lets its writers take turns anyway. Readers, and the recording of facts, do not wait.
    """
    with transaction.atomic():
        list(Programme.objects.select_for_update().order_by("pk").values_list("pk"))
        yield


def write_in_turn(compute: Callable[[], Computed], write: Callable[[Computed], int]) -> int:
    """Compute, then write when it is this run's turn, but only what still follows from the facts.

    A run that waited may hold what a later one has already overwritten, so it computes again when
    facts have moved meanwhile. While they keep moving, the last attempt computes within its turn:
    others wait longer then, and nobody who writes later has read older facts.
    """
    for _attempt in range(ATTEMPTS):
        version = Ledger.current()
        computed = compute()
        with one_at_a_time():
            if Ledger.current() == version:
                return write(computed)
    with one_at_a_time():
        return write(compute())
