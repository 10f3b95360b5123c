"""Decisions taken from the summary: one tap there, one form, and back."""

import re
import uuid
from datetime import date, timedelta
from itertools import pairwise

import pytest

from facilities.as_of import AsOf
from facilities.models import Facility, Role
from rollout.forecasting import Levers
from rollout.models import (
    CouncilDate,
    Directive,
    DirectiveDue,
    Obstacle,
    SolutionOutcome,
    Urging,
)
from rollout.programme.obstacles import obstacles
from tests.factories import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)


@pytest.fixture(autouse=True)
def on_the_day_of_the_session(settings):
    settings.TODAY = ON


def opened(client, role=Role.LEADER) -> list[str]:
    """Where the buttons of the summary lead to."""
    client.force_login(user_with(role))
    client.cookies["django_language"] = "en"
    return re.findall(r'class="button act screen-only" href="([^"]+)"', client.get("/").text)


def send(client, path, do, **given):
    return client.post(path, {"do": do, "change_set": uuid.uuid4()} | given)


def test_a_directive_without_a_day_gets_one_and_leads_back(client):
    offered = sorted({path for path in opened(client) if "/decide/day/" in path})
    assert len(offered) == 2
    path = offered[0]
    code = path.split("/")[3]
    answer = send(client, path, "day", due_on="2025-06-15", because="x")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert DirectiveDue.objects.get(directive__code=code).due_on == date(2025, 6, 15)
    assert path not in opened(client)
    refused = send(client, path, "day", due_on="", because="x")
    assert refused.status_code == 400
    assert DirectiveDue.objects.count() == 1


def test_a_directive_on_an_obstacle_asks_for_a_day_or_none_on_purpose(client):
    path = next(one for one in opened(client) if one.endswith("/decide/directive/du-toan/"))
    page = client.get(path).text
    assert 'value="2025-05-21"' in page  # issued today, unless somebody says otherwise
    session = re.search(r'<option value="(\d+)" selected', page.split('name="session"')[1])
    given = {
        "text_vi": "Trình dự toán",
        "lead": Obstacle.objects.get(code="du-toan").agency_id,
        "issued_by": "Phó Chủ tịch",
        "issued_on": "2025-05-21",
        "session": session[1],
    }
    for wrong in ({}, {"due_on": "2025-06-15", "undated": "on"}):
        assert send(client, path, "directive", **given, **wrong).status_code == 400
    assert not Directive.objects.filter(name_vi="Trình dự toán").exists()

    answer = send(client, path, "directive", **given, due_on="2025-06-15")
    assert answer["Location"] == "/"
    made = Directive.objects.get(name_vi="Trình dự toán")
    assert made.due_on == date(2025, 6, 15)
    assert SolutionOutcome.objects.get(directive=made).solution.obstacle.code == "du-toan"
    send(client, path, "directive", **(given | {"text_vi": "Hai"}), undated="on")
    assert Directive.objects.get(name_vi="Hai").due_on is None


def test_a_letter_about_an_overdue_directive_is_recorded_as_signed(client):
    opened(client)
    code = Directive.objects.earliest("code").code
    path = f"/decide/letter/{code}/"
    agency = re.search(r'<option value="(\d+)"', client.get(path).text)[1]
    given = {"agency": agency, "happened_on": "2025-05-21"}
    assert send(client, path, "letter", **given).status_code == 400  # it has a number
    assert send(client, path, "letter", **given, letter_number="12/SYT-KHTC")["Location"] == "/"
    urging = Urging.objects.get(letter_number="12/SYT-KHTC")
    assert (urging.directive.code, urging.agency_id) == (code, int(agency))


def test_a_council_is_set_up_and_fixed_at_once(client):
    place = Facility.objects.get(code="bg-ttyt-yenthe")
    path = f"/decide/council/{place.code}/"
    assert not any("council" in one for one in opened(client))  # the leader keeps no councils
    assert client.get(path).status_code == 403
    client.force_login(user_with(Role.DEPARTMENT))
    page = client.get(path).text
    criteria = re.search(r'<option value="(\d+)" selected', page.split('name="criteria_set"')[1])
    given = {"level": "facility", "scheduled_on": "2025-05-30", "criteria_set": criteria[1]}
    assert send(client, path, "council", **given).status_code == 400  # it is not ready: say why
    answer = send(client, path, "council", **given, override="Y")
    assert answer.status_code == 302, re.findall(r"role=.alert.>([^<]*)", answer.text)
    fixed = CouncilDate.objects.get(meeting__facility=place, scheduled_on=date(2025, 5, 30))
    assert fixed.override == "Y"
    assert client.get(path).status_code == 404  # nothing is left to decide


@pytest.mark.parametrize("role", [Role.HEAD, Role.CLIENT, Role.ADMINISTRATOR])
def test_who_decides_nothing_is_offered_nothing_and_refused(client, role):
    place = {"facility": Facility.objects.first()} if role == Role.HEAD else {}
    client.force_login(user_with(role, **place))
    assert "decide/" not in client.get("/").text
    code = Directive.objects.earliest("code").code
    for path in (f"/decide/day/{code}/", "/decide/directive/du-toan/"):
        assert client.get(path).status_code == 403
        assert send(client, path, "day", due_on="2025-06-15", because="x").status_code == 403
    assert not DirectiveDue.objects.exists()


def test_what_clearing_brings_falls_with_a_later_day_and_never_passes_whom_it_holds():
    levers = Levers.of(AsOf(ON))
    for one in obstacles(AsOf(ON)):
        gains = [
            levers.cleared(one.standing_holds, ON + timedelta(days=after))
            for after in (1, 40, 90, 132, 133)
        ]
        for earlier, later in pairwise(gains):
            assert earlier.middle >= later.middle
        for gain in gains:
            assert 0 <= gain.low <= gain.middle <= gain.high <= gain.held
        assert gains[-1].high == 0  # cleared after the deadline
    six = next(one for one in obstacles(AsOf(ON)) if len(one.facility_ids) == 6)
    assert levers.cleared(six.standing_holds, ON + timedelta(days=25)).middle == 6


def test_the_levers_are_ranked_and_say_so_where_they_gain_nobody(client):
    client.force_login(user_with(Role.LEADER))
    client.cookies["django_language"] = "en"
    page = client.get("/forecast/").text
    listed = page.split('id="levers"')[1].split("</section>")[0]
    gained = [int(n) for n in re.findall(r", (\d+) more make", listed.split("Agencies, by")[0])]
    assert gained == sorted(gained, reverse=True)
    assert gained[0] == 6
    assert "2 councils a week" in listed
    assert "no further facility makes the deadline" in listed
    after = client.get("/forecast/", {"cleared": "2025-10-01", "councils": "3"}).text
    later = after.split('id="levers"')[1].split("</section>")[0]
    assert "3 councils a week" in later
    assert "no further facility makes the deadline." in later
    assert " more make" not in later  # nobody freed after the deadline is in time


def test_what_is_set_up_is_told_apart_from_what_is_in_use(client):
    client.force_login(user_with(Role.LEADER))
    client.cookies["django_language"] = "en"
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get("/").text).split())
    assert "in use: 5 have sent a message" in page
    assert re.search(r"Rented cloud: 12 6 of them planned, servers not accepted", page)
