"""As known on: where a page lets one choose it, how it says it, and that no page knows more."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities import clock
from facilities.models import Role
from rollout.models import Alert
from tests import factories
from tests.factories import user_with
from tests.house.busy_province import ON, busy_province

pytestmark = pytest.mark.django_db

ASKED = {"on": "2025-05-21", "known_at": "2025-05-25"}


@pytest.fixture
def read(client):
    busy_province(3)
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["emr_language"] = client.cookies["django_language"] = "en"

    def get(name: str, *args: str, status: int = 200, **asked: str) -> str:
        answer = client.get(reverse(f"rollout:{name}", args=args), asked)
        assert answer.status_code == status, name
        return answer.content.decode()

    return get


def band(page: str) -> str:
    """The words of the band under the head."""
    found = re.search(r'<aside class="band"[^>]*>(.*?)</aside>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_the_band_names_both_days_and_leads_back_to_what_is_known_now(read):
    page = read("obstacle-list", **ASKED)
    assert "As of 21 May 2025 , as known on 25 May 2025 ." in band(page)
    assert 'href="?on=2025-05-21" data-other-day' in page
    exact = read("obstacle-list", on="2025-05-21", known_at="2025-05-25T17:00")
    assert "as known on 25 May 2025, 17:00" in band(exact)
    assert "as known on" not in read("obstacle-list", on="2025-05-21")


def test_a_moment_to_come_is_said_to_be_one(read):
    said = "That moment has not come yet"
    assert said in band(read("obstacle-list", on="2025-05-21", known_at="2099-01-01"))
    assert said not in band(read("obstacle-list", **ASKED))


@pytest.mark.parametrize("name", ["leader", "obstacle-list", "deadline-list", "timeline"])
def test_every_page_has_the_control_and_keeps_what_else_was_asked(read, name):
    page = read(name, **ASKED, show="late")
    assert re.search(r'<input id="\w+-known-at" name="known_at" value="25/05/2025"', page)
    if name != "leader":
        assert '<input type="hidden" name="show" value="late">' in page
    today = read(name)
    assert re.search(r'<input id="\w+-known-at" name="known_at" value=""', today)


@pytest.mark.parametrize("name", ["obstacle-new", "council-new", "import-list", "inbox"])
def test_a_page_that_writes_says_that_it_writes_today(read, name):
    today = clock.today()
    said = band(read(name, **ASKED))
    assert f"today, {today:%-d} {today:%b %Y}; what is written here is written today" in said
    assert "21 May 2025 , as known on 25 May 2025" in said
    assert band(read(name)) == ""


def test_garbage_is_refused_by_the_name_of_the_field(read):
    assert "As known on" in read("leader", known_at="yesterday", status=400)


@pytest.mark.parametrize("name", ["leader", "month", "obstacle-list", "alert-list", "forecast"])
def test_before_anything_was_recorded_nothing_is_known(read, name):
    """Whatever is listed of the province today, its first facility, is not there then."""
    page = read(name, on=ON.isoformat(), known_at="2001-01-01")
    assert "place-000" not in page
    assert "VM-0" not in page


def test_alerts_are_those_raised_by_then(read):
    alert = Alert.objects.create(
        rule="milestone", subject="x", due_on=ON, what_vi="Việc X", what_en="Thing X", raised_on=ON
    )
    now = timezone.now()
    Alert.objects.filter(pk=alert.pk).update(raised_at=now)
    on = ON.isoformat()
    assert "Thing X" in read("alert-list", on=on)
    assert "Thing X" in read("alert-list", on=on, known_at=now.isoformat())
    before = now - timedelta(seconds=1)
    assert "Thing X" not in read("alert-list", on=on, known_at=before.isoformat())


def test_the_month_knows_no_session_recorded_later(read):
    factories.programme()
    on = ON.isoformat()
    events = re.compile(r'class="agenda.*</table>', re.DOTALL)
    assert "<a href" in events.search(read("month", on=on))[0]
    assert "<a href" not in events.search(read("month", on=on, known_at="2001-01-01"))[0]
