"""What the environment may say, and what is answered when it says something else."""

import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rollout.site import environment


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgres://emr:p%40ss@db.local:5433/emr", "db.local", 5433, "emr"),
        ("postgres://emr@/emr?host=/run/Postgres", "/run/Postgres", "", "emr"),
        ("postgres://emr:secret@%2Frun%2FPostgres:5433/emr", "/run/Postgres", 5433, "emr"),
        ("postgres:////run/postgresql/emr", "/run/postgresql", "", "emr"),
    ],
)
def test_a_database_url_may_name_a_host_or_a_socket_folder(url, host, port, name):
    config = environment.database(url)
    assert (config["HOST"], config["PORT"], config["NAME"]) == (host, port, name)
    assert "host" not in config.get("OPTIONS", {})


def test_a_database_may_be_at_either_of_two_hosts():
    """Whichever takes writes: so clients follow when a standby takes over."""
    found = environment.database(
        "postgres://emr@/emr?host=/a,/b&port=5432,5433&target_session_attrs=read-write"
    )
    assert (found["HOST"], found["PORT"]) == ("/a,/b", "5432,5433")
    assert found["OPTIONS"] == {"target_session_attrs": "read-write"}


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    file = tmp_path / "secret_key"
    file.write_text("một hai ba\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))
    assert environment.Environment().str("SECRET_KEY") == "một hai ba"
    monkeypatch.setenv("EMR_NO_SUCH_FILE", str(tmp_path / "none"))
    with pytest.raises((OSError, ImproperlyConfigured)):
        environment.Environment().str("EMR_NO_SUCH")


@pytest.mark.parametrize(
    "url", ["mysql://emr@localhost/emr", "emr", "", "postgres://emr@host:port/emr"]
)
def test_another_database_is_refused_by_the_name_of_the_variable(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(url)


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://host:6379/2", "redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///a/s?db=3", "unix:///a/s?db=3", "redis+socket:///a/s?virtual_host=3"),
        ("redis+socket:///a/s", "unix:///a/s?db=0", "redis+socket:///a/s?virtual_host=0"),
    ],
)
def test_one_redis_url_is_spelt_for_both_clients(url, cache, broker):
    assert environment.redis(url) == (cache, broker)


@pytest.mark.parametrize("url", ["http://host", "redis", "unix://"])
def test_another_broker_is_refused_by_the_name_of_the_variable(url):
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        environment.redis(url)


def test_a_value_that_cannot_be_read_names_its_variable(monkeypatch):
    monkeypatch.setenv("EMR_CONN_MAX_AGE", "an hour")
    with pytest.raises(ImproperlyConfigured, match="EMR_CONN_MAX_AGE"):
        environment.Environment().int("EMR_CONN_MAX_AGE")


def test_the_local_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "secret-key"
    key = environment.local_secret_key(path)
    assert len(key) > 50
    assert environment.local_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


PRODUCTION = {
    "EMR_MODE": "production",
    "SECRET_KEY": "a-key-that-is-only-used-by-this-test-and-is-long-enough-0123456789",
    "EMR_ALLOWED_HOSTS": "emr.example.vn",
    "EMR_SITE_URL": "https://emr.example.vn",
    "DATABASE_URL": "postgres://emr@localhost/emr",
    "REDIS_URL": "redis://localhost/0",
}


def check_deploy(**variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "EMR_VAR": os.environ["EMR_VAR"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_checks():
    answer = check_deploy(**PRODUCTION)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION.keys() - {"EMR_MODE"}))
def test_production_names_the_variable_that_is_missing(missing):
    answer = check_deploy(**{key: value for key, value in PRODUCTION.items() if key != missing})
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_production_refuses_demo_accounts():
    answer = check_deploy(**PRODUCTION, EMR_DEMO="1")
    assert answer.returncode != 0
    assert "unset EMR_DEMO" in answer.stderr


def test_production_refuses_to_stand_on_the_day_of_a_sample():
    answer = check_deploy(**PRODUCTION, EMR_TODAY="2025-05-21")
    assert answer.returncode != 0
    assert "unset EMR_TODAY" in answer.stderr


@pytest.mark.parametrize(("given", "day"), [("2025-05-21", date(2025, 5, 21)), ("", None)])
def test_a_day_that_has_come_may_be_given(monkeypatch, given, day):
    monkeypatch.setenv("EMR_TODAY", given)
    assert environment.Environment().past_day("EMR_TODAY", "Asia/Ho_Chi_Minh") == day


@pytest.mark.parametrize("given", ["21/05/2025", "2025-02-30", "today"])
def test_what_is_no_day_is_refused_by_the_name_of_the_variable(monkeypatch, given):
    monkeypatch.setenv("EMR_TODAY", given)
    with pytest.raises(ImproperlyConfigured, match=f"EMR_TODAY must be a day .*{given}"):
        environment.Environment().past_day("EMR_TODAY", "Asia/Ho_Chi_Minh")


def test_the_day_has_come_where_the_product_is_used(monkeypatch):
    monkeypatch.setenv("EMR_TODAY", "2025-05-21")
    environ = environment.Environment()
    # Half past midnight there.
    with time_machine.travel(datetime(2025, 5, 20, 17, 30, tzinfo=UTC), tick=False):
        assert environ.past_day("EMR_TODAY", "Asia/Ho_Chi_Minh") == date(2025, 5, 21)
        with pytest.raises(ImproperlyConfigured, match="EMR_TODAY must be a day that has come"):
            environ.past_day("EMR_TODAY", "UTC")
