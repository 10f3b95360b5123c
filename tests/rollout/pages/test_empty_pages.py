"""Where nothing is on record a page says who fills it, and leads there those who may, nobody else."""

import re

import pytest
from django.urls import reverse

from facilities.models import Role
from tests import factories

pytestmark = pytest.mark.django_db

EMPTY = (
    "leader",
    "timeline",
    "compare",
    "overall",
    "forecast",
    "council-list",
    "session-list",
    "connection-list",
    "obstacle-list",
    "directive-list",
    "deadline-list",
    "alert-list",
    "month",
)
WHOLE = {"session-list"}  # closed to roles of an area


@pytest.fixture
def area():
    return factories.programme().area


def told(client, name: str) -> str:
    answer = client.get(reverse(f"rollout:{name}"), follow=True)
    assert answer.status_code == 200
    found = re.search(r'<p class="soft who-fills">(.*?)</p>', answer.content.decode(), re.DOTALL)
    assert found, name
    return found[1]


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.LEADER])
@pytest.mark.parametrize("of_area", [False, True])
@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_page_says_who_fills_it_and_leads_only_where_one_may_go(
    client, area, name, role, of_area
):
    if of_area and name in WHOLE:
        return
    client.force_login(factories.user_with(role, area=area if of_area else None))
    text = told(client, name)
    links = re.findall(r'href="([^"]+)"', text)
    assert re.sub(r"<[^>]*>", "", text).strip()
    if role == Role.DEPARTMENT and not of_area:
        assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_page_with_rows_says_nothing_of_it(client, area):
    factories.facility()
    client.force_login(factories.user_with(Role.DEPARTMENT))
    for name in ("leader", "timeline", "compare", "overall"):
        answer = client.get(reverse(f"rollout:{name}"))
        assert "who-fills" not in answer.content.decode(), name
