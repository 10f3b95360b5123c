"""Whatever the API refuses is a problem of RFC 9457, and what is left of the requests is told."""

import pytest
from django.test import Client

from facilities.models import LogEntry, Role
from rollout.api import throttling, views
from rollout.site import guessing
from rollout.site.middleware import BODY_OF_PROGRAMS
from tests.factories import UserFactory, user_with
from tests.rollout.small_province import small_province

pytestmark = pytest.mark.django_db

PROGRESS = "/api/v1/progress/"


def problem(answer) -> dict:
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() >= {"type", "title", "status", "detail"}
    assert told["status"] == answer.status_code
    assert all(told.values())
    return told


def test_every_refusal_has_one_shape(client):
    small_province()
    department, nobody = user_with(Role.DEPARTMENT, language="en"), UserFactory()
    cases = [
        (None, "get", PROGRESS, {}, 401, "not-signed-in"),
        (nobody, "get", PROGRESS, {}, 403, "not-allowed"),
        (department, "get", PROGRESS + "?on=x", {}, 400, "invalid-request"),
        (department, "get", "/api/v1/schema/?x=1", {}, 400, "invalid-request"),
        (department, "get", "/api/v1/registers/x/", {}, 404, "not-found"),
        (department, "get", "/api/v1/nothing/", {}, 404, "not-found"),
        (department, "post", PROGRESS, {}, 405, "wrong-method"),
        (department, "get", PROGRESS, {"accept": "image/png"}, 406, "wrong-form"),
    ]
    for user, method, address, headers, status, code in cases:
        client.logout()
        if user:
            client.force_login(user)
        answer = getattr(client, method)(address, headers=headers)
        assert answer.status_code == status, address
        assert problem(answer)["type"] == f"urn:emr-rollout:problem:{code}"


def test_a_mistake_of_ours_is_one_too(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(views, "cached_progress", fail)
    client = Client(raise_request_exception=False)
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get(PROGRESS)
    assert answer.status_code == 500
    problem(answer)
    assert "secret" not in answer.content.decode()
    assert client.get("/nothing/").headers["Content-Type"].startswith("text/html")


def test_what_is_too_large_is_refused_unread(client):
    body = b" " * (guessing.FROM_ADDRESS * 64 * 1024)
    answer = client.post(PROGRESS, body, content_type="application/json")
    assert answer.status_code == 413
    problem(answer)
    named = {"authorization": "Bearer emr_x"}
    assert client.post(PROGRESS, body, content_type="text/csv", headers=named).status_code == 405
    body = b" " * (BODY_OF_PROGRAMS + 1)
    assert client.post(PROGRESS, body, content_type="text/csv", headers=named).status_code == 413


@pytest.mark.parametrize("throttle", [throttling.OfReaders, throttling.OfStrangers])
def test_what_is_left_is_told_and_counted_down_whatever_is_answered(client, monkeypatch, throttle):
    monkeypatch.setattr(throttle, "rate", "2/min", raising=False)
    if throttle is throttling.OfReaders:
        client.force_login(user_with(Role.DEPARTMENT))
    answers = [client.get(PROGRESS + "?on=x") for _ in range(3)]
    assert [int(a.headers["RateLimit-Remaining"]) for a in answers] == [1, 0, 0]
    assert {a.headers["RateLimit-Limit"] for a in answers} == {"2"}
    assert all(0 < int(a.headers["RateLimit-Reset"]) <= 60 for a in answers)
    assert [a.status_code == 429 for a in answers] == [False, False, True]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60


def test_wrong_keys_are_counted_until_it_is_enough(client):
    tried = [
        client.get(PROGRESS, headers={"authorization": f"Bearer emr_{number}"})
        for number in range(guessing.FROM_ADDRESS + 1)
    ]
    assert {answer.status_code for answer in tried[:-1]} == {401}
    assert tried[-1].status_code == 429
    assert int(tried[-1].headers["Retry-After"]) > 0
    problem(tried[-1])
    assert LogEntry.objects.filter(kind=LogEntry.Kind.KEY_REFUSED).count() == guessing.FROM_ADDRESS
