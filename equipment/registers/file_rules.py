"""What is wrong, or odd, with a procurement file, its days and its money, and with its lots."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from equipment.bidding import Selection, earliest_closing, minimum
from equipment.stages import CLOSED_BY, ROUTES, Path, Stage
from facilities.exchange.columns import Column
from facilities.registers.register import Problems
from facilities.registers.writers import RowEntry

# The stages for which a file is held to a plan.
TARGETED = (
    Stage.ESTIMATE_APPROVED,
    Stage.INVITATION,
    Stage.OPENING,
    Stage.AWARD,
    Stage.CONTRACT,
    Stage.DELIVERY,
    Stage.SERVICE_SET_UP,
    Stage.ACCEPTANCE,
    Stage.SERVICE_ENDED,
)

# Column of an amount of money -> the stage that fixes it; in the order in which they should fall.
AMOUNTS = {
    "estimate": Stage.ESTIMATE_SUBMITTED,
    "approved": Stage.ESTIMATE_APPROVED,
    "award-value": Stage.AWARD,
    "contract-value": Stage.CONTRACT,
    "paid": Stage.PAYMENT,
}

# Columns of a lot that say which devices come where.
DECIDES_WHAT_COMES = ("procurement", "facility", "device-type", "quantity")

ColumnOf = Callable[[str], Column]


def reached(stage: Stage) -> str:
    """The column of the day on which a stage was reached."""
    return f"reached-{stage.value.replace('_', '-')}"


def target(stage: Stage) -> str:
    """The column of the day for which a stage is planned."""
    return f"target-{stage.value.replace('_', '-')}"


def judge(entry: RowEntry, problems: Problems, column: ColumnOf, *, has_lots: bool) -> None:
    """Errors and warnings about what has changed in a file; what was accepted before stays as it is."""
    changed = set(entry.changed)
    if entry.text("path") not in Path.values:
        return
    path = Path(entry.text("path"))
    stages = ROUTES[path].stages
    _stages_of_the_path(entry, path, changed, problems)
    for code in (reached, target):
        _order(entry, changed, [code(stage) for stage in stages], problems, column)
    _targets_stay(entry, changed, problems)
    _amounts(entry, changed, problems, column)
    _time_for_bidders(entry, changed, problems, column)
    accepted = reached(Stage.ACCEPTANCE)
    if accepted in changed and entry.day(accepted) and path == Path.PURCHASE and not has_lots:
        problems.warn(
            accepted,
            _("This procurement has no items, so no device is counted. Add an item."),
        )


def judge_lot(entry: RowEntry, problems: Problems, *, is_accepted: bool) -> None:
    """Errors about a lot. What an accepted file has brought stays as it came."""
    quantity = entry.number_in("quantity")
    if quantity is not None and quantity < 1:
        problems.refuse("quantity", _("Give how many devices: at least one."))
    moved = [code for code in DECIDES_WHAT_COMES if code in entry.changed]
    if entry.row and moved and is_accepted:
        problems.refuse(
            moved[0],
            _("The devices of this file have been accepted. Take the acceptance back first."),
        )


def _stages_of_the_path(entry: RowEntry, path: Path, changed: set[str], problems: Problems) -> None:
    for stage in Stage:
        for code in (reached(stage), target(stage)):
            if stage in ROUTES[path].stages:
                continue
            if entry.day(code) and changed & {code, "path"}:
                problems.refuse(
                    code,
                    _("The path “%(path)s” has no stage “%(stage)s”.")
                    % {"path": path.label, "stage": stage.label},
                )


def _order(
    entry: RowEntry, changed: set[str], codes: list[str], problems: Problems, column: ColumnOf
) -> None:
    """What comes later on the route has the same day or a later one."""
    before, latest = "", date.min
    for code in codes:
        day = entry.day(code)
        if day is None:
            continue
        if before and day < latest and changed & {code, before}:
            problems.warn(
                code if code in changed else before,
                _("“%(later)s” (%(day)s) lies before “%(earlier)s” (%(before)s).")
                % {
                    "later": column(code).heading(),
                    "day": column(code).show(day),
                    "earlier": column(before).heading(),
                    "before": column(before).show(latest),
                },
            )
        if day >= latest:
            before, latest = code, day


def _targets_stay(entry: RowEntry, changed: set[str], problems: Problems) -> None:
    for stage in TARGETED:
        if target(stage) in changed and not entry.day(target(stage)):
            problems.refuse(
                target(stage),
                _("A plan that was set is not removed. Set the date that is planned now."),
            )


def _amounts(entry: RowEntry, changed: set[str], problems: Problems, column: ColumnOf) -> None:
    before, most = "", 0
    for code, stage in AMOUNTS.items():
        amount = entry.number_in(code)
        if amount is None:
            continue
        if not entry.day(reached(stage)) and changed & {code, reached(stage)}:
            problems.refuse(
                code,
                _("Give the date too: “%(stage)s”. The amount is a part of that stage.")
                % {"stage": stage.label},
            )
        if before and amount > most and changed & {code, before}:
            problems.warn(
                code if code in changed else before,
                _("“%(more)s” (%(amount)s) is more than “%(less)s” (%(before)s).")
                % {
                    "more": column(code).heading(),
                    "amount": column(code).show(amount),
                    "less": column(before).heading(),
                    "before": column(before).show(most),
                },
            )
        before, most = code, amount


def _time_for_bidders(
    entry: RowEntry, changed: set[str], problems: Problems, column: ColumnOf
) -> None:
    posted = reached(Stage.INVITATION)
    closed = next((reached(stage) for stage in CLOSED_BY if entry.day(reached(stage))), "")
    posted_on, closed_on = entry.day(posted), entry.day(closed)
    if posted_on is None or closed_on is None:
        return
    # A price that nobody has recorded accuses nobody: it is taken as small.
    price = entry.number_in("approved") or entry.number_in("estimate") or 0
    selection = entry.text("selection") or Selection.OPEN_DOMESTIC
    least = minimum(selection, price)
    first = earliest_closing(posted_on, amount=price, selection=selection)
    involved = (closed, posted, "selection", "approved", "estimate")
    touched = next((code for code in involved if code in changed), None)
    if touched and least and first and closed_on < first:
        problems.warn(
            touched,
            _(
                "Posted on %(posted)s, bids may close on %(first)s at the earliest: bidders must"
                " have %(minimum)s (Bidding Law 22/2023, article 45)."
            )
            % {
                "posted": column(posted).show(posted_on),
                "first": column(posted).show(first),
                "minimum": least.words,
            },
        )
