"""What the session heard and decided: obstacles, solutions, conclusion, directives; and the law."""

from collections.abc import Iterator

from equipment.money import APPROVED, AWARDED, ESTIMATED, PAID, money_of, total
from facilities.models import Agency
from rollout.figures.awaited import late_facilities
from rollout.models import SessionConclusion
from rollout.programme.directives.choosing import given_at
from rollout.programme.directives.reading import DirectiveOnDay
from rollout.programme.obstacles import ObstacleOnDay, days_lost
from rollout.programme.obstacles.choosing import raised_at, standing
from rollout.programme.obstacles.solutions import SolutionOnDay, of_session
from rollout.programme.obstacles.solutions import solutions as solutions_on
from rollout.publishing.brief.sentences.source import Source, among, facility_name
from rollout.publishing.brief.values import (
    Assumed,
    Count,
    Day,
    Name,
    Sentence,
    Several,
    Value,
)


def difficulties(source: Source) -> Iterator[Sentence]:
    """Those raised at the session one by one, then all that stand open, by their cost."""
    raised = _raised(source)
    if source.session is not None and raised:
        for whom, rows_of_one in _by_whom(raised):
            href = source.link.to(
                "obstacle-list", raised=source.session.pk, by=whom, counting="obstacles"
            )
            of_one = {
                "number": Count(href, len(rows_of_one)),
                "whom": Name(href, whom, rows_of_one[0].raised_by_en),
            }
            yield Sentence("obstacles_raised", of_one, len(rows_of_one))
            for row in rows_of_one:
                yield _obstacle(source, row)
    elif source.session is not None:
        yield Sentence("obstacles_not_raised")
    opened = standing(source.obstacles)
    if not opened:
        yield Sentence("obstacles_none_open")
        return
    href = source.link.to("obstacle-list", show="open", counting="obstacles")
    lost = source.link.to("obstacle-list", counting="lost")
    values: dict[str, Value] = {
        "number": Count(href, len(opened)),
        "days": Count(lost, days_lost(source.obstacles, source.on)),
    }
    # The days lost rest on whom they hold since when.
    unsure = any(hold.assumed for o in source.obstacles for hold in o.holds)
    code = "obstacles_open"
    if source.progress.area:
        area = Name(href, source.progress.name_vi, source.progress.name_en)
        code, values = "obstacles_open_in", values | {"area": area}
    yield Sentence(code, values, len(opened), Assumed(lost) if unsure else None)


def _by_whom(raised: list[ObstacleOnDay]) -> list[tuple[str, list[ObstacleOnDay]]]:
    """What each of those who spoke raised: whoever raised most comes first."""
    found: dict[str, list[ObstacleOnDay]] = {}
    for one in raised:
        found.setdefault(one.raised_by, []).append(one)
    return sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))


def _raised(source: Source) -> list[ObstacleOnDay]:
    if source.session is None:
        return []
    return raised_at(source.obstacles, source.session.pk)


def _obstacle(source: Source, obstacle: ObstacleOnDay) -> Sentence:
    href = source.link.to("obstacle", obstacle.code)
    values = {
        "obstacle": Name(href, obstacle.name_vi, obstacle.name_en),
        "facilities": Count(f"{href}#held", len(obstacle.facility_ids)),
    }
    if obstacle.cleared_on:
        return Sentence("obstacle_cleared", values | {"day": Day(href, obstacle.cleared_on)})
    code = "obstacle_holding" if obstacle.facility_ids else "obstacle"
    if obstacle.agency_vi:
        values["agency"] = Name(href, obstacle.agency_vi, obstacle.agency_en)
        code += "_by_agency"
    unsure = len(obstacle.assumed_facility_ids)
    assumed = Assumed(f"{href}#assumed", unsure) if unsure else None
    return Sentence(code, values, len(obstacle.facility_ids), assumed)


def solutions(source: Source) -> Iterator[Sentence]:
    """What was proposed at the session, or against what was raised at it, and what became of it."""
    session = source.session
    if session is None:
        return
    raised = {one.id: one for one in _raised(source)}
    found = of_session(solutions_on(source.as_of), session.pk, raised)
    known = {one.id: one for one in source.obstacles}
    for one in found:
        yield _solution(source, one, known.get(one.obstacle_id) if one.obstacle_id else None)
    if raised and not found:
        yield Sentence("solutions_unknown")


def _solution(source: Source, one: SolutionOnDay, obstacle: ObstacleOnDay | None) -> Sentence:
    href = (
        source.link.to("obstacle", obstacle.code, counting="solutions")
        if obstacle
        else source.link.to("session", one.session_id, counting="solutions")
    )
    values: dict[str, Value] = {
        "text": Name(href, one.text_vi.rstrip("."), one.text_en.rstrip(".")),
        "whom": Name(href, one.whom_vi, one.whom_en),
    }
    about = ""
    if obstacle:
        values["obstacle"] = Name(href, obstacle.name_vi, obstacle.name_en)
        about = "_of_obstacle"
    assumed = Assumed(href) if one.assumed else None
    if one.directive:
        taken = source.link.to("directive", one.directive.code)
        values["directive"] = Name(taken, one.directive.code, one.directive.code)
        values["day"] = Day(href, one.settled_on)
        return Sentence(f"solution{about}_taken", values, assumed=assumed)
    if one.settled_on:
        values["because"] = Name(href, one.because, one.because)
        values["day"] = Day(href, one.settled_on)
        return Sentence(f"solution{about}_dropped", values, assumed=assumed)
    return Sentence(f"solution{about}", values, assumed=assumed)


def conclusion(source: Source) -> Iterator[Sentence]:
    session = source.session
    if session is None or session.held_on > source.on:
        return
    href = source.link.to("session", session.pk)
    chair = Name(href, session.chair, session.chair_en)
    row = SessionConclusion.objects.known(source.known_at).filter(session=session).last()
    if row is None:
        yield Sentence("conclusion_none", {"chair": chair})
    else:
        yield Sentence("conclusion", {"chair": chair, "text": Name(href, row.text_vi, row.text_en)})


def orders(source: Source) -> Iterator[Sentence]:
    """The directives born from the session."""
    if source.session is None:
        return
    found = given_at(source.directives, source.session.pk)
    if not found:
        yield Sentence("orders_none")
        return
    link = source.link.to("directive-list", session=source.session.pk, counting="directives")
    yield Sentence("orders", {"number": Count(link, len(found))}, len(found))
    for directive in found:
        yield _order(source, directive)


def _order(source: Source, directive: DirectiveOnDay) -> Sentence:
    href = source.link.to("directive", directive.code)

    def agency(row: Agency) -> Name:
        return Name(href, row.name_vi, row.name_en)

    values: dict[str, Value] = {
        "text": Name(href, directive.text_vi.rstrip("."), directive.text_en.rstrip(".")),
        "due": Day(href, directive.due_on),
    }
    with_others = ""
    others = Several(href, tuple(agency(row) for row in directive.coordinating))
    if directive.lead is None:
        values["agencies"] = others
        with_others = "_together"
    else:
        values["lead"] = agency(directive.lead)
        if directive.coordinating:
            values["others"] = others
            with_others = "_with"
    if directive.closed_on:
        return Sentence(
            f"order_closed{with_others}", values | {"closed": Day(href, directive.closed_on)}
        )
    if late := directive.days_late(source.on):
        return Sentence(
            f"order_late{with_others}", values | {"days": Count(f"{href}#late", late)}, late
        )
    if directive.due_on is None:
        return Sentence(f"order_undated{with_others}", values)
    return Sentence(f"order{with_others}", values)


def law(source: Source) -> Iterator[Sentence]:
    href = source.link.to("deadline-list", show="law")
    for deadline in source.progress.deadlines:
        values = {
            "name": Name(href, deadline.name_vi, deadline.name_en),
            "basis": Name(href, deadline.basis, deadline.basis),
            "day": Day(href, deadline.due_on),
            "days": Count(f"{href}#law-{deadline.code}", deadline.days_off),
        }
        code = "law_ahead" if deadline.days_left >= 0 else "law_passed"
        yield Sentence(code, values, deadline.days_off)


def money(source: Source) -> Iterator[Sentence]:
    """What the files cost as far as it is on record, and what waits to be approved."""
    found = money_of(source.as_of)
    if not found:
        return
    values: dict[str, Value] = {
        "files": Count(source.link.to("money", counting="files"), len(found))
    }
    for kind in (APPROVED, AWARDED, PAID):
        href = source.link.to("money", counting=kind)
        values[kind] = Count(href, total(found, kind).dong)
    yield Sentence("money", values, len(found))
    waiting = [one for one in found if one.waits_since]
    if waiting:
        submitted = total(waiting, ESTIMATED).dong
        of_them: dict[str, Value] = {
            "waiting": Count(
                source.link.to("money", show="waiting", counting="files"), len(waiting)
            ),
            "estimated": Count(
                source.link.to("money", show="waiting", counting=ESTIMATED), submitted
            ),
        }
        yield Sentence("money_waiting", of_them, len(waiting))


def late(source: Source) -> Iterator[Sentence]:
    """Facilities behind with anything, the longest late first."""
    found = late_facilities(source.progress.facilities)
    if not found:
        yield Sentence("late_none")
        return

    def rows(counting: str) -> str:
        return source.link.to("deadline-list", show="facilities", counting=counting)

    names = tuple(facility_name(f.facility, source.link) for f in found)
    values = {
        "number": Count(rows("facilities"), len(found)),
        "facilities": Several(rows("facilities"), names),
        "days": Count(rows("longest"), found[0].days_late),
    }
    assumed = among(rows("facilities"), (f.late_assumed for f in found))
    yield Sentence("late", values, len(found), assumed)
