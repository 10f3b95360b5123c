"""The servers that a checkout starts for itself, and when it starts them."""

import contextlib
import itertools
import subprocess
import sys

import pytest
import redis
from django.conf import settings

from rollout.site import embedded, serve

POLICY = "volatile-lru"  # only what expires may be dropped: the cache, never the queue


def test_a_full_server_drops_from_the_cache_and_never_from_the_queue(tmp_path):
    with embedded.valkey(tmp_path) as url:
        server = redis.from_url(url)
        assert server.config_get("maxmemory-policy")["maxmemory-policy"] == POLICY
        assert server.config_get("maxmemory")["maxmemory"] == str(256 * 1024 * 1024)
        server.close()
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    assert f"--maxmemory 256mb --maxmemory-policy {POLICY}" in compose


@pytest.fixture
def prepared(monkeypatch, tmp_path):
    """What `make run PORT=8123` hands on to its children, for an environment of its own."""

    def prepared(**variables: str) -> dict[str, str]:
        for name in ("REDIS_URL", "EMR_TODAY", "EMR_SITE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"EMR_VAR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        seen = []

        def manage(_command, environment):
            seen.append(environment)
            raise serve.Stopped

        monkeypatch.setattr(serve, "manage", manage)
        monkeypatch.setattr(serve, "require_free", lambda port: None)
        monkeypatch.setattr(embedded, "valkey", lambda folder: contextlib.nullcontext("own"))
        with contextlib.ExitStack() as stack, pytest.raises(serve.Stopped):
            serve.run(8123, stack)
        return seen[0]

    return prepared


def test_an_empty_address_of_the_server_counts_as_none(prepared):
    assert prepared()["REDIS_URL"] == "own"
    assert prepared(REDIS_URL="")["REDIS_URL"] == "own"
    assert prepared(REDIS_URL="redis://other/0")["REDIS_URL"] == "redis://other/0"


def test_the_sample_opens_on_its_own_day_unless_another_is_said(prepared):
    assert prepared()["EMR_TODAY"] == "2025-05-21"
    assert prepared(EMR_TODAY="2025-02-18")["EMR_TODAY"] == "2025-02-18"
    assert prepared(EMR_TODAY="")["EMR_TODAY"] == "", "the real day"


def test_links_in_mails_and_calendars_lead_to_the_port_that_is_served(prepared):
    assert prepared()["EMR_SITE_URL"] == "http://127.0.0.1:8123"
    assert prepared(EMR_SITE_URL="")["EMR_SITE_URL"] == "http://127.0.0.1:8123"
    assert prepared(EMR_SITE_URL="http://emr.lan")["EMR_SITE_URL"] == "http://emr.lan"


@pytest.mark.parametrize(("today", "end"), [("2025-05-21", "/"), ("", "/?on=2025-05-21")])
def test_the_first_page_to_open_is_that_of_the_report(capsys, today, end):
    serve.announce(8123, today)
    assert f"http://127.0.0.1:8123{end}\n" in capsys.readouterr().out


@contextlib.contextmanager
def sleeper():
    """A process that lives until the test is over."""
    with subprocess.Popen(["sleep", "600"]) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_slow_server_is_waited_for_and_the_wait_is_explained(monkeypatch, capsys):
    clock = itertools.count(step=embedded.SAY_EVERY)
    monkeypatch.setattr(embedded.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(embedded.time, "sleep", lambda seconds: None)
    answers = iter([False] * 20 + [True])  # five minutes
    with sleeper() as process:
        embedded.wait_until(lambda: next(answers), process, "web server")
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "  waiting for the web server, 15 s so far"
    assert said[-1] == "  waiting for the web server, 300 s so far"


def test_a_server_that_never_answers_is_named_by_what_people_call_it():
    with (
        sleeper() as process,
        pytest.raises(embedded.NotStarted, match="the web server did not answer within 0 seconds"),
    ):
        embedded.wait_until(lambda: False, process, "web server", seconds=0)


def test_a_server_that_ends_is_not_waited_for():
    with (
        subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as process,
        pytest.raises(embedded.NotStarted, match="the web server ended with code 3"),
    ):
        embedded.wait_until(lambda: False, process, "web server")
