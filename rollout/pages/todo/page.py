"""The page of what is to be done: one line for each thing, trouble first, answered in its place."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.listing import names
from rollout.pages.page import Page, SignedIn, page
from rollout.pages.todo.answers import IN_PLACE, Answer, action_of, answer_to, form_for
from rollout.pages.todo.reading import ALL, DECIDE, VIEWS, Chosen, lines_of, views_of
from rollout.pages.todo.records import names_of_returned
from rollout.pages.todo.told import Told, beside
from rollout.registers.todo import KINDS, LATE, WHEN, TodoItem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LINES_A_PAGE = 25
DECISIONS = 10  # a leader reads ten; the rest is counted, and on the pages after

NOW, ANY = "", "any"
WHENS: dict[str, "StrOrPromise"] = {
    NOW: pgettext_lazy("to be done", "now"),
    **WHEN,
    ANY: pgettext_lazy("to be done", "all of it"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with all that stands beside it."""

    line: TodoItem
    place: Any  # the facility; None: of none alone
    told: Told | None
    answer: Answer | None
    waiting: list[str]
    more_waiting: int
    milestones: list[str]
    holder: str
    record: str = ""  # in which a value was returned
    form: Any = None
    action: str = ""


@page(lambda access: access.opens_todo, section="todo", stored=False, by_area=True)
def todo(request: SignedIn, day: Day, access: Access) -> Page:
    """What is to be done, as this reader may see it. What the address asks for and there is not is refused."""
    views = views_of(access)
    view = request.GET.get("view", views[0])
    if view in VIEWS and view not in views:
        raise PermissionDenied
    facilities = names(day.as_of())
    by_code = {one.code: one.id for one in facilities.values()}
    asked = {name: request.GET.get(name, "") for name in ("when", "kind", "facility", "by")}
    allowed = {"when": WHENS, "kind": KINDS | {"": ""}, "by": ("", "facility"), "view": VIEWS}
    wrong = [
        asked.get(name, view)
        for name, known in allowed.items()
        if asked.get(name, view) not in known
    ]
    if asked["facility"] and asked["facility"] not in by_code:
        wrong.append(asked["facility"])
    if wrong:
        text = _("“%(text)s” is nothing that this list is chosen by.")
        problems = [("", [text % {"text": one[:40]} for one in wrong])]
        return "400.html", {"problems": problems}, 400

    everything = lines_of(view, day, access)
    chosen = Chosen(asked["when"], asked["kind"], by_code.get(asked["facility"]))
    found = [line for line in everything if chosen.takes(line, day)]
    query = {"view": view if view != views[0] else ""} | asked
    context: dict[str, Any] = {
        "view": view,
        "views": [(code, VIEWS[code]) for code in views],
        "first_view": views[0],
        "asked": asked,
        "facility": facilities.get(chosen.facility) if chosen.facility else None,
        "whens": _whens(everything, chosen, day),
        "kinds": _kinds(everything, chosen, day),
        "count": len(found),
        "late": sum(1 for line in found if line.days_late),
        "by": asked["by"],
        "pages_query": {name: value for name, value in query.items() if value},
    }
    size = DECISIONS if view == DECIDE else LINES_A_PAGE
    if asked["by"] == "facility":
        groups = _by_facility(found)
        some = Paginator(groups, LINES_A_PAGE).get_page(request.GET.get("page"))
        context["groups"] = [(facilities.get(pk), late, count) for pk, late, count in some if pk]
        context["of_none"] = next(((late, n) for pk, late, n in groups if pk is None), None)
        return "todo/todo.html", context | {"rows": some}
    rows = Paginator(found, size).get_page(request.GET.get("page"))
    context |= {
        "rows": rows,
        "rest": max(0, len(found) - rows.end_index()) if rows.number == 1 else 0,
        "lines": _shown(list(rows), request, day, access, context["pages_query"]),
        "change_set": uuid.uuid4(),
        "shows_place": not (view == "own" and len(access.spoken_for) == 1),
        "may_group": view == ALL,
    }
    return "todo/todo.html", context


def _whens(found: list[TodoItem], chosen: Chosen, day: Day) -> list[tuple[str, object, int]]:
    """Each time with how many lines it would show."""
    counts = Counter(x.when(day.on) for x in found if chosen.takes(x, day, without="when"))
    total = sum(counts.values())
    special = {NOW: total - counts["coming"], ANY: total}
    numbers = {code: special.get(code, counts[code]) for code in WHENS}
    return [
        (code, WHENS[code], number)
        for code, number in numbers.items()
        if number or code in (NOW, LATE, chosen.when)
    ]


def _kinds(found: list[TodoItem], chosen: Chosen, day: Day) -> list[tuple[str, object, int]]:
    counts = Counter(x.kind for x in found if chosen.takes(x, day, without="kind"))
    return [
        (code, label, counts[code])
        for code, label in KINDS.items()
        if counts[code] or code == chosen.kind
    ]


def _by_facility(found: list[TodoItem]) -> list[tuple[int | None, int, int]]:
    """Facility, how many are late, how many in all: in the order of the worst line of each."""
    groups: dict[int | None, list[TodoItem]] = defaultdict(list)
    for line in found:
        groups[line.facility_id].append(line)
    return [
        (pk, sum(1 for line in lines if line.days_late), len(lines)) for pk, lines in groups.items()
    ]


def _shown(
    lines: list[TodoItem], request: SignedIn, day: Day, access: Access, query: dict[str, str]
) -> list[Shown]:
    near = beside(lines, day)
    records = names_of_returned(request, lines, day, access)
    opened = request.GET.get("answer", "")
    found = []
    for line in lines:
        answer = answer_to(line, day, access, near)
        waiting = near.waiting(line)
        form = None
        if answer and answer.name == IN_PLACE and opened == line.thing:
            form = form_for(line, day, access)
        condition = near.conditions.get(line.thing)
        found.append(
            Shown(
                line=line,
                place=near.facilities.get(line.facility_id) if line.facility_id else None,
                record=records.get(line.thing, ""),
                told=near.told.get(line.thing),
                answer=answer,
                waiting=waiting,
                more_waiting=len(line.holds) - len(waiting),
                milestones=near.milestones(line),
                holder=condition.owner if condition else str(line.holder_name),
                form=form,
                action=action_of(line, access, back_address(day, query)) if form else "",
            )
        )
    return found


def back_address(day: Day, query: dict[str, str]) -> str:
    """This list again, on the same day and chosen alike."""
    asked = day.asked | query
    return f"{reverse('rollout:todo')}{'?' + urlencode(asked) if asked else ''}"
