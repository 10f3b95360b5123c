"""The steps of a row that goes a way: which of its cells belong to each, which comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import pgettext_lazy

from facilities.exchange.columns import Value

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Paper(models.TextChoices):
    """What a paper that proves a step is. It stands in the title of the document."""

    DECISION = "decision", pgettext_lazy("kind of paper", "Decision")
    SUBMISSION = "submission", pgettext_lazy("kind of paper", "Submission")
    PLAN = "plan", pgettext_lazy("kind of paper", "Plan")
    MINUTES = "minutes", pgettext_lazy("kind of paper", "Minutes")
    CONTRACT = "contract", pgettext_lazy("kind of paper", "Contract")
    REPORT = "report", pgettext_lazy("kind of paper", "Report")
    NOTICE = "notice", pgettext_lazy("kind of paper", "Notice")
    LETTER = "letter", pgettext_lazy("kind of paper", "Official letter")
    OTHER = "other", pgettext_lazy("kind of paper", "Another document")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a row. `day`, `values`, `number`, `planned`: columns of its register.

    It is reached once `day` has a value. `values`: what it fixes besides, as money or a conclusion.
    `number`: where the register tells the number of the paper. `paper`: what proves it as a rule.
    """

    code: str
    label: "StrOrPromise"
    day: str
    values: tuple[str, ...] = ()
    number: str = ""
    planned: str = ""
    paper: Paper = Paper.OTHER
    elsewhere: "StrOrPromise" = ""  # why it is not recorded with this row, and where

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.planned, self.day, *self.values, self.number)))


@dataclass(frozen=True, slots=True)
class Ahead:
    """The steps that a row has yet to take, in their order."""

    next: Step | None  # the first after the furthest reached
    passed_over: tuple[Step, ...] = ()  # not on record, though a later one is
    later: tuple[Step, ...] = ()

    @property
    def open(self) -> tuple[Step, ...]:
        """All that can be recorded with this row, the next one first."""
        first = (self.next,) if self.next else ()
        return tuple(s for s in (*first, *self.passed_over, *self.later) if not s.elsewhere)

    def chosen(self, code: str = "") -> Step | None:
        """The open step of that code; without one the next, or the first passed over where all
        others are on record. None: it is not open, or the next is recorded elsewhere."""
        if not code and self.next and self.next.elsewhere:
            return None
        return next((step for step in self.open if code in ("", step.code)), None)


NOTHING_AHEAD = Ahead(None)


def ahead(steps: Iterable[Step], values: Mapping[str, Value]) -> Ahead:
    """Which steps come next, by the cells of the row."""
    steps = tuple(steps)
    places = [place for place, step in enumerate(steps, 1) if values.get(step.day)]
    taken = max(places, default=0)
    coming = steps[taken:]
    return Ahead(
        next=coming[0] if coming else None,
        passed_over=tuple(step for step in steps[:taken] if not values.get(step.day)),
        later=coming[1:],
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Columns that a form shows together. `folded`: it opens on demand, since it is rarely asked."""

    title: "StrOrPromise"
    columns: tuple[str, ...]
    folded: bool = False


def parts_of(steps: Iterable[Step]) -> tuple[Part, ...]:
    """A form grouped by step."""
    return tuple(Part(step.label, step.cells) for step in steps)
