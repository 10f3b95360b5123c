"""The leader page: what it is held against, and what stands where."""

import re
from datetime import date, timedelta

import pytest

from facilities.models import FacilityArea, Role
from rollout.models import WorkingSession
from tests import factories
from tests.factories import user_with
from tests.house.busy_province import ON, busy_province

pytestmark = pytest.mark.django_db

EARLIER, LATER = ON - timedelta(days=90), date(2025, 4, 2)  # the first is of the busy province


@pytest.fixture
def leader(client):
    busy_province(3)
    WorkingSession.objects.create(
        name_vi="Làm việc", held_on=LATER, chair="Chủ tịch", recorded_by=factories.recorder()
    )

    def get(name="An", **asked) -> str:
        client.force_login(user_with(Role.LEADER, full_name=name))
        return client.get("/", asked).content.decode()

    return get


def held_against(text: str) -> str:
    """What the field says."""
    return text.split('name="compare" value="')[1].split('"')[0]


def test_it_is_held_against_the_working_session_before(leader):
    assert held_against(leader(on=ON)) == LATER.isoformat()
    assert held_against(leader(on=LATER)) == EARLIER.isoformat()
    assert held_against(leader(on=EARLIER)) == ""


def test_links_carry_only_what_was_asked_for(leader):
    official = f"/measures/official/?on={ON}"
    assert f'"{official}"' in leader(on=ON)
    assert f'"{official}&compare="' in leader(on=ON, compare="").replace("&amp;", "&")


def test_a_day_asked_for_goes_before_it_and_none_switches_it_off(leader):
    assert held_against(leader(on=ON, compare=EARLIER)) == EARLIER.isoformat()
    assert held_against(leader(on=ON, compare="")) == ""
    assert held_against(leader(on=ON, compare=ON)) == LATER.isoformat()


def test_it_says_for_whom_it_is_printed_though_the_rest_is_kept(leader):
    for name in ("An", "Bình"):
        [printed] = re.findall(r'paper-only">(.*?)</p>', leader(name, on=ON))
        assert name in printed


def test_a_large_province_shows_its_areas_and_each_of_them_its_own_facilities(leader, monkeypatch):
    monkeypatch.setattr("rollout.pages.summary.leader.MOST_ROWS", 2)
    monkeypatch.setattr("rollout.pages.summary.leader.MOST_WORST", 1)
    monkeypatch.setattr("rollout.pages.summary.areas.MOST_AREAS", 2)
    for row in FacilityArea.objects.all():
        lies_in = factories.AreaFactory(code=f"area-{row.pk}", level="commune")
        FacilityArea.objects.filter(pk=row.pk).update(area=lies_in)
    whole = leader(on=ON)
    assert 'class="matrix"' not in whole
    areas = re.findall(r'<th scope="row"><a href="/\?[^"]*?area=([^"&]+)', whole)
    assert len(areas) == 2  # of three
    assert "/compare/?" in whole.split('id="matrix"')[1]
    named = whole.split('<table class="stack gap">')[1].split("</table>")[0]
    assert len(set(re.findall(r"/facilities/(place-\d+)/", named))) == 1
    for code in areas:
        part = leader(on=ON, area=code)
        assert 'class="matrix"' in part
        assert (
            len(set(re.findall(r"/facilities/(place-\d+)/", part.split('class="matrix"')[1]))) == 1
        )
