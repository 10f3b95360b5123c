"""Directives as they stood on a day: who leads, by when, what was answered, whether they are closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities.models import Agency
from facilities.models.places import in_language
from facilities.reading_once import once
from facilities.working_days import WEEKENDS_ONLY, WorkingDays, working_days
from rollout.models import Directive, DirectiveDue, DirectiveEvent, Urging

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = DirectiveEvent.Kind

STATES = {
    "open": pgettext_lazy("directive", "open"),
    "answered": pgettext_lazy("directive", "answered, to be judged"),
    "returned": pgettext_lazy("directive", "answer returned"),
    "closed": pgettext_lazy("directive", "closed"),
}


@dataclass(frozen=True, slots=True)
class DirectiveOnDay:
    id: int
    code: str
    text_vi: str
    text_en: str
    issued_on: date
    issued_by: str
    session_id: int | None
    document_number: str
    lead: Agency | None  # None: those that take part carry it out together
    coordinating: tuple[Agency, ...]
    due_on: date | None  # None: no day was set
    first_due_on: date | None  # the day first promised
    moved: tuple[DirectiveDue, ...]
    events: tuple[DirectiveEvent, ...]  # in the order in which they happened
    urgings: int
    source: str
    assumed: str
    working: WorkingDays = WEEKENDS_ONLY

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)

    @property
    def agency_ids(self) -> set[int]:
        return {agency.pk for agency in self.agencies}

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """The leading one first."""
        return (self.lead, *self.coordinating) if self.lead else self.coordinating

    @property
    def answerable(self) -> tuple[Agency, ...]:
        """Who has to see to it: the leading agency, or all of them together."""
        return (self.lead,) if self.lead else self.coordinating

    @property
    def in_whose_hands(self) -> str:
        """The leading agency by name, or all of them, together."""
        if self.lead:
            return self.lead.name
        names = "; ".join(agency.name for agency in self.coordinating)
        return _("%(agencies)s, together") % {"agencies": names}

    @property
    def closed_on(self) -> date | None:
        return next((e.happened_on for e in self.events if e.kind == Kind.CLOSED), None)

    @property
    def newest_on(self) -> date:
        """The day of the newest entry about it; of its issue, before anything happened."""
        return self.events[-1].happened_on if self.events else self.issued_on

    @property
    def standing_answers(self) -> tuple[DirectiveEvent, ...]:
        """Answers that were not returned since: of each agency the latest."""
        found: dict[int | None, DirectiveEvent] = {}
        for event in self.events:
            if event.kind == Kind.ANSWERED:
                found[event.agency_id] = event
            elif event.kind == Kind.RETURNED and event.agency_id is None:
                found.clear()
            elif event.kind == Kind.RETURNED:
                found.pop(event.agency_id, None)
        return tuple(found.values())

    @property
    def state(self) -> str:
        """A key of STATES. Being overdue is no state: it is counted in days, see `days_late`."""
        if self.closed_on:
            return "closed"
        if self.standing_answers:
            return "answered"
        return "returned" if any(e.kind == Kind.RETURNED for e in self.events) else "open"

    @property
    def state_label(self) -> "StrOrPromise":
        return STATES[self.state]

    @property
    def was_moved(self) -> bool:
        return self.first_due_on != self.due_on

    def days_late(self, on: date) -> int:
        """Working days past its due day; 0 once it is closed, and without a due day."""
        return self.working.days_late(self.due_on, on, self.closed_on)


def directives(on: date, known_at: datetime | None = None) -> list[DirectiveOnDay]:
    """Directives issued by the day, open ones first, nearest due first: six queries."""
    return list(once(("directives", on, known_at), lambda: _directives(on, known_at)))


def _directives(on: date, known_at: datetime | None) -> list[DirectiveOnDay]:
    rows: Iterable[Any] = (  # with what is fetched beside each, under the names given here
        Directive.objects.known(known_at)
        .filter(issued_on__lte=on)
        .select_related("lead")
        .prefetch_related(
            "coordinating",
            Prefetch(
                "events",
                # Of one day, in the order in which they were written down.
                queryset=DirectiveEvent.objects.known(known_at)
                .filter(happened_on__lte=on)
                .select_related("agency", "document", "recorded_by")
                .order_by("happened_on", "recorded_at", "pk"),
                to_attr="happened",
            ),
        )
        .prefetch_related(
            Prefetch("dues", queryset=DirectiveDue.objects.in_force(on, known_at), to_attr="moved")
        )
        .prefetch_related(
            Prefetch(
                "urgings",
                queryset=Urging.objects.known(known_at).filter(happened_on__lte=on),
                to_attr="urged",
            ),
        )
    )
    working = working_days(known_at)
    found = [
        DirectiveOnDay(
            id=row.pk,
            code=row.code,
            text_vi=row.name_vi,
            text_en=row.name_en,
            issued_on=row.issued_on,
            issued_by=row.issued_by,
            session_id=row.session_id,
            document_number=row.document_number,
            lead=row.lead,
            coordinating=tuple(sorted(row.coordinating.all(), key=lambda agency: agency.code)),
            due_on=row.moved[-1].due_on if row.moved else row.due_on,
            first_due_on=row.due_on or (row.moved[0].due_on if row.moved else None),
            moved=tuple(row.moved),
            events=tuple(row.happened),
            urgings=len(row.urged),
            source=row.source,
            assumed=row.assumed,
            working=working,
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda d: (d.closed_on is not None, d.due_on or date.max, d.issued_on, d.code)
    )
