"""Numbers at /metrics, one number for a request and its jobs, slow statements, errors."""

import json
import re
from types import SimpleNamespace

import pytest
import structlog
from django.db import connection

from facilities.models import LogEntry, Role
from rollout.site import metrics, tracing
from tests.factories import user_with

REPORTED: list[BaseException] = []


def hook(error: BaseException) -> None:
    REPORTED.append(error)
    if "twice" in str(error):
        raise RuntimeError("the collector is away")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "networks", "told", "address", "status"),
    [
        ("", [], "", "127.0.0.1", 404),
        ("", [], "Bearer ", "127.0.0.1", 404),
        ("a-token", [], "Bearer a-token", "10.0.0.9", 200),
        ("a-token", [], "Bearer another", "10.0.0.9", 404),
        ("", ["10.0.0.0/24"], "", "10.0.0.9", 200),
        ("", ["10.0.0.0/24"], "", "10.0.1.9", 404),
        ("", ["10.0.0.0/24", "::1"], "", "::1", 200),
    ],
)
def test_only_the_token_or_the_network_opens_the_numbers(
    client, settings, token, networks, told, address, status
):
    settings.METRICS_TOKEN, settings.METRICS_FROM = token, networks
    answer = client.get("/metrics", headers={"Authorization": told}, REMOTE_ADDR=address)
    assert answer.status_code == status


def values(text: str) -> dict[str, float]:
    """Reads the text format: every line is a comment of its kind or a sample."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+ .+", line)
            continue
        sample = re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"]*"\})?) (\S+)', line)
        assert sample, line
        assert sample[1] not in found
        found[sample[1]] = float(sample[2])
    return found


@pytest.mark.django_db
def test_the_numbers_add_up_over_processes_and_name_nobody(client, settings):
    settings.METRICS_TOKEN = "a-token"
    metrics.flush()
    reader = user_with(Role.LEADER, username="nobody.to.see")
    LogEntry.objects.create(kind="refused", about=reader)

    def read() -> dict[str, float]:
        answer = client.get("/metrics", headers={"Authorization": "Bearer a-token"})
        assert "nobody.to.see" not in answer.text
        return values(answer.text)

    before = read()
    for path in ("/healthz", "/healthz", "/no-such-page"):
        client.get(path)
    metrics.answered(200, 2.5)
    metrics.flush()
    metrics.answered(500, 99)  # as another process would, that has not handed it on yet
    after = read()
    for name, more in (
        ('emr_requests_total{status="2xx"}', 4),  # and the reading itself
        ('emr_requests_total{status="4xx"}', 1),
        ('emr_requests_total{status="5xx"}', 1),
        ('emr_request_seconds_bucket{le="+Inf"}', 6),
        ("emr_request_seconds_count", 6),
    ):
        assert after[name] - before[name] == more, name
    within = [after[f'emr_request_seconds_bucket{{le="{limit}"}}'] for limit in metrics.BUCKETS]
    assert within == sorted(within)
    assert after["emr_request_seconds_count"] - within[-1] == 1
    assert after['emr_part_up{part="database"}'] == 1
    assert after["emr_sign_ins_refused"] == 1


@pytest.mark.django_db
def test_a_part_that_fails_leaves_the_others(monkeypatch):
    def broken():
        raise ConnectionError

    monkeypatch.setattr(metrics, "queue", broken)
    names = {family.name for family in metrics.families()}
    assert {"emr_part_up", "emr_alerts_open"} <= names


def test_what_the_cache_does_not_take_is_counted_later(monkeypatch):
    metrics.flush()
    before = metrics.cache.get("metrics:errors") or 0
    with monkeypatch.context() as patched:
        patched.setattr(metrics.cache, "incr", lambda *_args: 1 / 0)
        metrics.count("errors", 3)
        metrics.flush()
    metrics.flush()
    assert metrics.cache.get("metrics:errors") == before + 3


@pytest.mark.parametrize(
    ("proxy", "told", "believed"),
    [
        (True, "0123456789abcdef", True),
        (False, "0123456789abcdef", False),
        (True, "short", False),
        (True, "with spaces\tand more", False),
    ],
)
def test_a_request_bears_the_number_of_the_proxy_or_a_new_one(
    client, settings, proxy, told, believed
):
    settings.BEHIND_PROXY = proxy
    number = client.get("/healthz", headers={"X-Request-ID": told}).headers["X-Request-ID"]
    assert (number == told) is believed
    assert tracing.NUMBER.fullmatch(number)


def test_the_number_goes_along_with_the_job_and_ends_with_it():
    headers: dict[str, object] = {}
    with structlog.contextvars.bound_contextvars(request="n1"):
        tracing.goes_along(headers=headers)
    task = SimpleNamespace(name="a.job", request=SimpleNamespace(**headers))
    tracing.job_begins(task_id="t1", task=task)
    assert structlog.contextvars.get_contextvars() == {"request": "n1", "job": "a.job", "run": "t1"}
    tracing.job_ends()
    assert structlog.contextvars.get_contextvars() == {}
    tracing.job_begins(task_id="t2", task=SimpleNamespace(name="a.job", request=SimpleNamespace()))
    assert "request" not in structlog.contextvars.get_contextvars()
    tracing.job_ends()


@pytest.mark.django_db
def test_a_slow_statement_has_a_line_without_its_values(settings):
    settings.SLOW_QUERY_MS = 0.000001
    with structlog.testing.capture_logs() as lines, connection.execute_wrapper(tracing.timed):
        LogEntry.objects.filter(because="Nguyễn Thị Bí Mật").exists()
        settings.SLOW_QUERY_MS = 60_000
        LogEntry.objects.exists()
    assert [line["event"] for line in lines] == ["slow_query"]
    assert "facilities_logentry" in lines[0]["sql"]
    assert "Bí Mật" not in json.dumps(lines, ensure_ascii=False)


@pytest.mark.django_db
def test_errors_are_handed_to_whoever_collects_them(client, settings, monkeypatch):
    settings.ERROR_HOOK = f"{__name__}.hook"
    client.raise_request_exception = False
    REPORTED.clear()

    def breaks(*_args, **_kwargs):
        raise ValueError("twice")

    monkeypatch.setattr("rollout.pages.account.reset.ask", breaks)
    settings.MAILS = True
    assert client.post("/password/forgotten/", {"username": "x"}).status_code == 500
    tracing.job_failed(exception=KeyError("job"))
    assert [str(error) for error in REPORTED] == ["twice", "'job'"]
    settings.ERROR_HOOK = ""
    tracing.job_failed(exception=KeyError("job"))
    assert len(REPORTED) == 2
