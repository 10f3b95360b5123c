"""What the session heard and decided: obstacles, solutions, conclusion, directives; and the law."""

from collections.abc import Iterator

from facilities.models import Agency
from rollout.models import Directive, Obstacle, SessionConclusion
from rollout.programme.directives.reading import DirectiveOnDay
from rollout.programme.obstacles import ObstacleOnDay, days_lost, obstacles
from rollout.publishing.brief.sentences.source import Source, among, facility_name
from rollout.publishing.brief.values import Assumed, Count, Day, Name, Sentence, Several


def difficulties(source: Source) -> Iterator[Sentence]:
    """Those raised at the session one by one, then all that stand open, by their cost."""
    found = {o.code: o for o in obstacles(source.as_of)}
    raised = _raised(source)
    link = source.link.to("obstacle-list")
    if raised:
        yield Sentence("obstacles_raised", {"number": Count(link, len(raised))}, len(raised))
        for row in raised:
            yield _obstacle(source, found[row.code])
    elif source.session is not None:
        yield Sentence("obstacles_not_raised")
    standing = [o for o in found.values() if o.cleared_on is None]
    if not standing:
        yield Sentence("obstacles_none_open")
        return
    days = days_lost(found.values(), source.on)
    values = {"number": Count(link, len(standing)), "days": Count(link, days)}
    # The days lost rest on whom they hold since when.
    unsure = any(hold.assumed for o in found.values() for hold in o.holds)
    yield Sentence("obstacles_open", values, len(standing), Assumed(link) if unsure else None)


def _raised(source: Source) -> list[Obstacle]:
    if source.session is None:
        return []
    rows = Obstacle.objects.known(source.known_at).filter(
        session=source.session, raised_on__lte=source.on
    )
    return list(rows.order_by("raised_on", "code"))


def _obstacle(source: Source, obstacle: ObstacleOnDay) -> Sentence:
    href = source.link.to("obstacle", obstacle.code)
    values = {
        "obstacle": Name(href, obstacle.name_vi, obstacle.name_en),
        "facilities": Count(href, len(obstacle.facility_ids)),
    }
    if obstacle.cleared_on:
        return Sentence("obstacle_cleared", values | {"day": Day(href, obstacle.cleared_on)})
    code = "obstacle_holding" if obstacle.facility_ids else "obstacle"
    if obstacle.agency_vi:
        values["agency"] = Name(href, obstacle.agency_vi, obstacle.agency_en)
        code += "_by_agency"
    unsure = len(obstacle.assumed_facility_ids)
    assumed = Assumed(href, unsure) if unsure else None
    return Sentence(code, values, len(obstacle.facility_ids), assumed)


def solutions(source: Source) -> Iterator[Sentence]:
    raised = _raised(source)
    proposed = [row for row in raised if row.solution_vi]
    for row in proposed:
        href = source.link.to("obstacle", row.code)
        values = {
            "obstacle": Name(href, row.name_vi, row.name_en),
            "solution": Name(href, row.solution_vi, row.solution_en),
        }
        yield Sentence("solution", values)
    if raised and not proposed:
        yield Sentence("solutions_unknown")


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
    codes = set(
        Directive.objects.known(source.known_at)
        .filter(session=source.session)
        .values_list("code", flat=True)
    )
    found = sorted((d for d in source.directives if d.code in codes), key=lambda d: d.code)
    if not found:
        yield Sentence("orders_none")
        return
    link = source.link.to("directive-list")
    yield Sentence("orders", {"number": Count(link, len(found))}, len(found))
    for directive in found:
        yield _order(source, directive)


def _order(source: Source, directive: DirectiveOnDay) -> Sentence:
    href = source.link.to("directive", directive.code)

    def agency(row: Agency) -> Name:
        return Name(href, row.name_vi, row.name_en)

    values = {
        "text": Name(href, directive.text_vi.rstrip("."), directive.text_en.rstrip(".")),
        "lead": agency(directive.lead),
        "due": Day(href, directive.due_on),
    }
    with_others = ""
    if directive.coordinating:
        others = sorted(directive.coordinating, key=lambda a: a.code)
        values["others"] = Several(href, tuple(agency(row) for row in others))
        with_others = "_with"
    if directive.closed_on:
        return Sentence(
            f"order_closed{with_others}", values | {"closed": Day(href, directive.closed_on)}
        )
    if late := directive.days_late(source.on):
        return Sentence(f"order_late{with_others}", values | {"days": Count(href, late)}, late)
    if directive.due_on is None:
        return Sentence(f"order_undated{with_others}", values)
    return Sentence(f"order{with_others}", values)


def law(source: Source) -> Iterator[Sentence]:
    href = source.link.to("deadline-list")
    for deadline in source.progress.deadlines:
        values = {
            "name": Name(href, deadline.name_vi, deadline.name_en),
            "basis": Name(href, deadline.basis, deadline.basis),
            "day": Day(href, deadline.due_on),
            "days": Count(href, abs(deadline.days_left)),
        }
        code = "law_ahead" if deadline.days_left >= 0 else "law_passed"
        yield Sentence(code, values, abs(deadline.days_left))


def late(source: Source) -> Iterator[Sentence]:
    """Facilities behind with anything, the longest late first."""
    found = [f for f in source.progress.facilities if f.days_late]
    if not found:
        yield Sentence("late_none")
        return
    href = source.link.to("deadline-list", show="late")
    names = tuple(facility_name(f.facility, source.link) for f in found)
    values = {
        "number": Count(href, len(found)),
        "facilities": Several(href, names),
        "days": Count(href, found[0].days_late),
    }
    yield Sentence("late", values, len(found), among(href, (f.late_assumed for f in found)))
