"""What could be moved before anything is bought. Pure: balances in, proposals out."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """One type at one facility: what it has above its norm, or lacks and has not ordered.

    `owner`: devices stay with their kind of owner; what is public property goes to no private
    facility. `area`: where the facility lies; None if nobody has said.
    """

    facility_id: int
    device_type: Hashable
    area: Hashable | None
    owner: str
    surplus: int = 0
    needs: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    device_type: Hashable
    giver: int
    taker: int
    quantity: int
    in_one_area: bool


def propose(balances: Iterable[Balance]) -> list[Proposal]:
    """Who could give what to whom: within an area first, then across; the largest need first.

    Nobody gives more than the surplus, so nobody falls below the norm, and nobody gets more than
    is needed.
    """
    durations: dict[tuple[Hashable, str], list[Balance]] = defaultdict(list)
    for balance in balances:
        durations[balance.device_type, balance.owner].append(balance)
    return [proposal for pool in durations.values() for proposal in _within(pool)]


def _within(pool: list[Balance]) -> Iterator[Proposal]:
    left = {b.facility_id: b.surplus for b in pool if b.surplus > 0}
    wanted = {b.facility_id: b.needs for b in pool if b.needs > 0}
    givers = sorted((b for b in pool if b.surplus > 0), key=lambda b: (-b.surplus, b.facility_id))
    takers = sorted((b for b in pool if b.needs > 0), key=lambda b: (-b.needs, b.facility_id))
    for near in (True, False):
        for taker in takers:
            for giver in givers:
                in_one_area = giver.area is not None and giver.area == taker.area
                quantity = min(left[giver.facility_id], wanted[taker.facility_id])
                if in_one_area != near or quantity <= 0 or giver.facility_id == taker.facility_id:
                    continue
                left[giver.facility_id] -= quantity
                wanted[taker.facility_id] -= quantity
                yield Proposal(
                    taker.device_type, giver.facility_id, taker.facility_id, quantity, in_one_area
                )
