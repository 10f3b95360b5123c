"""The province's document: what it says, how it refuses, and when it may be kept."""

import gzip
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext, override

import rollout.programme.services
from facilities.models import Role
from facilities.services import withdraw
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import progress
from rollout.models import MilestoneEvent
from tests import factories
from tests.rollout.small_province import ON, small_province

pytestmark = pytest.mark.django_db

URL = "/api/v1/progress/"


@pytest.fixture
def province():
    return small_province()


@pytest.fixture
def reader(client, province):
    client.force_login(factories.user_with(Role.LEADER))
    return client


def ask(reader, language="en", **query):
    return reader.get(URL, {"on": "2025-05-21"} | query, headers={"accept-language": language})


def test_it_says_what_was_asked_and_about_whom(reader):
    found = ask(reader, compare="2025-02-18").json()
    assert (found["on"], found["known_at"], found["compare"]) == ("2025-05-21", None, "2025-02-18")
    assert found["scope"] == {
        "area": None,
        "name": "Test Province",
        "facilities": 2,
        "ownership": "public",
        "public": 2,
        "private": 0,
    }


def test_every_measure_comes_with_rule_denominator_evidence_and_page(reader):
    measures = ask(reader).json()["measures"]
    assert [measure["code"] for measure in measures] == list(BY_CODE)
    servers = measures[0]
    assert (servers["done"], servers["total"], servers["share"]) == (1, 2, 0.5)
    assert servers["rule"].startswith("The facility has at least one EMR server")
    assert servers["rule_version"] == 2
    assert servers["evidence"] == {
        "assumed": 0,
        "reported": 0,
        "documented": 1,
        "checked": 0,
        "decided": 0,
    }
    assert servers["newest_on"] == "2025-02-01"
    assert servers["expected_by"] == "2025-05-01"
    assert servers["url"] == "/measures/servers/?on=2025-05-21"


def test_what_is_not_known_is_null_and_not_nought(reader):
    registered = ask(reader).json()["measures"][2]
    assert registered["done"] == 1
    assert registered["total"] is registered["share"] is registered["missing"] is None
    assert registered["unknown"] == 2


def test_the_compared_day_gives_before_and_change(reader):
    official = {m["code"]: m for m in ask(reader, compare="2025-02-18").json()["measures"]}[
        "official"
    ]
    assert official["before"] == {"done": 0, "total": 2, "share": 0.0}
    assert official["change"] == 1
    assert ask(reader).json()["measures"][0]["before"] is None


def test_facilities_come_with_trouble_first(reader):
    late, official = ask(reader).json()["facilities"]
    assert (late["code"], late["days_late"], late["next_step"]) == ("bidding", 14, "servers")
    assert late["milestones"]["launch"]["state"] == "blocked"
    assert (official["stage"], official["stage_label"]) == ("official", "In official use")
    assert official["progress"] == 1.0
    assert official["measures"]["official"] == {
        "done": 1,
        "total": 1,
        "share": 1.0,
        "state": "done",
    }
    assert official["milestones"]["official"] == {
        "baseline": "2025-05-01",
        "target": "2025-05-01",
        "actual": "2025-05-06",
        "slip_days": 5,
        "state": "done",
    }


def test_legal_deadlines_count_the_days_left(reader):
    (deadline,) = ask(reader).json()["deadlines"]
    assert deadline["on"] == "2025-09-30"
    assert deadline["days_left"] == 132
    assert deadline["basis"] == "07/CT-TTg"


def test_counts_without_denominator_have_a_name(reader):
    figures = {figure["code"]: figure for figure in ask(reader).json()["figures"]}
    assert {code: (figure["label"], figure["value"]) for code, figure in figures.items()} == {
        "device:emr-server": ("EMR server", 1),
        "his_level:5": ("HIS level 5", 1),
        "his_level:unknown": ("HIS level not known", 1),
        "hosting:own_room": ("Own server room", 1),
        "hosting:unknown": ("Hosting not known", 1),
    }
    assert figures["device:emr-server"]["url"] == "/figures/device/emr-server/?on=2025-05-21"


def test_labels_and_names_are_in_the_readers_language(reader):
    vietnamese, english = ask(reader, "vi"), ask(reader, "en")
    assert vietnamese.json()["scope"]["name"] == "Tỉnh Thử Nghiệm"
    assert english.json()["scope"]["name"] == "Test Province"
    assert vietnamese.headers["Content-Language"] == "vi"
    assert vietnamese.headers["ETag"] != english.headers["ETag"]


def test_a_program_that_says_no_language_gets_the_one_of_its_account(client, province):
    client.force_login(factories.user_with(Role.CLIENT, language="en"))
    assert client.get(URL).headers["Content-Language"] == "en"
    assert client.get(URL, {"on": "x"}).headers["Content-Language"] == "en"
    client.force_login(factories.user_with(Role.CLIENT))
    assert client.get(URL).headers["Content-Language"] == "vi"


def test_known_at_gives_back_what_was_known_then(reader):
    moment = timezone.localtime() + timedelta(seconds=1)
    event = MilestoneEvent.objects.get(milestone="official")
    withdraw(fact=event, because="nhầm", by=factories.recorder(), at=moment + timedelta(seconds=1))
    then = ask(reader, known_at=moment.isoformat())
    assert then.json()["known_at"] == moment.isoformat()
    assert then.json()["measures"][6]["done"] == 1
    assert ask(reader).json()["measures"][6]["done"] == 0


def test_one_moment_in_two_offsets_is_one_document(reader):
    hanoi = ask(reader, known_at="2025-05-21T17:00:00+07:00")
    utc = ask(reader, known_at="2025-05-21T10:00:00Z")
    assert hanoi.headers["ETag"] == utc.headers["ETag"]


def test_the_day_is_today_unless_one_is_given(reader):
    assert reader.get(URL).json()["on"] == timezone.localdate().isoformat()


# Refusals


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("on=2025-02-30", ["on"]),
        ("on=2025-13-01", ["on"]),
        ("on=tomorrow", ["on"]),
        ("on=1999-12-31", ["on"]),
        ("on=2100-01-01", ["on"]),
        ("compare=2025-02-29", ["compare"]),
        ("known_at=2025-05-21T25:00", ["known_at"]),
        ("known_at=9999-12-31T23:59:59Z", ["known_at"]),
        ("known_at=0001-01-01T00:00:00%2B07:00", ["known_at"]),
        ("day=2025-05-21", ["day"]),
        ("on=2025-05-21&on=2025-05-22", ["on"]),
        ("on=0&compare=0&known_at=0&page=2", ["compare", "known_at", "on", "page"]),
    ],
)
def test_a_mistake_is_refused_and_every_parameter_at_fault_is_named(reader, language, query, named):
    answer = reader.get(f"{URL}?{query}", headers={"accept-language": language})
    assert answer.status_code == 400
    assert sorted(answer.json()["errors"]) == named
    assert all(message for messages in answer.json()["errors"].values() for message in messages)
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_message_is_in_the_readers_language(reader, language):
    with override(language):
        expected = gettext("Give this parameter once only.")
    answer = reader.get(f"{URL}?on=0&on=0", headers={"accept-language": language})
    assert answer.json()["errors"] == {"on": [expected]}


# Keeping


def test_who_has_the_facts_already_gets_304_without_a_body(reader):
    first = ask(reader)
    again = reader.get(
        URL,
        {"on": "2025-05-21"},
        headers={"accept-language": "en", "if-none-match": first.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        varies = {name.strip() for name in answer.headers["Vary"].split(",")}
        assert {"Accept-Language", "Cookie", "Authorization"} <= varies


def test_it_is_packed_for_who_can_unpack_it(reader):
    plain = ask(reader)
    packed = reader.get(
        URL, {"on": "2025-05-21"}, headers={"accept-language": "en", "accept-encoding": "gzip"}
    )
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_tag_does_not_depend_on_when_or_how_often_it_was_computed(reader):
    first = ask(reader)
    cache.clear()
    second = ask(reader)
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.json()["generated_at"] != first.json()["generated_at"]


def test_the_tag_stays_when_the_facts_that_are_new_do_not_touch_the_day(reader, province):
    before = ask(reader).headers["ETag"]
    rollout.programme.services.record_milestone(
        facility=province.bidding,
        milestone="pilot",
        happened_on=ON + timedelta(days=1),
        by=factories.recorder(),
    )
    assert ask(reader).headers["ETag"] == before


def test_the_tag_changes_with_a_fact_and_returns_when_it_is_withdrawn(reader, province):
    before = ask(reader).headers["ETag"]
    event = rollout.programme.services.record_milestone(
        facility=province.bidding, milestone="pilot", happened_on=ON, by=factories.recorder()
    )
    with_it = ask(reader)
    assert with_it.headers["ETag"] != before
    assert with_it.json()["measures"][5]["done"] == 2
    withdraw(fact=event, because="nhầm", by=factories.recorder())
    assert ask(reader).headers["ETag"] == before


def test_the_tag_changes_with_what_was_asked(reader):
    tags = {
        ask(reader, **query).headers["ETag"]
        for query in ({}, {"on": "2025-05-20"}, {"compare": "2025-02-18"})
    }
    assert len(tags) == 3


# Cost


def queries(reader, **query) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask(reader, **query).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_depend_on_the_number_of_facilities(reader):
    few = queries(reader, compare="2025-02-18")
    for number in range(27):
        place = factories.facility(f"more-{number:02}")
        factories.ProcurementFactory(facility=place)
        rollout.programme.services.record_milestone(
            facility=place,
            milestone="pilot",
            happened_on=date(2025, 3, 1),
            by=factories.recorder(),
        )
    assert queries(reader, compare="2025-02-18") == few


def test_a_kept_answer_costs_the_sign_in_and_one_query_more(reader):
    ask(reader)
    # session, user, roles, ledger
    assert queries(reader) == 4


def test_the_figures_are_those_of_the_one_computation(reader):
    computed = progress(ON)
    told = ask(reader).json()
    assert {m["code"]: (m["done"], m["total"]) for m in told["measures"]} == {
        m.code: (m.told, m.total) for m in computed.measures
    }
    assert told["overall"] == computed.overall
