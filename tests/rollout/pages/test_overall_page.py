"""The rows behind the weighted progress add up to it."""

from datetime import date

import pytest
from django.urls import reverse

from facilities.models import Role
from facilities.services import record
from rollout.day import read_day
from rollout.figures.progress import progress
from rollout.models import MeasureWeight
from rollout.pages.summary.overall import _content
from tests.factories import START, recorder, user_with
from tests.house.busy_province import ON, busy_province

pytestmark = pytest.mark.django_db


def weigh(measure: str, weight, *, since=START, **fields) -> None:
    row = MeasureWeight(measure=measure, weight=weight, effective_from=since, **fields)
    record(row, by=recorder())


@pytest.fixture
def province():
    busy_province(3)
    weigh("servers", 15, assumed="all", source="tạm tính")
    weigh("devices", 10)
    weigh("signatures_issued", 5)
    weigh("connected_private", 20)


def content() -> dict:
    return _content(read_day({"on": ON.isoformat()}), "1")


@pytest.mark.usefixtures("province")
def test_what_each_measure_adds_makes_the_progress_of_the_facility():
    shown = content()
    assert len(shown["lines"]) == 3
    for facility, parts in shown["lines"]:
        added = sum(part.adds for part in parts if part.adds is not None)
        assert added == pytest.approx(facility.progress)
    assert shown["overall"] == progress(ON).overall


@pytest.mark.usefixtures("province")
def test_a_measure_that_is_not_about_a_facility_is_left_out():
    for _facility, parts in content()["lines"]:
        private = next(p for p in parts if p.weight.measure.code == "connected_private")
        assert not private.counted
        assert private.adds is None


@pytest.mark.usefixtures("province")
def test_the_weights_say_their_proportion_their_day_and_whether_they_are_assumed():
    weigh("devices", 20, since=ON)
    weigh("devices", 99, since=date(2025, 12, 1))
    weights = {weight.measure.code: weight for weight in content()["weights"]}
    assert weights["servers"].part == pytest.approx(15 / 60)
    assert weights["servers"].rung.code == "assumed"
    assert weights["devices"].weight == 20
    assert weights["devices"].row.effective_from == ON
    assert weights["devices"].rung.code == "reported"
    assert weights["official"].row is None
    assert sum(weight.part for weight in weights.values()) == pytest.approx(1)


@pytest.mark.usefixtures("province")
def test_the_page_opens_from_the_leader_page(client):
    client.force_login(user_with(Role.LEADER))
    path = reverse("rollout:overall")
    query = {"on": ON.isoformat()}
    assert f"{path}?on={ON}" in client.get(reverse("rollout:leader"), query).content.decode()
    page = client.get(path, query).content.decode()
    assert "tạm tính" in page
    assert 'id="place-000"' in page


def test_a_province_without_facilities_and_weights_has_a_page(client):
    client.force_login(user_with(Role.LEADER))
    assert client.get(reverse("rollout:overall")).status_code == 200
