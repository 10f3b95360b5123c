"""What is to be done: one line for each thing, the same counts everywhere, to each role its part."""

import pickle
import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from equipment.models import StageEvent
from equipment.services import set_stage_target
from facilities.areas import facilities_within
from facilities.as_of import AsOf
from facilities.models import Agency, Facility, FacilityArea, Role
from facilities.timeline import Deadline
from facilities.working_days import WorkingDays
from rollout.figures.cached import cached_progress
from rollout.models import Directive, Obstacle, Solution, SolutionOutcome
from rollout.notices import alerts
from rollout.notices.alerts import raise_alerts
from rollout.programme.deadlines import late_and_coming
from rollout.programme.directives import directives
from rollout.programme.late import days_late, thing_of, things
from rollout.programme.obstacles import obstacles
from rollout.registers.todo import Steering, of_the_programme, todo
from rollout.registers.todo import facilities as of_a_facility
from rollout.registers.todo import programme as of_nobody
from rollout.registers.todo.lines import KINDS
from tests import factories
from tests.factories import user_with
from tests.rollout.pages.my.conftest import NOW
from tests.writing import write

ON = date(2025, 5, 21)
DAY = timedelta(days=1)
LATE_FILE = "BG-2025-07"  # of Yen The


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


def lines(client, who, **asked):
    """The lines of a page, by thing."""
    client.force_login(who)
    page = client.get("/todo/", asked)
    assert page.status_code == 200, asked
    return {one.line.thing: one for one in page.context["lines"]}


class TestLate:
    """One definition, at its edges."""

    HOLIDAY = WorkingDays(off=frozenset({date(2025, 5, 22)}))

    @pytest.mark.parametrize(
        ("due", "on", "late"),
        [
            (ON, ON, 0),  # due today
            (ON, ON + DAY, 0),  # a day off makes nothing late
            (ON, ON + 2 * DAY, 1),
            (ON + DAY, ON + 2 * DAY, 0),  # due on a day off is due on the next working day
            (date(2025, 5, 24), date(2025, 5, 26), 0),  # a Saturday, on Monday
            (date(2025, 5, 24), date(2025, 5, 27), 1),
            (None, ON, 0),
        ],
    )
    def test_edges(self, due, on, late):
        assert days_late("milestone", due, on, self.HOLIDAY) == late
        assert days_late("milestone", due, on, self.HOLIDAY, done_on=on) == 0
        assert days_late("must_start", due, on, self.HOLIDAY) == 0

    def test_what_a_subject_is_a_step_of(self):
        assert thing_of("procurement:17:award") == thing_of("must_start:17") == "file:17"
        assert thing_of("milestone:5:launch") == thing_of("must_reach:5:pilot") == "way:5"
        assert thing_of("council:6") == "council:6"
        assert thing_of("must_request:5") == "request:5"

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 3), st.sampled_from("abcd"), st.integers(-9, 9), st.booleans()
            ),
            max_size=12,
        )
    )
    def test_a_thing_is_as_late_as_its_step_longest_late(self, steps):
        owed = [
            Deadline(
                "procurement_stage",
                f"procurement:{file}:{stage}",
                1,
                ON + shift * DAY,
                ON if done else None,
                stage,
            )
            for file, stage, shift, done in steps
        ]
        found = things(owed)
        undone = [one for one in owed if one.done_on is None]
        assert sum(map(len, found.values())) == len(undone)
        for thing, some in found.items():
            assert {thing_of(one.subject) for one in some} == {thing}
            assert some[0].days_late(ON) == max(one.days_late(ON) for one in some)


@pytest.mark.django_db
@pytest.mark.usefixtures("bac_giang")
class TestBacGiang:
    @pytest.fixture(autouse=True)
    def _alerts(self, bac_giang):
        raise_alerts(ON)

    def test_the_same_count_everywhere(self, client):
        department = user_with(Role.DEPARTMENT)
        late = lines(client, department, when="late")
        assert [one.line.what for one in late.values()] == [f"Phê duyệt dự toán: {LATE_FILE}"]
        assert [
            row["line"].thing for row in client.get("/deadlines/?show=late").context["lines"]
        ] == (list(late))
        rows = client.get("/alerts/").context["rows"]
        assert [thing_of(r["alert"].subject) for r in rows if r["alert"].severity == "late"] == (
            list(late)
        )
        api = client.get(reverse("api:deadlines"), {"on": "2025-05-21"})
        assert api.json()["totals"]["late"] == len(late)
        behind = [one for one in cached_progress(ON).facilities if one.days_late]
        assert {one.facility.id for one in behind} == {x.line.facility_id for x in late.values()}
        [own] = [line for line in todo(behind[0].facility.id, ON) if line.days_late]
        assert (own.thing, own.days_late) == (next(iter(late)), behind[0].days_late)

    def test_every_deadline_and_alert_is_one_of_its_lines_once(self, client):
        department = user_with(Role.DEPARTMENT)
        client.force_login(department)
        found, page = [], 1
        while len(found) < client.get("/todo/?when=any").context["count"]:
            shown = client.get("/todo/", {"when": "any", "page": page}).context["lines"]
            found += [one.line.thing for one in shown]
            page += 1
        assert len(found) == len(set(found))
        owed = {thing_of(one.subject) for one in late_and_coming(AsOf(ON))}
        told = {thing_of(one.subject) for one in alerts.standing(ON)}
        assert owed <= set(found)
        assert told <= set(found)
        assert {one.code for one in obstacles(AsOf(ON)) if not one.cleared_on} <= {
            one.line.code for one in lines(client, department, kind="obstacle").values()
        }

    def test_officer_and_head_have_the_clerks_lines_of_their_facility(self, client):
        place = Facility.objects.get(code="bg-ttyt-yenthe")
        clerk = lines(client, user_with(Role.DEPARTMENT), facility=place.code, when="any")
        officer = lines(client, user_with(Role.OFFICER, facility=place), when="any")
        head = lines(client, user_with(Role.HEAD, facility=place), when="any")
        assert list(clerk) == list(officer) == list(head)
        assert [one.line for one in clerk.values()] == [one.line for one in officer.values()]
        late = next(iter(clerk))
        assert [seen[late].answer.name for seen in (clerk, officer, head)] == [
            "in-place",
            "in-place",
            "rollout:facility",
        ]

    def test_an_agency_has_its_directives_and_obstacles_and_nothing_else(self, client):
        insurance = Agency.objects.get(code="bhxh-kv11")
        person = user_with(Role.AGENCY, agency=insurance)
        found = lines(client, person)
        assert {one.line.code for one in found.values()} == {"2025-05-21-1", "thanh-toan-bhyt"}
        by_kind = {one.line.kind: one for one in found.values()}
        assert by_kind["directive"].answer.query == {"do": "answer"}
        assert by_kind["obstacle"].more_waiting + len(by_kind["obstacle"].waiting) == 2
        assert client.get("/obstacles/thanh-toan-bhyt/").status_code == 200
        assert client.post("/obstacles/thanh-toan-bhyt/").status_code == 403
        assert client.get("/obstacles/du-toan/").status_code == 403
        assert client.get("/todo/?view=all").status_code == 403

    def test_a_leader_has_what_only_a_leader_decides(self, client):
        leader = user_with(Role.LEADER)
        found = lines(client, leader)
        assert {one.line.kind for one in found.values()} == {"directive", "council", "obstacle"}
        assert len(found) <= 10
        everything = client.get("/todo/?view=all").context["count"]
        assert everything > len(found)

    def test_an_unknown_filter_is_refused(self, client):
        client.force_login(user_with(Role.DEPARTMENT))
        for asked in ("kind=x", "when=x", "facility=x", "by=x", "view=x"):
            assert client.get(f"/todo/?{asked}").status_code == 400, asked

    def test_a_role_without_a_list_is_refused(self, client):
        client.force_login(user_with(Role.CLIENT))
        assert client.get("/todo/").status_code == 403

    def test_staff_of_an_area_have_its_lines_alone(self, client):
        area = (
            FacilityArea.objects.filter(facility__code="bg-ttyt-yenthe")
            .latest("effective_from")
            .area
        )
        found = lines(client, user_with(Role.DEPARTMENT, area=area), when="any")
        within = facilities_within({area.pk}, ON)[area.pk]
        places = {one.line.facility_id for one in found.values()} - {None}
        assert Facility.objects.get(code="bg-ttyt-yenthe").pk in places
        assert places <= within
        assert all(one.line.kind != "job" for one in found.values())

    def test_an_earlier_day_has_the_lines_of_that_day_and_no_form(self, client):
        found = lines(client, user_with(Role.DEPARTMENT), on="2025-05-16", when="any", kind="stage")
        assert all(one.line.days_late == 0 for one in found.values())
        assert all(one.answer.name != "in-place" for one in found.values())

    def test_a_clerk_answers_a_line_where_it_stands(self, client):
        found = lines(client, user_with(Role.DEPARTMENT), when="late")
        [thing] = found
        shown = lines(client, user_with(Role.DEPARTMENT), when="late", answer=thing)[thing]
        assert [column.code for column in shown.form.columns] == list(shown.line.cells)
        sent = client.post(
            shown.action,
            {"change_set": uuid.uuid4(), found[thing].line.cells[0]: "2025-05-20"},
        )
        assert (sent.status_code, sent["Location"]) == (302, "/todo/?when=late")
        assert StageEvent.objects.filter(
            procurement__code=LATE_FILE, stage="estimate_approved", happened_on=ON - DAY
        ).exists()
        assert client.get("/todo/?when=late").context["count"] == 0

    def test_neither_size_nor_queries_grow_with_what_is_to_be_done(self, client):
        department = user_with(Role.DEPARTMENT)
        officer = user_with(Role.OFFICER, facility=Facility.objects.get(code="bg-ttyt-yenthe"))

        def queries(who) -> int:
            client.force_login(who)
            client.get("/todo/")
            with CaptureQueriesContext(connection) as found:
                page = client.get("/todo/")
            assert len(page.content) < 40_000
            return len(found)

        before = queries(department), queries(officer)
        place = Facility.objects.get(code="bg-ttyt-yenthe")
        for number in range(3):
            set_stage_target(
                procurement=factories.ProcurementFactory(code=f"GT-{number}", facility=place),
                stage="award",
                due_on=ON - 9 * DAY,
                set_on=date(2025, 2, 1),
                by=factories.recorder(),
            )
        assert (queries(department), queries(officer)) == before

    def test_an_obstacle_and_the_directive_given_to_solve_it_are_one_line(self):
        obstacle = Obstacle.objects.get(code="dinh-muc-thiet-bi")
        directive = Directive.objects.get(code="2025-05-21-2")

        def things_of() -> dict[str, set[int]]:
            steering = Steering(directives(ON), obstacles(AsOf(ON)))
            return {line.thing: set(line.holds) for line in of_the_programme(steering, AsOf(ON))}

        before = things_of()
        solution = Solution(
            code="gp-1",
            obstacle=obstacle,
            text_vi="Ban hành định mức",
            proposed_on=ON,
            proposer="unknown",
        )
        write(solution)
        write(SolutionOutcome(solution=solution, happened_on=ON, directive=directive))
        after = things_of()
        assert set(before) - set(after) == {f"obstacle:{obstacle.pk}"}
        held = before[f"obstacle:{obstacle.pk}"]
        assert held
        assert after[f"directive:{directive.pk}"] == held


def test_whatever_is_warned_of_is_a_kind_of_line():
    """A rule that the list did not know would take the page away from everybody who owes something of it."""
    told = {
        **of_a_facility.KIND_OF,
        **of_nobody.KIND_OF,
        "directive": "directive",
        "legal": "legal",
    }
    assert alerts.RULES.keys() <= told.keys()
    assert set(told.values()) <= KINDS.keys()


def test_a_day_is_written_as_the_reader_writes_it(bac_giang):
    """Also within a sentence that was kept for readers of every language."""
    told = [str(line.because) for line in todo_of_luc_nam() if line.kind == "certificates"]
    with override("en"):
        english = [str(line.because) for line in todo_of_luc_nam() if line.kind == "certificates"]
    assert any("07/05/2025" in one for one in told)
    assert any("7 May 2025" in one for one in english)


def todo_of_luc_nam():
    return pickle.loads(pickle.dumps(todo(Facility.objects.get(code="bg-ttyt-lucnam").pk, ON)))
