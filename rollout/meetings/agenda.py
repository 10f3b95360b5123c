"""The agenda of a working session, drawn from the registers as they stand on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf, FacilityOnDay
from facilities.working_days import working_days_of
from rollout.figures.contradictions import contradictions
from rollout.models import AgendaItem, WorkingSession
from rollout.programme.councils import meetings
from rollout.programme.deadlines import deadlines
from rollout.programme.directives.promises import carried_over
from rollout.programme.obstacles import obstacles
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.obstacles.reading import days_since
from rollout.publishing.brief.links import Links

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COUNCILS_AHEAD = timedelta(days=14)
MOST = 8  # lines of one part; how many more there are is said

PARTS = {
    "items": _("Put on the agenda"),
    "directives": _("Directives carried over"),
    "obstacles": _("Open obstacles"),
    "councils": _(
        "Councils of the next two weeks, and those whose day passed without a conclusion"
    ),
    "late": _("What is late longest"),
    "contradictions": _("Records that contradict each other, and steps passed over"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`days`: working days overdue, or days since an obstacle holds; 0 where that says nothing."""

    text: str
    href: str = ""
    who: str = ""
    on: date | None = None
    days: int = 0
    row: AgendaItem | None = None  # one put there by hand


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    lines: tuple[Line, ...]
    more: int

    @property
    def label(self) -> "StrOrPromise":
        return PARTS[self.code]


def agenda(
    session: WorkingSession, as_of: AsOf, programmes: frozenset[int] = frozenset()
) -> list[Part]:
    """The parts that have something to say. The number of queries does not depend on how much.

    `as_of`: of the facilities of its province; `programmes`: of that province, where there are several.
    """
    link = Links(as_of.until, as_of.known_at)
    names = as_of.so_far(as_of.until)
    lines = {
        "items": _items(session, as_of),
        "directives": _directives(session, as_of, link, programmes),
        "obstacles": _obstacles(as_of, link),
        "councils": _councils(as_of, link, names),
        "late": _late(as_of, link, names),
        "contradictions": (
            Line(str(found.said), found.mend_url) for found in contradictions(as_of)
        ),
    }
    found = {code: list(some) for code, some in lines.items()}
    return [
        Part(code, tuple(some[:MOST]), max(0, len(some) - MOST))
        for code, some in found.items()
        if some
    ]


def _items(session: WorkingSession, as_of: AsOf) -> Iterator[Line]:
    for item in AgendaItem.objects.known(as_of.known_at).filter(session=session).order_by("pk"):
        yield Line(item.name, row=item)


def _directives(
    session: WorkingSession, as_of: AsOf, link: Links, programmes: frozenset[int]
) -> Iterator[Line]:
    on = as_of.until
    for one in carried_over(directives_of(as_of, programmes), session.held_on):
        yield Line(
            one.text,
            link.to("directive", one.code),
            one.in_whose_hands,
            one.due_on,
            one.days_late(on),
        )


def _obstacles(as_of: AsOf, link: Links) -> Iterator[Line]:
    for one in obstacles(as_of):
        if one.cleared_on is None:
            yield Line(
                one.name,
                link.to("obstacle", one.code),
                str(one.agency or one.supplier or ""),
                one.since,
                days_since(one.since, as_of.until),
            )


def _councils(as_of: AsOf, link: Links, names: dict[int, FacilityOnDay]) -> Iterator[Line]:
    on, working = as_of.until, working_days_of(as_of)
    near = [
        (m.scheduled_on, m)
        for m in meetings(as_of)
        if m.awaited and m.scheduled_on and m.scheduled_on <= on + COUNCILS_AHEAD
    ]
    for scheduled_on, one in sorted(near, key=lambda found: (found[0], found[1].code)):
        place = names.get(one.facility_id)
        yield Line(
            place.name if place else one.code,
            link.to("council", one.code),
            str(one.level_label),
            scheduled_on,
            working.days_late(scheduled_on, on),
        )


def _late(as_of: AsOf, link: Links, names: dict[int, FacilityOnDay]) -> Iterator[Line]:
    on = as_of.until
    late = [d for d in deadlines(as_of) if d.days_late(on) and d.rule != "directive"]
    for one in sorted(late, key=lambda d: (d.due_on, d.subject)):
        place = names.get(one.facility_id) if one.facility_id else None
        href = link.to("facility", place.code) if place else link.to("deadline-list")
        yield Line(str(one.what), href, place.name if place else "", one.due_on, one.days_late(on))
