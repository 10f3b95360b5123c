"""What is wrong, or odd, with the days and the money of a procurement file."""

from collections.abc import Callable

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

ColumnOf = Callable[[str], Column]


def reached(stage: Stage) -> str:
    """The column of the day on which a stage was reached."""
    return f"reached-{stage.value.replace('_', '-')}"


def target(stage: Stage) -> str:
    """The column of the day for which a stage is planned."""
    return f"target-{stage.value.replace('_', '-')}"


def judge(entry: RowEntry, problems: Problems, column: ColumnOf, *, has_lots: bool) -> None:
    """Errors and warnings about what has changed in a file; what was accepted before stays as it is."""
    new, changed = entry.new, set(entry.changed)
    route = ROUTES.get(new.get("path"))
    if route is None:
        return
    _stages_of_the_path(new, changed, problems)
    for code in (reached, target):
        _order(new, changed, [code(stage) for stage in route.stages], problems, column)
    _targets_stay(new, changed, problems)
    _amounts(new, changed, problems, column)
    _time_for_bidders(new, changed, problems, column)
    accepted = reached(Stage.ACCEPTANCE)
    if accepted in changed and new.get(accepted) and new["path"] == Path.PURCHASE and not has_lots:
        problems.warn(
            accepted,
            _("The file has no lots: nothing says which devices come, and none is counted."),
        )


def _stages_of_the_path(new, changed, problems) -> None:
    route = ROUTES[new["path"]]
    for stage in Stage:
        for code in (reached(stage), target(stage)):
            if stage not in route.stages and new.get(code) and changed & {code, "path"}:
                problems.refuse(
                    code,
                    _("The path “%(path)s” has no stage “%(stage)s”.")
                    % {"path": Path(new["path"]).label, "stage": stage.label},
                )


def _order(new, changed, codes: list[str], problems, column: ColumnOf) -> None:
    """What comes later on the route has the same day or a later one."""
    before = None
    for code in codes:
        day = new.get(code)
        if day is None:
            continue
        if before is not None and day < new[before] and changed & {code, before}:
            problems.warn(
                code if code in changed else before,
                _("“%(later)s” (%(day)s) lies before “%(earlier)s” (%(before)s).")
                % {
                    "later": column(code).heading(),
                    "day": column(code).show(day),
                    "earlier": column(before).heading(),
                    "before": column(before).show(new[before]),
                },
            )
        if before is None or day >= new[before]:
            before = code


def _targets_stay(new, changed, problems) -> None:
    for stage in TARGETED:
        if target(stage) in changed and not new.get(target(stage)):
            problems.refuse(
                target(stage),
                _("A plan that was set is not removed. Set the day that is planned now."),
            )


def _amounts(new, changed, problems, column: ColumnOf) -> None:
    before = None
    for code, stage in AMOUNTS.items():
        amount = new.get(code)
        if amount is None:
            continue
        if not new.get(reached(stage)) and changed & {code, reached(stage)}:
            problems.refuse(
                code,
                _("Give the day too: “%(stage)s”. The amount is a part of that stage.")
                % {"stage": stage.label},
            )
        if before is not None and amount > new[before] and changed & {code, before}:
            problems.warn(
                code if code in changed else before,
                _("“%(more)s” (%(amount)s) is more than “%(less)s” (%(before)s).")
                % {
                    "more": column(code).heading(),
                    "amount": column(code).show(amount),
                    "less": column(before).heading(),
                    "before": column(before).show(new[before]),
                },
            )
        before = code


def _time_for_bidders(new, changed, problems, column: ColumnOf) -> None:
    posted = reached(Stage.INVITATION)
    closed = next((reached(stage) for stage in CLOSED_BY if new.get(reached(stage))), None)
    if not new.get(posted) or not closed:
        return
    # A price that nobody has recorded accuses nobody: it is taken as small.
    price = new.get("approved") or new.get("estimate") or 0
    selection = new.get("selection") or Selection.OPEN_DOMESTIC
    first = earliest_closing(new[posted], amount=price, selection=selection)
    involved = (closed, posted, "selection", "approved", "estimate")
    touched = next((code for code in involved if code in changed), None)
    if touched and first and new[closed] < first:
        problems.warn(
            touched,
            _(
                "Posted on %(posted)s, bids may close on %(first)s at the earliest: bidders must"
                " have %(minimum)s (Bidding Law 22/2023, article 45)."
            )
            % {
                "posted": column(posted).show(new[posted]),
                "first": column(posted).show(first),
                "minimum": minimum(selection, price).words,
            },
        )
