"""The picture of first plans, plans and days, and the words beside it."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from facilities.models import Role
from rollout.forecasting import forecast_of
from rollout.pages.summary.lanes import Axis, lane
from rollout.pages.summary.timeline import Slips
from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories
from tests.factories import user_with

ON = date(2025, 5, 21)
LAW = date(2025, 9, 30)
AXIS = Axis.around([date(2025, 1, 15), date(2025, 10, 1)], ON, LAW)


def milestone(baseline=None, target=None, actual=None, state="not_begun", code="launch"):
    return MilestoneOnDay(code, baseline, target, actual, "", None, state)


def drawn(*args) -> ElementTree.Element:
    return ElementTree.fromstring(f"<all>{lane(AXIS, *args)}</all>")


def places(root, tag, attribute="x") -> list[float]:
    return [float(node.get(attribute).rstrip("%")) for node in root.iter(tag)]


class TestAxis:
    def test_it_begins_with_a_month_and_holds_every_day_near(self):
        assert AXIS.first == date(2025, 1, 1)
        assert AXIS.last > date(2025, 10, 1)
        assert AXIS.law == LAW

    def test_a_day_years_away_does_not_flatten_it(self):
        far = Axis.around([date(2025, 1, 15), date(2035, 1, 1)], ON, date(2035, 1, 1))
        assert far.last < date(2026, 1, 1)
        assert far.law is None
        assert not far.holds(date(2035, 1, 1))

    @pytest.mark.parametrize("months", [1, 9, 20, 36])
    def test_months_are_labelled_as_many_as_there_is_room_for(self, months):
        axis = Axis.around([ON, ON + timedelta(days=30 * months - 1)], ON, None)
        texts = ElementTree.fromstring(str(axis.months))
        assert 1 <= len(texts) <= 8 + 1
        assert texts[0].text == "5/2025"

    def test_places_grow_with_the_days(self):
        shares = [float(AXIS.x(ON + timedelta(days=n)).rstrip("%")) for n in range(-200, 200, 10)]
        assert shares == sorted(shares)
        assert 0 <= min(shares) < max(shares) <= 100


class TestLane:
    def test_moved_to_later_is_a_thread_from_the_first_plan_to_the_plan(self):
        first, plan = date(2025, 7, 28), date(2025, 8, 25)
        root = drawn([milestone(first, plan, state="blocked")])
        assert places(root, "circle", "cx") == [float(AXIS.x(first).rstrip("%"))]
        assert places(root, "use") == [float(AXIS.x(plan).rstrip("%"))]
        [thread] = [n for n in root.iter("line") if "thread" in n.get("class")]
        assert thread.get("class") == "thread later"
        assert root.find(".//g/title").text.endswith("(+28)")

    def test_done_on_the_first_day_is_not_later(self):
        root = drawn([milestone(ON, ON, ON, "done")])
        [thread] = [n for n in root.iter("line") if "thread" in n.get("class")]
        assert thread.get("class") == "thread"
        assert root.find(".//use").get("href") == "#m-done"

    def test_without_any_day_nothing_is_drawn(self):
        root = drawn([milestone()])
        assert not list(root.iter("use"))
        assert not list(root.iter("circle"))

    def test_the_forecast_lies_between_its_days(self):
        root = drawn([], (date(2025, 8, 1), date(2025, 9, 1)))
        [band] = [n for n in root.iter("line") if n.get("class") == "forecast"]
        assert (band.get("x1"), band.get("x2")) == (
            AXIS.x(date(2025, 8, 1)),
            AXIS.x(date(2025, 9, 1)),
        )

    def test_it_asks_for_no_style(self):
        for node in drawn([milestone(ON, ON)], (ON, LAW)).iter():
            assert "style" not in node.attrib


def test_slips_are_of_those_who_had_a_plan():
    later, kept = milestone(ON, ON + timedelta(days=9)), milestone(ON, ON, ON)
    assert Slips.of([later, kept, milestone(None, ON)]) == Slips(2, 1, 4, 9)
    assert Slips.of([milestone()]) == Slips(0, 0, None, None)


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _world(self, client):
        self.place = factories.facility("place", name_en="Place Hospital")
        by = factories.recorder()
        for due, set_on in ((date(2025, 6, 2), ON), (date(2025, 6, 16), ON + timedelta(days=1))):
            set_milestone_target(
                facility=self.place,
                milestone="launch",
                due_on=due,
                set_on=set_on,
                because="" if set_on == ON else "late servers",
                by=by,
            )
        client.cookies["django_language"] = "en"

    def look(self, client, role=Role.LEADER, **query):
        place = self.place if role == Role.OFFICER else None
        client.force_login(user_with(role, facility=place))
        return client.get(reverse("rollout:timeline"), query).text

    @pytest.mark.parametrize(
        ("on", "said"),
        [
            ("2025-05-20", "Nobody has planned it yet."),
            (
                "2025-05-21",
                "Later than originally planned: 0 of 1; delay in days, middle 0, most 0.",
            ),
            (
                "2025-05-22",
                "Later than originally planned: 1 of 1; delay in days, middle +14, most +14.",
            ),
        ],
    )
    def test_a_plan_that_moved_tells_its_slip_from_that_day_on(self, client, on, said):
        page = self.look(client, on=on, show="launch")
        assert said in page
        assert "Launch: 0 of 1 facilities." in page

    def test_what_happened_counts_against_the_first_plan(self, client):
        record_milestone(
            facility=self.place,
            milestone="launch",
            happened_on=date(2025, 6, 1),
            by=factories.recorder(),
        )
        page = self.look(client, on="2025-06-01", show="launch")
        assert "Launch: 1 of 1 facilities." in page
        assert "most \N{MINUS SIGN}1." in page

    def test_an_unknown_milestone_shows_them_all(self, client):
        assert "Official use: 0 of 1 facilities." in self.look(client, show="nonsense")

    def test_only_who_sees_the_programme_sees_the_forecast(self, client, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "rollout.pages.summary.timeline.cached_forecast",
            lambda as_of: asked.append(1) or forecast_of(as_of),
        )
        for role, times in ((Role.OFFICER, 0), (Role.DEPARTMENT, 1)):
            self.look(client, role)
            assert len(asked) == times

    def test_vietnamese_says_nothing_in_english(self, client):
        client.cookies["django_language"] = "vi"
        page = self.look(client, on="2025-05-22", show="launch")
        assert "irst plan" not in page
        assert "Kế hoạch ban đầu" in page
