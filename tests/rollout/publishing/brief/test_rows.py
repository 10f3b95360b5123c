"""Every number of a brief opens rows that hold it: counted, or added up, they give the number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import chain

import pytest
from django.utils import timezone

import rollout.programme.services
from equipment.services import record_stage, set_stage_target
from facilities.models import Facility, Ownership, Role, Scope
from facilities.services import record
from rollout.models import (
    Directive,
    LegalDeadline,
    MilestoneEvent,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    WorkingSession,
)
from rollout.publishing.brief.document import Brief, brief, compared_with
from rollout.publishing.brief.values import (
    Assumed,
    Count,
    Dated,
    Day,
    Month,
    Sentence,
    Several,
    Share,
    Value,
)
from rollout.templatetags.figures import day as written
from rollout.templatetags.figures import share as shared
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)
ALONE = ("late", "past", "law-")  # numbers of one row, stated in it
LARGEST = ("longest",)


@dataclass
class Rows(HTMLParser):
    """What a page states, under which name, and what its rows add to that."""

    source: str
    stated: dict[str, int] = field(default_factory=dict)
    adds: dict[str, dict[str, int]] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if name := given.get("id"):
            assert name not in self.ids, f"twice on one page: {name}"
            self.ids.add(name)
            if tag == "data" and given["value"] != "None":
                self.stated[name] = int(given["value"])
        if name := given.get("data-counts"):
            of = self.adds.setdefault(name, {})
            of[given.get("data-of", str(len(of)))] = int(given.get("data-adds", 1))
        if tag == "time":
            self.days.append(given["datetime"])


def values_of(made: Brief) -> Iterator[tuple[Sentence, str, Value]]:
    for section in made.sections:
        for sentence in section.sentences:
            named = chain(sentence.values.items(), [("assumed", sentence.assumed)])
            for name, value in named:
                if value is not None:
                    yield sentence, name, value


class Reader:
    """Follows the links of one brief, each page once."""

    def __init__(self, client) -> None:
        self.client = client
        self.pages: dict[str, Rows] = {}

    def rows(self, href: str) -> Rows:
        address = href.partition("#")[0]
        if address not in self.pages:
            answer = self.client.get(address)
            assert answer.status_code == 200, address
            source = answer.content.decode()
            assert 'rel="next"' not in source, "one page holds them all"
            self.pages[address] = Rows(source)
        return self.pages[address]

    def wrong(self, made: Brief) -> list[str]:
        """What the pages behind the values do not bear out."""
        problems = []
        for sentence, name, value in values_of(made):
            if said := self.judged(name, value):
                problems.append(f"{sentence.code}.{name} {value.href}: {said}")
        return problems

    def judged(self, name: str, value: Value) -> str:
        if isinstance(value, Count | Assumed):
            return self.number(value.href, value.number)
        rows = self.rows(value.href)
        if isinstance(value, Share):
            done, total = (len(self.rows(href).adds["facilities"]) for href in self.parts(value))
            return "" if done / total == value.share and shared(value.share) in rows.source else "?"
        if isinstance(value, Several):
            listed = len(rows.adds.get(value.href.partition("#")[2], ()))
            if any(isinstance(one, Dated) for one in value.values) and listed != len(value.values):
                return f"{len(value.values)} named, {listed} listed"
            return "; ".join(filter(None, (self.judged(name, one) for one in value.values)))
        if isinstance(value, Month):
            ends = {"first": rows.days[:1], "last": rows.days[-1:], "month": rows.days[-1:]}[name]
            return (
                "" if [one[:7] for one in ends] == [value.plain()] else f"{value.plain()}: {ends}"
            )
        if isinstance(value, Day | Dated):
            return "" if value.day is None or written(value.day) in rows.source else "no such day"
        return ""

    def parts(self, value: Share) -> tuple[str, str]:
        address, _sep, _place = value.href.partition("#")
        return f"{address}&show=done", address

    def number(self, href: str, number: int | None) -> str:
        if number is None:
            return ""
        rows, place = self.rows(href), href.partition("#")[2]
        if rows.stated.get(place) != number:
            return f"{number} said, {rows.stated.get(place)} stated as {place!r}"
        if place.startswith(ALONE):
            return ""
        adds = rows.adds.get(place, {}).values()
        found = max(adds) if place in LARGEST else sum(adds)
        return "" if found == number else f"{number} said, rows give {found}"


@pytest.fixture
def reader(client):
    client.force_login(factories.user_with(Role.LEADER))
    return Reader(client)


def of_session(session: WorkingSession, on: date) -> Brief:
    compare, compare_known_at = compared_with(session)
    return brief(session, on=on, compare=compare, compare_known_at=compare_known_at)


@pytest.mark.parametrize(
    ("held_on", "on"),
    [
        (date(2025, 2, 18), date(2025, 2, 18)),
        (ON, ON),
        (ON, date(2026, 3, 1)),
    ],
)
def test_every_number_of_bac_giang(bac_giang, reader, held_on, on):
    made = of_session(WorkingSession.objects.get(held_on=held_on), on)
    numbers = [v for _s, _n, v in values_of(made) if isinstance(v, Count | Share) and v.words()]
    assert len(numbers) >= 20
    assert not reader.wrong(made)


@pytest.fixture
def invented():
    """A province where nothing goes by plan: late councils, cleared obstacles, undated launches."""
    factories.programme()
    by = factories.recorder()
    places = [
        factories.facility(f"f{n}", ownership=Ownership.PRIVATE if n > 4 else Ownership.PUBLIC)
        for n in range(7)
    ]
    factories.facility("clinic", ownership=Ownership.PRIVATE, scope=Scope.CONNECTIVITY)
    for n, day in enumerate((ON - timedelta(days=3), ON + timedelta(days=9))):
        rollout.programme.services.schedule_council(
            meeting=factories.CouncilMeetingFactory(facility=places[n], code=f"HD-{n}"),
            scheduled_on=day,
            set_on=ON - timedelta(days=20),
            by=by,
        )
    # Launches: one late, one today, two to come, the others without a day.
    for n, shift in enumerate((-8, 0, 20, 80)):
        rollout.programme.services.set_milestone_target(
            facility=places[n],
            milestone="launch",
            due_on=ON + timedelta(days=shift),
            set_on=ON - timedelta(days=30),
            by=by,
        )
    # Files: bidding to come, late, ended; one without a plan; the others have none.
    for n, shift in enumerate((30, -10, None, None)):
        file = factories.ProcurementFactory(code=f"GT-{n}", facility=places[n], path="rental")
        record_stage(
            procurement=file,
            stage="award" if n == 2 else "need",
            happened_on=ON - timedelta(days=40),
            by=by,
        )
        if shift is not None:
            set_stage_target(
                procurement=file,
                stage="award",
                due_on=ON + timedelta(days=shift),
                set_on=ON - timedelta(days=40),
                by=by,
            )
    rollout.programme.services.record_milestone(
        facility=places[4], milestone="pilot", happened_on=ON - timedelta(days=40), by=by
    )
    session = record(WorkingSession(name_vi="Làm việc", held_on=ON, chair="Chủ tịch"), by=by)
    _obstacles(session, places, by)
    agency = factories.AgencyFactory()
    for code, given, due in (
        ("d-late", session, ON),
        ("d-open", session, None),
        ("d-other", None, ON - timedelta(days=1)),
        ("d-undated", None, None),
    ):
        Directive.objects.create(
            code=code,
            name_vi=code,
            issued_on=ON if given else ON - timedelta(days=30),
            issued_by="Chủ tịch",
            lead=agency,
            due_on=due,
            session=given,
            document_number="" if given else "12/UBND",
            recorded_by=by,
            recorded_at=session.recorded_at,
        )
    for code, due in (("law-past", ON - timedelta(days=4)), ("law-far", ON + timedelta(days=400))):
        record(
            LegalDeadline(
                code=code,
                name_vi=code,
                basis="Luật",
                due_on=due,
                applies_to=LegalDeadline.AppliesTo.ALL,
                effective_from=date(2025, 1, 1),
            ),
            by=by,
        )
    return session


def _obstacles(session, places, by) -> None:
    """Raised at the session: one that holds two facilities, of one two milestones; one cleared.
    Raised before: one that stands open."""
    for code, at, cleared in (("o-1", session, None), ("o-2", session, ON), ("o-3", None, None)):
        obstacle = record(
            Obstacle(
                code=code,
                kind=Obstacle.Kind.BUDGET,
                name_vi=code,
                raised_on=ON if at else ON - timedelta(days=60),
                raised_by="Cơ sở",
                session=at,
            ),
            by=by,
        )
        for n, milestone in ((0, "launch"), (0, "official"), (1, "launch")):
            record(
                ObstacleHold(
                    obstacle=obstacle,
                    facility=places[n],
                    milestone=milestone,
                    happened_on=ON - timedelta(days=14),
                    assumed="all" if n else "",
                ),
                by=by,
            )
        if cleared:
            record(ObstacleCleared(obstacle=obstacle, cleared_on=cleared), by=by)


@pytest.mark.parametrize("shift", [0, 12])
def test_every_number_of_a_province_where_nothing_goes_by_plan(invented, reader, shift):
    made = brief(invented, on=ON + timedelta(days=shift), compare=ON - timedelta(days=30))
    codes = {sentence.code for sentence, _name, _value in values_of(made)}
    assert {"scope_both", "bidding_of_some", "bidding_late", "bidding_ended"} <= codes
    assert {"bidding_undated", "councils_unruled", "launch_late", "launch_undated"} <= codes
    assert {"obstacles_raised", "obstacle_holding", "obstacle_cleared", "obstacles_open"} <= codes
    assert {"orders", "broken_open", "undated", "law_ahead", "law_passed", "late"} <= codes
    assert not reader.wrong(made)


def test_rows_as_they_were_known(invented, reader):
    """The earlier day as it was reported, before anything was on record, and the day as known now."""
    made = brief(
        invented,
        on=ON,
        known_at=timezone.now(),
        compare=ON - timedelta(days=30),
        compare_known_at=datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert "restated" in {sentence.code for sentence, _name, _value in values_of(made)}
    launched = MilestoneEvent.objects.filter(milestone="launch").values("facility")
    for place in Facility.objects.filter(facilityscope__scope=Scope.ROLLOUT).exclude(
        pk__in=launched
    ):
        rollout.programme.services.record_milestone(
            facility=place, milestone="launch", happened_on=ON, by=factories.recorder()
        )
    assert not reader.wrong(made)


def test_a_link_to_a_wider_list_is_noticed(invented, reader):
    made = brief(invented, on=ON)
    late = next(v for s, n, v in values_of(made) if (s.code, n) == ("bidding_late", "number"))
    assert reader.number(late.href, late.number) == ""
    wider = late.href.replace("bidding-late", "open")
    assert reader.number(wider, late.number)
    assert reader.number(late.href.partition("#")[0], late.number)
