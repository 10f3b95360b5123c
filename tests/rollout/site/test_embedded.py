"""The servers that a checkout starts for itself, and when it starts them."""

import contextlib

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
