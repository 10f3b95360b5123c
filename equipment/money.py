"""What procurement files cost as they stood on a day: estimated, approved, awarded, paid.

A stage that was reached and whose amount nobody recorded is not known, and no zero; a stage that was
not reached costs nothing yet. The money of a file is its buyer's, whomever it buys for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from equipment.files import File, files
from equipment.models import FundingSource
from equipment.stages import Stage
from facilities.as_of import AsOf

ESTIMATED, APPROVED, AWARDED, PAID = "estimated", "approved", "awarded", "paid"
# Which stage fixes which amount. Where an award has no amount, the contract says it.
FIXED_BY = {
    ESTIMATED: (Stage.ESTIMATE_SUBMITTED,),
    APPROVED: (Stage.ESTIMATE_APPROVED,),
    AWARDED: (Stage.AWARD, Stage.CONTRACT),
    PAID: (Stage.PAYMENT,),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of one file. `dong` None: the stage was reached, its amount is not on record."""

    dong: int | None
    fixed_on: date
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class FileMoney:
    """What one file costs. An amount that is missing: that stage was not reached on record."""

    file: File
    funds: str  # a value of Funds; empty: not on record
    amounts: dict[str, Amount]

    @property
    def waits_since(self) -> date | None:
        """The day the estimate was submitted, as long as it is not approved and nothing later was reached."""
        submitted = self.file.step(Stage.ESTIMATE_SUBMITTED)
        approved = self.file.step(Stage.ESTIMATE_APPROVED)
        if not submitted or not approved or approved.passed_on:
            return None
        return submitted.reached_on

    @property
    def best_known(self) -> int | None:
        """What it costs by the latest amount on record; None: none is."""
        for kind in (PAID, AWARDED, APPROVED, ESTIMATED):
            amount = self.amounts.get(kind)
            if amount and amount.dong is not None:
                return amount.dong
        return None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of amounts. `files`: how many reached the stage; `unknown`: of how many of them the
    amount is not on record; `dong` None: of none of them it is."""

    dong: int | None
    files: int
    unknown: int
    assumed: int = 0  # amounts that no source gives


def money_of(as_of: AsOf) -> list[FileMoney]:
    """Of each file of its facilities, by code: the queries of `files` and one."""
    rows = as_of.only(
        FundingSource.objects.in_force(as_of.until, as_of.known_at), "procurement__facility_id"
    )
    funds = dict(rows.values_list("procurement", "funds"))
    return [FileMoney(file, funds.get(file.id, ""), _amounts(file)) for file in files(as_of)]


def _amounts(file: File) -> dict[str, Amount]:
    found = {}
    for kind, stages in FIXED_BY.items():
        reached = [
            (step, step.reached_on) for step in map(file.step, stages) if step and step.reached_on
        ]
        if reached:
            step, on = next(((s, on) for s, on in reached if s.amount is not None), reached[0])
            found[kind] = Amount(step.amount, on, bool(step.assumed))
    return found


def total(rows: Iterable[FileMoney], kind: str, year: int | None = None) -> Total:
    """`year`: only what was fixed in that year."""
    amounts = [
        amount
        for row in rows
        if (amount := row.amounts.get(kind)) and year in (None, amount.fixed_on.year)
    ]
    known = [amount.dong for amount in amounts if amount.dong is not None]
    dong = sum(known) if known or not amounts else None
    assumed = sum(amount.is_assumed for amount in amounts if amount.dong is not None)
    return Total(dong, len(amounts), len(amounts) - len(known), assumed)


__all__ = ["FIXED_BY", "Amount", "FileMoney", "Total", "money_of", "total"]
