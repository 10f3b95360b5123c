"""What is to be done that belongs to no one facility: directives, obstacles, the law; and what is watched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from facilities.as_of import AsOf
from facilities.lazy_texts import lazily
from facilities.models.places import in_language
from facilities.timeline import Deadline
from facilities.working_days import working_days_of
from rollout.models import Alert, SolutionOutcome
from rollout.notices import alerts, watching
from rollout.programme import must_start
from rollout.programme.directives import DirectiveOnDay
from rollout.programme.late import AHEAD, days_late, thing_of
from rollout.programme.obstacles import ObstacleOnDay
from rollout.registers.todo.lines import (
    AGENCY,
    DEPARTMENT,
    FACILITY,
    NOBODY,
    OTHERS,
    TodoItem,
)

_named = lazily(in_language)

KIND_OF = {
    must_start.FILE: "stage",
    must_start.MILESTONE: "milestone",
    must_start.REQUEST: "request",
    watching.GATEWAY: "signal",
    watching.JOB: "job",
}


@dataclass(frozen=True)
class Steering:
    """What a reader sees of the programme: see who asks for it."""

    directives: Iterable[DirectiveOnDay] = ()
    obstacles: Iterable[ObstacleOnDay] = ()
    laws: Iterable[Deadline] = ()


def of_the_programme(steering: Steering, as_of: AsOf) -> Iterator[TodoItem]:
    """Open directives and obstacles, and the law that is not met, once each.

    An obstacle that an open directive was given to solve is the same thing as the directive: one line,
    with the directive's day and whom the obstacle holds. One query.
    """
    on = as_of.until
    standing = {one.id: one for one in steering.obstacles if one.cleared_on is None}
    given = [one for one in steering.directives if one.closed_on is None]
    solved = _solved_by(as_of) if given and standing else {}
    named: set[int] = set()
    for directive in given:
        about = [standing[pk] for pk in sorted(solved.get(directive.id, ())) if pk in standing]
        named |= {one.id for one in about}
        yield _of_directive(directive, about, on)
    for obstacle in standing.values():
        if obstacle.id not in named:
            yield _of_obstacle(obstacle)
    for law in steering.laws:
        if law.done_on is None:
            yield TodoItem(
                kind="legal",
                thing=law.subject,
                what=law.what,
                due_on=law.due_on,
                days_late=days_late(law.rule, law.due_on, on, law.working),
                holder=DEPARTMENT,
            )


def _solved_by(as_of: AsOf) -> Mapping[int, set[int]]:
    """By directive, the obstacles whose solutions it took up by the day."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = SolutionOutcome.objects.known(as_of.known_at).filter(
        happened_on__lte=as_of.until,
        directive__isnull=False,
        solution__obstacle__isnull=False,
        solution__withdrawn_at__isnull=True,
    )
    for directive, obstacle in rows.values_list("directive_id", "solution__obstacle_id"):
        found[directive].add(obstacle)
    return found


def _of_directive(directive: DirectiveOnDay, about: Iterable[ObstacleOnDay], on: date) -> TodoItem:
    about = list(about)
    held, milestones = _held(about)
    answerable = directive.answerable
    return TodoItem(
        kind="directive",
        thing=f"directive:{directive.id}",
        what=_named(directive.text_vi, directive.text_en),
        because=_named(about[0].name_vi, about[0].name_en) if about else "",
        due_on=directive.due_on,
        days_late=directive.days_late(on),
        code=directive.code,
        holder=AGENCY if answerable else NOBODY,
        holder_name=_together(tuple((one.name_vi, one.name_en) for one in answerable)),
        agencies=frozenset(directive.agency_ids) | {o.agency_id for o in about if o.agency_id},
        leads=frozenset(agency.pk for agency in answerable),
        holds=held,
        milestones=milestones,
        since=directive.issued_on,
        step=directive.state,
    )


def _of_obstacle(obstacle: ObstacleOnDay) -> TodoItem:
    held, milestones = _held([obstacle])
    names: tuple[tuple[str, str], ...] = ()
    if obstacle.agency_id:
        names += ((obstacle.agency_vi, obstacle.agency_en),)
    if obstacle.supplier:
        names += ((obstacle.supplier, obstacle.supplier),)
    named = frozenset({obstacle.agency_id} if obstacle.agency_id else ())
    holder = AGENCY if obstacle.agency_id else OTHERS if names else NOBODY
    return TodoItem(
        kind="obstacle",
        thing=f"obstacle:{obstacle.id}",
        what=_named(obstacle.name_vi, obstacle.name_en),
        code=obstacle.code,
        holder=holder,
        holder_name=_together(names),
        agencies=named,
        leads=named,
        holds=held,
        milestones=milestones,
        since=obstacle.since,
    )


def _held(obstacles: Iterable[ObstacleOnDay]) -> tuple[frozenset[int], tuple[str, ...]]:
    """Which facilities are held today, and before which milestones."""
    standing = [hold for one in obstacles for hold in one.holds if hold.until is None]
    milestones = dict.fromkeys(hold.milestone for hold in standing)
    return frozenset(hold.facility_id for hold in standing), tuple(milestones)


def _together_text(names: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(in_language(vi, en) for vi, en in names)


_together = lazily(_together_text)


def of_alerts(lines: Iterable[TodoItem], standing: Iterable[Alert], as_of: AsOf) -> list[TodoItem]:
    """The lines with what alerts warn of beside deadlines: latest days, connections and jobs gone silent.

    A latest day is told on the line of its thing; a thing of which nothing else is owed gets a line
    without a day. `standing`: alerts of the reader's facilities on the day.
    """
    on, working = as_of.until, working_days_of(as_of)
    found = {line.thing: line for line in lines}
    for alert in standing:
        if alert.rule not in KIND_OF:
            continue
        thing = thing_of(alert.subject)
        if alert.rule in AHEAD:
            line = found.get(thing) or _warned(alert, thing)
            if line.latest_on is None or alert.due_on < line.latest_on:
                found[thing] = replace(line, latest_on=alert.due_on)
        elif thing not in found:
            found[thing] = TodoItem(
                kind=KIND_OF[alert.rule],
                thing=thing,
                what=_worded(alert),
                facility_id=alert.facility_id,
                due_on=alert.due_on,
                days_late=days_late(alert.rule, alert.due_on, on, working),
                holder=FACILITY if alert.facility_id else DEPARTMENT,
            )
    return list(found.values())


def _warned(alert: Alert, thing: str) -> TodoItem:
    kind = KIND_OF[alert.rule]
    row = int(thing.rpartition(":")[2])
    register = {"stage": "procurements", "milestone": "milestones"}.get(kind, "")
    return TodoItem(
        kind=kind,
        thing=thing,
        what=_worded(alert),
        facility_id=alert.facility_id,
        register=register,
        row=row if register else None,
    )


def _worded(alert: Alert) -> object:
    """Its words without the facility, which the line names anyway."""
    vi, en = alert.what_vi, alert.what_en
    if alert.facility_id:
        vi, en = (text.partition(": ")[2] or text for text in (vi, en))
    return _named(vi, en)


def standing_alerts(as_of: AsOf) -> list[Alert]:
    """The alerts of what deadlines do not say, of these facilities and on the day: one query."""
    rows = alerts.standing(as_of.until, as_of.known_at).filter(rule__in=list(KIND_OF))
    return list(rows if as_of.facility_ids is None else as_of.only(rows))
