"""The curve in the API."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from facilities.models import Role
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import progress
from rollout.figures.trend import LONGEST_DAYS
from tests import factories
from tests.rollout.small_province import small_province

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    small_province()
    client.force_login(factories.user_with(Role.LEADER, language="en"))
    return client


def ask(reader, **query):
    return reader.get("/api/v1/progress/trend/", query)


@pytest.mark.parametrize("measure", BY_CODE)
def test_every_day_has_the_figure_that_the_progress_of_that_day_gives(reader, measure):
    found = ask(reader, measure=measure, **{"from": "2025-05-04", "to": "2025-05-07"}).json()
    assert [point["on"] for point in found["points"]] == [
        "2025-05-04",
        "2025-05-05",
        "2025-05-06",
        "2025-05-07",
    ]
    for point in found["points"]:
        result = progress(date.fromisoformat(point["on"])).measure(measure)
        assert (point["done"], point["total"], point["share"]) == (
            result.told,
            result.total,
            result.share,
        )


def test_the_curve_steps_on_the_day_of_the_fact(reader):
    found = ask(reader, measure="official", **{"from": "2025-05-05", "to": "2025-05-06"}).json()
    assert [point["done"] for point in found["points"]] == [0, 1]


def test_it_says_what_it_shows(reader):
    found = ask(reader, measure="official", **{"from": "2025-05-21", "to": "2025-05-21"}).json()
    assert (found["from"], found["to"], found["measure"]) == (
        "2025-05-21",
        "2025-05-21",
        "official",
    )
    assert (found["unit"], found["rule_version"]) == ("facilities", 3)
    assert len(found["points"]) == 1


def test_without_days_it_shows_the_year_up_to_today(reader):
    found = ask(reader, measure="official").json()
    today = timezone.localdate()
    assert found["to"] == today.isoformat()
    assert found["from"] == (today - timedelta(days=365)).isoformat()


def test_the_longest_period_is_allowed_and_a_day_more_is_not(reader):
    last = date(2025, 5, 21)
    first = last - timedelta(days=LONGEST_DAYS - 1)
    asked = {"measure": "official", "from": first.isoformat(), "to": last.isoformat()}
    assert len(ask(reader, **asked).json()["points"]) == LONGEST_DAYS
    asked["from"] = (first - timedelta(days=1)).isoformat()
    refused = ask(reader, **asked)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["from"]


def test_an_unknown_measure_is_refused_with_the_codes_there_are(reader):
    for query in ({}, {"measure": "happiness"}):
        answer = ask(reader, **query)
        assert answer.status_code == 400
        assert all(code in answer.json()["errors"]["measure"][0] for code in BY_CODE)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"from": "2025-05-22", "to": "2025-05-21"}, ["from"]),
        ({"from": "2025-02-30"}, ["from"]),
        ({"to": "never"}, ["to"]),
        ({"to": "2000-01-01"}, []),
        ({"known_at": "yesterday"}, ["known_at"]),
        ({"on": "2025-05-21"}, ["on"]),
        (
            {"from": "x", "to": "x", "known_at": "x", "compare": "x"},
            ["compare", "from", "known_at", "to"],
        ),
    ],
)
def test_a_mistake_is_refused_and_named(reader, query, named):
    answer = ask(reader, measure="official", **query)
    assert answer.status_code == (400 if named else 200)
    if named:
        assert sorted(answer.json()["errors"]) == named


def test_the_curve_can_be_kept_too(reader):
    asked = {"measure": "official", "from": "2025-05-01", "to": "2025-05-21"}
    tag = ask(reader, **asked).headers["ETag"]
    again = reader.get("/api/v1/progress/trend/", asked, headers={"if-none-match": tag})
    assert again.status_code == 304
