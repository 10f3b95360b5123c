"""The rungs of evidence: how well a fact is proven. Derived from the row, never typed by anyone."""

from datetime import date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from facilities.models import Document, Record


class Rung(IntEnum):
    """From weakest to strongest; the order matters, the numbers are stored nowhere."""

    ASSUMED = 0  # sample data: no source says which facility or on which day
    REPORTED = 1  # somebody entered it
    DOCUMENTED = 2  # a paper is attached
    CHECKED = 3  # the Department compared it with the paper
    DECIDED = 4  # an evaluation council ruled on it

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> "StrPromise":
        return RUNG_LABELS[self]


RUNG_LABELS = {
    Rung.ASSUMED: pgettext_lazy("evidence", "assumed"),
    Rung.REPORTED: pgettext_lazy("evidence", "reported"),
    Rung.DOCUMENTED: pgettext_lazy("evidence", "documented"),
    Rung.CHECKED: pgettext_lazy("evidence", "checked"),
    Rung.DECIDED: pgettext_lazy("evidence", "decided"),
}

RUNG_EXPLANATIONS = {
    Rung.ASSUMED: _(
        "Sample data: no source says which facility or on which day, or it is invented."
    ),
    Rung.REPORTED: _("Somebody entered it; no document is attached."),
    Rung.DOCUMENTED: _("A document is attached: number, issuer and date."),
    Rung.CHECKED: _("The Department has compared it with the document."),
    Rung.DECIDED: _("An evaluation council ruled on it."),
}


class Assumed:
    """Which part of a row no source gives."""

    NOTHING = ""
    DATE = "date"
    WHICH = "which"
    ALL = "all"

    CHOICES = [
        (NOTHING, _("Nothing: a source gives it")),
        (DATE, _("The day: a source says that it happened, not when")),
        (WHICH, _("The facility: a source gives the number, not which ones")),
        (ALL, _("Everything: sample data")),
    ]


def rung_expression(known_at: datetime | None = None, on: date | None = None) -> Case:
    """SQL for the rung of a row on day `on`, as it was known at `known_at` (None: now).

    A check against the paper outweighs an earlier assumption: the checker saw the paper. A paper
    that says that something had happened, but not when, proves it from the paper's own day on;
    before that day (or without a day to look at) the row is an assumption. A paper that was withdrawn
    proves nothing.
    """
    checked = Q(checked_at__isnull=False) if known_at is None else Q(checked_at__lte=known_at)
    assumed = Q(assumed__in=(Assumed.WHICH, Assumed.ALL))
    day_assumed = Q(assumed=Assumed.DATE)
    standing = Q(document__withdrawn_at__isnull=True)
    if known_at is not None:
        standing |= Q(document__withdrawn_at__gt=known_at)
    if on is not None:
        day_assumed &= Q(document__issued_on__isnull=True) | Q(document__issued_on__gt=on)
    return Case(
        When(checked, then=Value(int(Rung.CHECKED))),
        When(assumed | day_assumed, then=Value(int(Rung.ASSUMED))),
        When(Q(document__isnull=False) & standing, then=Value(int(Rung.DOCUMENTED))),
        default=Value(int(Rung.REPORTED)),
        output_field=IntegerField(),
    )


def rung_of(record: "Record", known_at: datetime | None = None, on: date | None = None) -> Rung:
    """The same rule for one loaded row."""
    checked_at = record.checked_at
    if checked_at is not None and (known_at is None or checked_at <= known_at):
        return Rung.CHECKED
    if record.assumed in (Assumed.WHICH, Assumed.ALL):
        return Rung.ASSUMED
    if record.assumed == Assumed.DATE and not (on and _issued_by(record.document, on)):
        return Rung.ASSUMED
    return Rung.DOCUMENTED if _stands(record.document, known_at) else Rung.REPORTED


def _issued_by(paper: "Document | None", on: date) -> bool:
    return paper is not None and paper.issued_on is not None and paper.issued_on <= on


def _stands(paper: "Document | None", known_at: datetime | None) -> bool:
    """Whether there is a paper that was not withdrawn itself."""
    if paper is None:
        return False
    withdrawn_at = paper.withdrawn_at
    return withdrawn_at is None or (known_at is not None and withdrawn_at > known_at)
