"""Directives as they stood on a day: who leads, by when, whether they are closed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch

from facilities.models import Agency
from facilities.models.places import in_language
from rollout.models import Directive, DirectiveDue, DirectiveEvent


@dataclass(frozen=True, slots=True)
class DirectiveOnDay:
    id: int
    code: str
    text_vi: str
    text_en: str
    issued_on: date
    issued_by: str
    lead: Agency
    coordinating: tuple[Agency, ...]
    due_on: date | None  # None: no day was set
    first_due_on: date | None  # the day first promised
    closed_on: date | None
    newest_on: date
    source: str
    assumed: str

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)

    @property
    def agency_ids(self) -> set[int]:
        return {self.lead.pk, *(agency.pk for agency in self.coordinating)}

    def days_late(self, on: date) -> int:
        if self.due_on is None or self.closed_on is not None:
            return 0
        return max(0, (on - self.due_on).days)


def directives(on: date, known_at: datetime | None = None) -> list[DirectiveOnDay]:
    """Directives issued by the day, open ones first, nearest due first: four queries."""
    rows = (
        Directive.objects.known(known_at)
        .filter(issued_on__lte=on)
        .select_related("lead")
        .prefetch_related(
            "coordinating",
            Prefetch(
                "events",
                queryset=DirectiveEvent.objects.known(known_at)
                .filter(happened_on__lte=on)
                .order_by("happened_on"),
                to_attr="happened",
            ),
            Prefetch("dues", queryset=DirectiveDue.objects.in_force(on, known_at), to_attr="moved"),
        )
    )
    found = [
        DirectiveOnDay(
            id=row.pk,
            code=row.code,
            text_vi=row.name_vi,
            text_en=row.name_en,
            issued_on=row.issued_on,
            issued_by=row.issued_by,
            lead=row.lead,
            coordinating=tuple(row.coordinating.all()),
            due_on=row.moved[-1].due_on if row.moved else row.due_on,
            first_due_on=row.due_on or (row.moved[0].due_on if row.moved else None),
            closed_on=next(
                (e.happened_on for e in row.happened if e.kind == DirectiveEvent.Kind.CLOSED), None
            ),
            newest_on=row.happened[-1].happened_on if row.happened else row.issued_on,
            source=row.source,
            assumed=row.assumed,
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda d: (d.closed_on is not None, d.due_on or date.max, d.issued_on, d.code)
    )
