"""The summary for a meeting: the questions that a reader may ask, with the answers of the summary."""

import re
from datetime import date

import pytest

from facilities.models import Facility, Role
from tests.factories import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)


@pytest.fixture
def shown(client):
    def get(role, address="/meeting/", **about) -> str:
        client.force_login(user_with(role, **about))
        client.cookies["django_language"] = "en"
        page = client.get(address, {"on": ON}).text
        return " ".join(page.split())

    return get


def asked(page: str) -> list[str]:
    return re.findall(r'<section class="screen" id="(\w+)"', page)


def test_the_leader_is_asked_everything_and_told_what_the_summary_tells(shown):
    page = shown(Role.LEADER)
    assert asked(page) == ["where", "time", "late", "decide", "obstacles", "next", "money"]
    summary = shown(Role.LEADER, "/")
    for said in (
        "<b>5 of 17</b>",
        "<b>10 Nov 2025</b>, 41 days after it",
        "Needed: one facility every 11",
    ):
        assert said in page
        assert said in summary
    assert "3 working days overdue" in page
    assert "55,920,000,000" in page
    # Each question leads to the next one, the last to the summary; every link keeps the day.
    assert re.findall(r'class="next[^>]*><a href="#(\w+)"', page) == asked(page)[1:]
    assert page.count("/?on=2025-05-21") > 1


def test_who_sees_no_programme_is_not_asked_about_it(shown):
    facility = Facility.objects.get(code="bg-ttyt-yenthe")
    page = shown(Role.OFFICER, facility=facility)
    assert asked(page) == ["where", "time", "late", "next"]
    assert "Likely to miss" not in page
    assert "tel:" not in page


def test_a_day_before_the_rollout_says_what_is_missing(client):
    client.force_login(user_with(Role.LEADER))
    page = client.get("/meeting/", {"on": "2020-01-01"})
    assert page.status_code == 200
    assert 'class="nothing"' in page.text
