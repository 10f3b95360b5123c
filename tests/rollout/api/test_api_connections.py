"""Connections in the API: as they are at the minute, in pieces, without a secret."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from connectivity import gateways
from connectivity.models import BeatDay, Gateway
from facilities.models import ApiToken, Ownership, Role, Scope
from facilities.reorganising import close_facility
from tests import factories
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 5, 21, 2, 0, tzinfo=UTC)  # nine in the morning in Viet Nam
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
URL = "/api/v1/connections/"
STATES = {"silent": 0, "late": 0, "awaited": 0, "live": 0, "none": 0}


@pytest.fixture(autouse=True)
def _at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def partner():
    factories.programme()
    return factories.PartnerFactory()


def connect(facility, partner, *, beats=(), at=NOW - 30 * DAY, **counts) -> tuple[Gateway, str]:
    """An address, and signs of life at these moments."""
    made, secret = gateways.issue(
        facility=facility, partner=partner, by=factories.recorder(), at=at
    )
    for moment in beats:
        assert gateways.beat(
            secret=secret, now=moment, sent=counts.get("sent", 0), errors=counts.get("errors", 0)
        )
    return made, secret


@pytest.fixture
def five(partner):
    """One in each state, by code."""
    live, late, silent, awaited, bare = (
        factories.facility(code, name_en=code.title()) for code in ("a", "b", "c", "d", "e")
    )
    connect(live, partner, beats=[NOW - 60 * MINUTE], sent=12, errors=1)
    connect(late, partner, beats=[NOW - 61 * MINUTE])
    connect(silent, partner, beats=[NOW - 91 * MINUTE])
    connect(awaited, partner, at=NOW - 5 * MINUTE)
    return [live, late, silent, awaited, bare]


@pytest.fixture
def reader(client):
    client.force_login(user_with(Role.DEPARTMENT, language="en"))
    return client


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["facility"] for one in answer.json()["connections"]]


def test_every_connection_is_told_with_its_state_to_the_minute(reader, five):
    answer = reader.get(URL).json()
    told = {one["facility"]: one["state"] for one in answer["connections"]}
    assert told == {"a": "live", "b": "late", "c": "silent", "d": "awaited", "e": "none"}
    assert answer["totals"] == dict.fromkeys(STATES, 1)
    assert (answer["count"], answer["next"]) == (5, None)
    assert answer["generated_at"] == "2025-05-21T09:00:00+07:00"
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert reader.get(URL).json()["totals"]["late"] == 2


def test_a_connection_says_when_it_was_heard_and_when_it_must_be(reader, partner, five):
    live, *_others, bare = reader.get(URL).json()["connections"]
    assert live == {
        "facility": "a",
        "facility_name": "A",
        "partner": "bach-mai",
        "partner_name": partner.name_en,
        "state": "live",
        "state_label": "active",
        "last_at": "2025-05-21T08:00:00+07:00",
        "expected_by": "2025-05-21T09:00:00+07:00",
        "silent_after": "2025-05-21T09:30:00+07:00",
        "interval_minutes": 60,
        "grace_minutes": 30,
        "today": {"beats": 1, "sent": 12, "errors": 1},
        "week": {"beats": 1, "sent": 12, "errors": 1},
        "url": "/api/v1/facilities/a/connections/bach-mai/",
    }
    assert bare["state_label"] == "no address"
    assert [name for name, value in bare.items() if value is None] == [
        "last_at",
        "expected_by",
        "silent_after",
        "interval_minutes",
        "grace_minutes",
        "today",
        "week",
    ]


def test_labels_are_in_the_readers_language(reader, partner, five):
    one = reader.get(URL, headers={"accept-language": "vi"}).json()["connections"][4]
    assert (one["state_label"], one["partner_name"]) == ("chưa có địa chỉ", partner.name_vi)


def test_today_begins_at_midnight_and_the_week_six_days_before(reader, partner):
    midnight = datetime(2025, 5, 20, 17, 0, tzinfo=UTC)
    week = midnight - 6 * DAY
    moments = [week - MINUTE, week, midnight - MINUTE, midnight, NOW]
    connect(factories.facility("a"), partner, beats=moments, sent=10, errors=2)
    (one,) = reader.get(URL).json()["connections"]
    assert one["today"] == {"beats": 2, "sent": 20, "errors": 4}
    assert one["week"] == {"beats": 4, "sent": 40, "errors": 8}


def test_filters_choose_and_totals_tell_what_state_would_have_given(reader, five):
    silent = reader.get(URL, {"state": "silent"})
    assert codes(silent) == ["c"]
    assert (silent.json()["count"], sum(silent.json()["totals"].values())) == (1, 5)
    own = reader.get(URL, {"facility": "b"})
    assert codes(own) == ["b"]
    assert own.json()["totals"] == STATES | {"late": 1}
    assert codes(reader.get(URL, {"facility": "b", "state": "live"})) == []
    other = factories.PartnerFactory(code="other", counted=False)
    connect(five[0], other)
    assert codes(reader.get(URL, {"partner": "other"})) == ["a"]
    assert len(codes(reader.get(URL))) == 6


def test_private_ones_belong_to_it_and_those_outside_do_not(reader, partner):
    factories.facility("clinic", ownership=Ownership.PRIVATE, scope=Scope.CONNECTIVITY)
    factories.facility("outside", scope=Scope.NONE)
    assert codes(reader.get(URL)) == ["clinic"]


def read_on(reader, url: str) -> list[list[str]]:
    found = []
    while url:
        answer = reader.get(url)
        found.append(codes(answer))
        url = answer.json()["next"]
    return found


def test_a_long_list_comes_in_pieces_that_lose_and_repeat_nothing(reader, five):
    assert read_on(reader, f"{URL}?limit=2") == [["a", "b"], ["c", "d"], ["e"]]
    assert read_on(reader, f"{URL}?limit=5") == [["a", "b", "c", "d", "e"]]
    first = reader.get(f"{URL}?limit=2").json()["next"]
    factories.facility("aa")  # before the place that has been reached
    assert read_on(reader, first) == [["c", "d"], ["e"]]
    assert read_on(reader, f"{URL}?limit=1&state=none") == [["aa"], ["e"]]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_mistakes_are_named_all_at_once_in_the_readers_language(reader, partner, language):
    query = "state=dead&partner=nobody&facility=x%00&limit=501&after=a&on=2025-05-21"
    answer = reader.get(f"{URL}?{query}", headers={"accept-language": language})
    assert answer.status_code == 400
    told = answer.json()["errors"]
    assert sorted(told) == ["after", "facility", "limit", "on", "partner", "state"]
    assert "silent, late, awaited, live, none" in told["state"][0]
    assert "bach-mai" in told["partner"][0]
    with override(language):
        assert told["limit"] == [gettext("Give a whole number from 1 to %(most)s.") % {"most": 500}]


@pytest.mark.parametrize(("limit", "status"), [("1", 200), ("500", 200), ("0", 400), ("-1", 400)])
def test_a_piece_has_a_size_that_is_bounded(reader, partner, limit, status):
    assert reader.get(URL, {"limit": limit}).status_code == status


def key_of(role: str, scope: str, **held) -> dict:
    user = user_with(role, language="en", **held)
    made = ApiToken.make(user=user, label="x", scope=scope, expires_on=date(2100, 1, 1))
    return {"authorization": f"Bearer {made[1]}"}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DEPARTMENT, 200),
        (Role.LEADER, 200),
        (Role.ADMINISTRATOR, 403),
        (Role.CLIENT, 403),
    ],
)
def test_the_list_is_for_those_whom_the_page_is_for(client, five, role, status):
    client.force_login(user_with(role))
    assert client.get(URL).status_code == status
    assert client.get(reverse("rollout:connection-list")).status_code == status


@pytest.mark.parametrize("role", [Role.CLIENT, Role.LEADER])
def test_a_key_opens_the_list_only_with_the_scope_of_the_programme(client, five, role):
    for scope in ("progress:read", "registers:read"):
        refused = client.get(URL, headers=key_of(role, scope))
        assert refused.status_code == 403
        assert scope in refused.json()["detail"]
        assert "programme" in refused.json()["detail"]
    assert len(codes(client.get(URL, headers=key_of(role, "programme:read")))) == 5


def test_a_sign_of_life_is_given_by_a_key_for_the_places_of_its_account(client, five):
    address = "/api/v1/facilities/{}/connections/bach-mai/heartbeat/"
    officer = key_of(Role.OFFICER, "heartbeat", facility=five[0])
    days = BeatDay.objects.filter(gateway__facility=five[0])
    told = {name: Coalesce(Sum(name), 0) for name in ("sent", "errors", "beats")}
    before = list(days.aggregate(**{f"of_{name}": sum_ for name, sum_ in told.items()}).values())
    cases = [
        ("a", officer, {"sent": 12, "errors": 1}, 204),
        ("a", officer, {}, 204),
        ("a", officer, {"sent": -1}, 400),
        ("a", officer, {"more": 1}, 400),
        ("b", officer, {}, 403),
        ("nowhere", key_of(Role.CLIENT, "heartbeat"), {}, 404),
        ("a", key_of(Role.CLIENT, "programme:read"), {}, 403),
        ("a", key_of(Role.LEADER, "heartbeat"), {}, 403),
    ]
    for code, headers, body, status in cases:
        answer = client.post(address.format(code), body, "application/json", headers=headers)
        assert answer.status_code == status, (code, body, answer.content)
    after = list(days.aggregate(**{f"of_{name}": sum_ for name, sum_ in told.items()}).values())
    assert [now - then for now, then in zip(after, before, strict=True)] == [12, 1, 2]
    assert client.get(URL, headers=officer).status_code == 403


def test_a_scope_opens_no_more_than_its_holder_may_see(client, five):
    headers = key_of(Role.OFFICER, "programme:read", facility=five[0])
    assert client.get(URL, headers=headers).status_code == 403
    own, other = (f"/api/v1/facilities/{code}/connections/bach-mai/" for code in "ab")
    assert client.get(own, headers=headers).status_code == 200
    assert client.get(other, headers=headers).status_code == 403
    assert client.get(URL).status_code == 401
    client.force_login(UserFactory())
    assert client.get(URL).status_code == 403


def test_neither_secret_nor_digest_nor_person_is_told(reader, partner):
    gateway, secret = connect(factories.facility("a"), partner, beats=[NOW])
    for url in (URL, "/api/v1/facilities/a/connections/bach-mai/"):
        text = reader.get(url).content.decode()
        assert secret not in text
        assert gateway.digest not in text
        assert gateway.issued_by.username not in text


@pytest.mark.parametrize("url", [URL, "/api/v1/facilities/a/connections/bach-mai/"])
def test_what_changes_by_the_minute_is_not_kept(reader, five, url):
    answer = reader.get(url)
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert reader.post(url).status_code == 405


# One connection


def ask(reader, code="a", partner="bach-mai", **query):
    return reader.get(f"/api/v1/facilities/{code}/connections/{partner}/", query)


def test_ninety_days_are_those_of_the_strip(reader, partner):
    place = factories.facility("a")
    full = [NOW - DAY - 8 * 60 * MINUTE + n * 60 * MINUTE for n in range(22)]
    connect(place, partner, at=NOW - 3 * DAY, beats=[*full, NOW], sent=5, errors=1)
    found = ask(reader).json()
    assert len(found["days"]) == 90
    assert [(day["on"], day["kind"], day["beats"], day["sent"]) for day in found["days"][-5:]] == [
        ("2025-05-17", "before", 0, 0),
        ("2025-05-18", "none", 0, 0),
        ("2025-05-19", "none", 0, 0),
        ("2025-05-20", "full", 22, 110),
        ("2025-05-21", "gaps", 1, 5),
    ]
    assert found["days"][-1]["kind_label"] == "with gaps"
    assert found["days"][-1]["errors"] == 1
    listed = reader.get(URL).json()["connections"][0]
    assert listed.items() <= found.items()


def test_without_an_address_there_are_no_days(reader, five):
    found = ask(reader, "e").json()
    assert (found["state"], found["days"], found["week"]) == ("none", None, None)


def test_a_replaced_address_keeps_the_days_of_the_one_before(reader, partner):
    place = factories.facility("a")
    connect(place, partner, beats=[NOW - DAY, NOW - MINUTE], sent=3)
    gateways.issue(facility=place, partner=partner, by=factories.recorder(), because="x", at=NOW)
    found = ask(reader).json()
    assert (found["state"], found["last_at"]) == ("awaited", None)
    assert [day["sent"] for day in found["days"][-2:]] == [3, 3]
    assert found["week"]["sent"] == 6


@pytest.mark.parametrize(("code", "partner_code"), [("nowhere", "bach-mai"), ("a", "nobody")])
def test_what_is_not_there_is_named(reader, five, code, partner_code):
    answer = ask(reader, code, partner_code)
    assert answer.status_code == 404
    assert (code if code == "nowhere" else "bach-mai") in answer.json()["detail"]


def test_a_parameter_is_refused_where_there_is_none(reader, five):
    refused = ask(reader, on="2025-05-21").json()
    assert refused["errors"] == {"on": ["This address takes no parameters."]}


def test_a_facility_is_gone_from_the_day_it_was_closed(reader, five):
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        close_facility(facility=five[0], on=date(2025, 5, 23), because="x", by=factories.recorder())
    assert ask(reader).status_code == 200
    with time_machine.travel(NOW + DAY, tick=False):
        assert ask(reader).status_code == 200
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        gone = ask(reader)
        assert (gone.status_code, gone.json()["on"]) == (410, "2025-05-23")
        assert "a" not in codes(reader.get(URL))


@pytest.mark.parametrize(
    ("role", "status"), [(Role.LEADER, 200), (Role.ADMINISTRATOR, 403), (Role.CLIENT, 403)]
)
def test_one_connection_is_for_those_who_see_its_rows(client, five, role, status):
    client.force_login(user_with(role))
    assert ask(client).status_code == status


def test_an_officer_reads_the_own_connection_and_a_key_those_its_scope_opens(client, five):
    client.force_login(user_with(Role.OFFICER, facility=five[0]))
    assert [ask(client, code).status_code for code in "ab"] == [200, 403]
    client.logout()
    found = {}
    for scope in ("progress:read", "registers:read", "programme:read"):
        headers = key_of(Role.CLIENT, scope)
        answer = client.get("/api/v1/facilities/a/connections/bach-mai/", headers=headers)
        found[scope] = answer.status_code
    assert found == {"progress:read": 403, "registers:read": 200, "programme:read": 200}


def queries(reader, url: str) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(url).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_depend_on_the_number_of_connections(reader, partner):
    urls = [URL, "/api/v1/facilities/place-00/connections/bach-mai/"]
    found = []
    for numbers in (range(3), range(3, 12)):
        for number in numbers:
            place = factories.facility(f"place-{number:02}")
            connect(place, partner, beats=[NOW - DAY, NOW], sent=1)
        found.append([queries(reader, url) for url in urls])
    assert len(codes(reader.get(URL))) == 12
    assert found[0] == found[1]
