"""One line of what is to be done, its order, and the groups that lines are chosen by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rollout.programme.late import trouble
from rollout.registers import drafts

SOON_DAYS = timedelta(days=14)

# Kinds, in the order of lines that are equally late.
KINDS = {
    "legal": _("Legal deadline"),
    "directive": _("Directive"),
    "obstacle": pgettext_lazy("one", "Obstacle"),
    "council": _("Council meeting"),
    "condition": _("Condition of a council"),
    "returned": pgettext_lazy("to be done", "Returned"),
    "report": _("Weekly report"),
    "stage": _("Procurement"),
    "milestone": _("Milestone"),
    "paper": _("Document"),
    "expiry": _("Expiry of digital signatures"),
    "campaign": _("Campaign of digital signatures"),
    "request": _("Digital signatures to ask for"),
    "certificates": _("Digital signatures to hand over or test"),
    "connection": pgettext_lazy("one", "Connection"),
    "devices": pgettext_lazy("of a norm", "Devices"),
    "signal": _("Signals of a connection"),
    "job": _("Periodic job"),
}
ORDER = {kind: rank for rank, kind in enumerate(KINDS)}

LATE, SOON, COMING, UNDATED = "late", "soon", "coming", "undated"
WHEN = {
    LATE: pgettext_lazy("to be done", "overdue"),
    SOON: pgettext_lazy("to be done", "within 14 days"),
    COMING: pgettext_lazy("to be done", "later, up to 90 days"),
    UNDATED: pgettext_lazy("to be done", "without a date"),
}

# Who has it.
FACILITY, DEPARTMENT, AGENCY, OTHERS, NOBODY = "facility", "department", "agency", "others", ""


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing to be done.

    `thing`: its key, see `rollout.programme.late.thing_of`. `row` None: it is answered by a report, on
    a list of its own (`step`), or on the page of `code`. `latest_on`: the latest day for its next step,
    by which nobody is late. `more`: further steps of the same thing that are owed within 90 days.
    """

    kind: str
    what: object  # lazily translated
    thing: str = ""
    facility_id: int | None = None
    due_on: date | None = None
    days_late: int = 0
    because: object = ""
    assumed: bool = False  # no source gives the day it is due
    register: str = ""
    row: int | None = None
    cells: tuple[str, ...] = ()
    step: str = ""
    code: str = ""
    more: int = 0
    latest_on: date | None = None
    holder: str = FACILITY
    holder_name: object = ""
    agencies: frozenset[int] = frozenset()  # whose part it is
    leads: frozenset[int] = frozenset()  # those of them that have to see to it
    holds: frozenset[int] = frozenset()  # facilities that wait for it
    milestones: tuple[str, ...] = ()  # what they cannot reach before
    since: date | None = None  # since when it is waited for, where it has no day

    @property
    def form(self) -> str:
        """The name of the form that answers it, which is that of its draft."""
        return drafts.of_row(self.register, self.row, self.cells)

    def when(self, on: date) -> str:
        """A key of WHEN."""
        if self.days_late:
            return LATE
        if self.due_on is None:
            return UNDATED
        return SOON if self.due_on <= on + SOON_DAYS else COMING


def in_order(found: Iterable[TodoItem]) -> list[TodoItem]:
    """Trouble first: longest late, then the nearest day, then what has none, by kind."""
    return sorted(
        found,
        key=lambda line: (
            *trouble(line.days_late, line.due_on, ORDER[line.kind]),
            line.since or date.max,
            line.thing,
        ),
    )
