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


@pytest.mark.parametrize(
    ("given", "used"), [(None, "own"), ("", "own"), ("redis://other/0", "redis://other/0")]
)
def test_an_empty_address_of_the_server_counts_as_none(monkeypatch, tmp_path, given, used):
    monkeypatch.setenv("EMR_VAR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    if given is not None:
        monkeypatch.setenv("REDIS_URL", given)
    seen = []

    def manage(_command, environment):
        seen.append(environment["REDIS_URL"])
        raise serve.Stopped

    monkeypatch.setattr(serve, "manage", manage)
    monkeypatch.setattr(serve, "require_free", lambda port: None)
    monkeypatch.setattr(embedded, "valkey", lambda folder: contextlib.nullcontext("own"))
    with contextlib.ExitStack() as stack, pytest.raises(serve.Stopped):
        serve.run(0, stack)
    assert seen == [used]


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
