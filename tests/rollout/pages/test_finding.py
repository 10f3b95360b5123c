"""What the summary says first: whether the deadline will be met, who will miss it, what to decide."""

import re
from datetime import date, timedelta

import pytest

from facilities.models import Facility, Role
from facilities.services import withdraw
from rollout.models import Directive, Milestone, MilestoneEvent, Obstacle
from rollout.programme.directives.services import move
from rollout.programme.obstacles.services import clear
from rollout.programme.services import record_milestone, record_ruling, schedule_council
from tests import factories
from tests.factories import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)


@pytest.fixture
def said(client):
    """The lines of the finding as a role reads them, in words."""

    def get(role=Role.LEADER, on=ON, **asked) -> list[str]:
        client.force_login(user_with(role))
        client.cookies["django_language"] = "en"
        page = client.get("/", {"on": on} | asked).text
        if 'class="finding"' not in page:
            return []
        listed = page.split('class="finding"')[1].split("</ul>")[0]
        lines = [re.sub(r"<[^>]+>", "", one) for one in listed.split("<li")[1:]]
        return [" ".join(one.partition(">")[2].split()) for one in lines]

    return get


def test_the_finding_of_the_session(said):
    verdict, unlikely, pace, to_decide = said()
    assert verdict.startswith("At this pace not in time: the last is expected by about 10 Nov 2025")
    assert "41 days after it" in verdict
    assert "In time about 13 of 17 (12 to 15)." in verdict
    assert unlikely.startswith(
        "Likely to miss the deadline: Yen The District Medical Centre under 5%"
    )
    assert unlikely.count("·") == 2
    # 12 are out and 132 days are left; four began in the last ninety days.
    assert pace == "Needed: one facility every 11 days. In the last 90 days: one every 23 days."
    # On a day that has passed nothing is decided any more.
    assert to_decide == "To decide: 2 directives without a date · 4 obstacles"


def test_one_facility_less_in_official_use_changes_the_pace(said):
    begun = MilestoneEvent.objects.known().filter(
        milestone=Milestone.OFFICIAL, happened_on__range=(ON - timedelta(days=89), ON)
    )
    withdraw(fact=begun.earliest("happened_on"), because="x", by=factories.recorder())
    [pace] = [line for line in said() if line.startswith("Needed")]
    assert pace == "Needed: one facility every 10 days. In the last 90 days: one every 30 days."


def test_each_sentence_follows_from_a_fact(said, client):
    """One fact after the other is added, and only what follows from it is told otherwise."""
    by = factories.recorder()

    def headline() -> str:
        page = client.get("/", {"on": ON}).text
        return " ".join(re.sub(r"<[^>]+>", "", page.split('id="headline">')[1][:400]).split())

    verdict, unlikely, _pace, to_decide = said()
    assert headline().startswith("5 of 17 facilities use EMR officially (29.4%)")

    clear(obstacle=Obstacle.objects.get(code="du-toan"), cleared_on=ON, by=by)
    later = said()
    assert later[3] == to_decide.replace("4 obstacles", "3 obstacles")
    assert later[3] != to_decide

    undated = Directive.objects.filter(due_on=None).earliest("code")
    move(directive=undated, on=ON, due_on=ON + timedelta(days=9), because="x", by=by)
    assert said()[3] == "To decide: 1 directive without a date · 3 obstacles"

    worst = Facility.objects.get(code="bg-ttyt-yenthe")
    meeting = factories.CouncilMeetingFactory(facility=worst)
    schedule_council(meeting=meeting, scheduled_on=ON, set_on=ON, by=by)
    record_ruling(meeting=meeting, conclusion="pass", held_on=ON, by=by)
    for milestone in (Milestone.LAUNCH, Milestone.DECISION, Milestone.OFFICIAL):
        record_milestone(facility=worst, milestone=milestone, happened_on=ON, by=by)
    after = said()
    assert headline().startswith("6 of 17 facilities use EMR officially (35.3%)")
    assert "Yen The District Medical Centre" in unlikely
    assert "Yen The District Medical Centre" not in after[1]
    assert after[0] != verdict
    assert after[2].startswith("Needed: one facility every 12 days.")


def test_who_may_not_know_it_of_every_facility_is_told_no_names(said):
    lines = said(Role.CLIENT) or said(Role.HEAD)
    assert all("Likely to miss" not in line for line in lines)
    assert all("To decide" not in line for line in lines)


def test_before_anything_can_be_foreseen_it_says_so(said):
    [verdict, *_rest] = said(on=date(2025, 2, 18))
    assert "Whether it will be in time is not known" in verdict


def test_past_the_deadline_no_pace_is_asked(said):
    lines = said(on=date(2025, 9, 30) + timedelta(days=1))
    assert lines
    assert all("Needed" not in line for line in lines)
