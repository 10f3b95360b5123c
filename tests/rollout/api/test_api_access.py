"""Who may read the API, and how much."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from facilities.models import ApiToken, Role
from tests.factories import UserFactory, user_with
from tests.rollout.small_province import HOLDER, small_province

pytestmark = pytest.mark.django_db

PROGRESS = "/api/v1/progress/?on=2025-05-21"
TREND = "/api/v1/progress/trend/?measure=official&from=2025-05-20&to=2025-05-21"
OFFICIAL = "/api/v1/facilities/official/progress/?on=2025-05-21"
BIDDING = "/api/v1/facilities/bidding/progress/?on=2025-05-21"
DOCUMENTS = [PROGRESS, TREND, OFFICIAL]
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def province():
    return small_province()


@pytest.fixture
def sign_in(client, province):
    def _sign_in(role, **held):
        client.force_login(user_with(role, **held))
        return client

    return _sign_in


def bearer(client, url, key):
    return client.get(url, headers={"authorization": f"Bearer {key}"})


def key_for(user, *, scope="progress:read", expires_on=date(2100, 1, 1)):
    return ApiToken.make(user=user, label="test", scope=scope, expires_on=expires_on)[1]


@pytest.mark.parametrize("url", DOCUMENTS)
def test_a_stranger_is_asked_to_sign_in(client, province, url):
    answer = client.get(url)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()) == ["type", "title", "status", "detail"]


@pytest.mark.parametrize("url", DOCUMENTS)
def test_without_a_role_nothing_is_shown(client, province, url):
    client.force_login(UserFactory())
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2025, 5, 31), 403),
        (date(2025, 6, 1), 200),
        (date(2025, 6, 30), 200),
        (date(2025, 7, 1), 403),
    ],
)
def test_a_role_opens_the_document_from_its_first_day_up_to_its_end(client, province, day, status):
    user = user_with(Role.LEADER, since=date(2025, 6, 1), until=date(2025, 7, 1))
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=HANOI), tick=False):
        client.force_login(user)
        assert client.get(PROGRESS).status_code == status


def test_permission_is_asked_before_the_cache(client, province, sign_in):
    assert sign_in(Role.LEADER).get(PROGRESS).status_code == 200
    client.force_login(UserFactory())
    assert client.get(PROGRESS).status_code == 403


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime(2026, 1, 30, 23, 59, tzinfo=HANOI), 200),
        (datetime(2026, 1, 31, 0, 0, tzinfo=HANOI), 401),
        (datetime(2026, 2, 1, 8, 0, tzinfo=HANOI), 401),
    ],
)
def test_a_key_is_accepted_until_the_day_it_expires(client, province, moment, status):
    key = key_for(user_with(Role.CLIENT), expires_on=date(2026, 1, 31))
    with time_machine.travel(moment, tick=False):
        assert bearer(client, PROGRESS, key).status_code == status


def test_a_revoked_key_and_one_of_a_closed_account_are_refused_alike(client, province):
    user = user_with(Role.CLIENT)
    revoked, other = key_for(user), key_for(user)
    ApiToken.objects.filter(digest=ApiToken.digest_of(revoked)).update(revoked_at=timezone.now())
    assert bearer(client, PROGRESS, other).status_code == 200
    answers = [bearer(client, PROGRESS, revoked), bearer(client, PROGRESS, "emr_invented")]
    user.is_active = False
    user.save()
    answers.append(bearer(client, PROGRESS, other))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("header", ["Bearer", "Bearer two keys", "Bearer khóa"])
def test_a_malformed_header_is_refused(client, province, header):
    assert client.get(PROGRESS, headers={"authorization": header}).status_code == 401


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.LEADER, Role.ADMINISTRATOR, Role.CLIENT])
def test_every_role_reads_the_same_headline_figures(sign_in, role):
    facilities = sign_in(role).get(PROGRESS).json()["facilities"]
    assert [facility["code"] for facility in facilities] == ["bidding", "official"]


@pytest.mark.parametrize(
    ("role", "detail"),
    [
        (Role.DEPARTMENT, True),
        (Role.LEADER, True),
        (Role.ADMINISTRATOR, False),
        (Role.CLIENT, False),
    ],
)
def test_the_rows_of_a_facility_are_for_those_who_may_see_them(sign_in, role, detail):
    answer = sign_in(role).get(OFFICIAL).json()
    assert (answer["procurements"] is not None) is detail
    assert (answer["councils"] is not None) is detail
    assert answer["measures"]["servers"]["done"] == 1


def test_an_officer_sees_the_rows_of_the_own_facility_only(sign_in, province):
    officer = sign_in(Role.OFFICER, facility=province.bidding)
    own, other = officer.get(BIDDING).json(), officer.get(OFFICIAL).json()
    assert own["procurements"][0]["code"] == "GT-B"
    assert own["late_for"]
    assert other["procurements"] is other["councils"] is other["late_for"] is None


def test_an_agency_officer_sees_the_summary(sign_in, province):
    officer = sign_in(Role.AGENCY, agency=province.agency)
    assert officer.get(PROGRESS).status_code == 200
    assert officer.get(OFFICIAL).json()["councils"] is None


@pytest.mark.parametrize("role", [Role.CLIENT, Role.DEPARTMENT, Role.LEADER])
@pytest.mark.parametrize(("scope", "detail"), [("progress:read", False), ("registers:read", True)])
def test_a_key_opens_what_its_scope_says_whoever_owns_it(client, province, role, scope, detail):
    key = key_for(user_with(role), scope=scope)
    assert bearer(client, PROGRESS, key).status_code == 200
    assert (bearer(client, OFFICIAL, key).json()["councils"] is not None) is detail


def test_a_key_never_opens_more_than_its_owner_may_see(client, province):
    officer = user_with(Role.OFFICER, facility=province.bidding)
    detail, progress = key_for(officer, scope="registers:read"), key_for(officer)
    assert bearer(client, BIDDING, detail).json()["procurements"]
    assert bearer(client, OFFICIAL, detail).json()["procurements"] is None
    assert bearer(client, BIDDING, progress).json()["procurements"] is None


@pytest.mark.parametrize("url", DOCUMENTS)
def test_no_holder_of_a_certificate_is_named(sign_in, url):
    assert HOLDER not in sign_in(Role.DEPARTMENT).get(url).content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", DOCUMENTS)
def test_nothing_can_be_written(sign_in, method, url):
    answer = getattr(sign_in(Role.DEPARTMENT), method)(url)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_write_is_refused_as_such_even_without_the_forms_token(province):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user_with(Role.DEPARTMENT))
    assert strict.post(PROGRESS).status_code == 405


def test_head_and_options_answer(sign_in):
    reader = sign_in(Role.LEADER)
    head = reader.head(PROGRESS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == reader.get(PROGRESS).headers["ETag"]
    assert reader.options(PROGRESS).status_code == 200
