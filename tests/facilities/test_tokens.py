"""Keys of REST clients: shown once, stored as a digest, accepted up to the day they expire."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from rest_framework.exceptions import AuthenticationFailed

from facilities.models import ApiToken, Role
from facilities.tokens import TokenAuthentication
from tests import factories

pytestmark = pytest.mark.django_db

EXPIRES_ON = date(2025, 6, 1)
# In Viet Nam it is seven hours later: 17:00 UTC is the midnight that begins the next day there.
LAST_MOMENT = datetime(2025, 5, 31, 16, 59, 59, tzinfo=UTC)
FIRST_MOMENT_AFTER = datetime(2025, 5, 31, 17, 0, 0, tzinfo=UTC)
VALID = datetime(2025, 5, 1, tzinfo=UTC)


@pytest.fixture
def made():
    user = factories.user_with(Role.CLIENT)
    return ApiToken.make(user=user, label="Cổng dữ liệu tỉnh", expires_on=EXPIRES_ON)


def sign_in(rf, header: str | bytes | None):
    request = rf.get("/api/v1/progress/")
    if header is not None:
        request.META["HTTP_AUTHORIZATION"] = header
    return TokenAuthentication().authenticate(request)


def test_only_the_digest_is_stored(made):
    token, key = made
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM facilities_apitoken")
        stored = " ".join(str(value) for value in cursor.fetchone())
    assert key not in stored
    assert key.removeprefix("emr_") not in stored
    assert token.digest == ApiToken.digest_of(key)


def test_every_key_is_another_one(made):
    token, key = made
    _other, other_key = ApiToken.make(user=token.user, label="two", expires_on=EXPIRES_ON)
    assert key != other_key
    assert len(key) >= 40


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [(VALID, True), (LAST_MOMENT, True), (FIRST_MOMENT_AFTER, False)],
)
def test_is_accepted_up_to_the_day_it_expires_in_viet_nam(rf, made, moment, accepted):
    token, key = made
    with time_machine.travel(moment, tick=False):
        if accepted:
            assert sign_in(rf, f"Bearer {key}") == (token.user, token)
        else:
            with pytest.raises(AuthenticationFailed):
                sign_in(rf, f"Bearer {key}")


def revoke(token):
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=VALID)


def expire(token):
    ApiToken.objects.filter(pk=token.pk).update(expires_on=VALID.date())


def dismiss(token):
    type(token.user).objects.filter(pk=token.user_id).update(is_active=False)


def forget(token):
    token.delete()


@pytest.mark.parametrize("end", [revoke, expire, dismiss, forget], ids=lambda end: end.__name__)
def test_every_refusal_says_the_same(rf, made, end):
    token, key = made
    with time_machine.travel(VALID, tick=False):
        assert sign_in(rf, f"Bearer {key}")
        end(token)
        with pytest.raises(AuthenticationFailed) as refused:
            sign_in(rf, f"Bearer {key}")
        with pytest.raises(AuthenticationFailed) as unknown:
            sign_in(rf, "Bearer emr_unknown")
    assert str(refused.value.detail) == str(unknown.value.detail)


@pytest.mark.parametrize("header", [None, "", "Basic dXNlcjpwYXNz", "Token emr_x"])
def test_other_ways_of_signing_in_are_left_to_others(rf, header):
    assert sign_in(rf, header) is None


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer two words", b"Bearer emr_\xc3\xa9", "bearer emr_unknown"]
)
def test_a_malformed_key_is_refused_and_not_an_error(rf, header):
    with pytest.raises(AuthenticationFailed):
        sign_in(rf, header)


def test_the_word_bearer_may_be_written_in_any_case(rf, made):
    token, key = made
    with time_machine.travel(VALID, tick=False):
        assert sign_in(rf, f"bearer {key}") == (token.user, token)


def test_signing_in_takes_one_query(rf, made, django_assert_num_queries):
    _token, key = made
    with time_machine.travel(VALID, tick=False), django_assert_num_queries(1):
        sign_in(rf, f"Bearer {key}")
