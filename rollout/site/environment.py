"""Typed readers of the environment for ``settings.py``.

A reader raises ``ImproperlyConfigured`` naming the variable and what it should hold.
"""

import os
import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.FileAwareEnv):
    """django-environ's typed readers, which name a missing variable; these name a wrong one too.

    What `NAME_FILE` points at is read for `NAME`: a secret need not stand in the environment.
    """

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            found = super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from error
        return found.rstrip("\n") if isinstance(found, str) else found  # as editors end a file

    def past_day(self, var: str, zone: str) -> date | None:
        """A day that has come in a time zone, such as 2025-05-21; None where the variable is empty."""
        text = self.str(var, default="")
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} must be a day such as 2025-05-21, not {text!r}"
            ) from None
        if day > datetime.now(ZoneInfo(zone)).date():
            raise ImproperlyConfigured(f"{var} must be a day that has come, not {text}")
        return day


class RedisAddress(NamedTuple):
    """One server, in the two spellings its clients understand."""

    cache: str
    """For redis-py: ``redis://host/0`` or ``unix:///folder/socket?db=0``."""
    broker: str
    """For Celery: ``redis://host/0`` or ``redis+socket:///folder/socket?virtual_host=0``."""


def database(url: str) -> dict[str, Any]:
    """A ``DATABASES`` entry for ``url`` (DATABASE_URL).

    A server that listens on a Unix socket may be written as
    ``postgres://user@/name?host=/folder`` or ``postgres://user@%2Ffolder/name``;
    django-environ takes neither for a host by itself.
    """
    if urlsplit(url).scheme not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgres:// or sqlite:///")
    try:
        config = environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
    host = urlsplit(url).netloc.rpartition("@")[2]
    if host.lower().startswith("%2f"):
        config["HOST"] = unquote(host.partition(":")[0])
    # As libpq reads them: several hosts, each with its port, of which one takes writes.
    options, told = config.get("OPTIONS", {}), parse_qs(urlsplit(url).query)
    for name in ("host", "port"):
        options.pop(name, None)
        if name in told:
            config[name.upper()] = told[name][0]
    return config


def redis(url: str) -> RedisAddress:
    """Both spellings of ``url`` (REDIS_URL), whichever one was given."""
    parts = urlsplit(url)
    if parts.scheme in ("redis", "rediss"):
        return RedisAddress(cache=url, broker=url)
    if parts.scheme in ("unix", "redis+socket") and parts.path:
        query = parse_qs(parts.query)
        number = (query.get("db") or query.get("virtual_host") or ["0"])[0]
        return RedisAddress(
            cache=f"unix://{parts.path}?db={number}",
            broker=f"redis+socket://{parts.path}?virtual_host={number}",
        )
    raise ImproperlyConfigured(
        "REDIS_URL must look like redis://host:6379/0, rediss://... or unix:///folder/socket?db=0"
    )


def local_secret_key(path: Path) -> str:
    """The secret key of this checkout: made once, readable by its owner only.

    Several processes may start at once on a new checkout; all of them get the same key,
    because a complete file is linked into place and the first link wins.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def mail(url: str) -> dict[str, Any]:
    """Django's settings of the mail server at ``url`` (EMR_MAIL_URL); none for an empty one."""
    if not url:
        return {}
    if urlsplit(url).scheme not in ("smtp", "smtps", "smtp+tls", "smtp+ssl"):
        raise ImproperlyConfigured(
            "EMR_MAIL_URL must look like smtp+tls://user:password@host:587 or smtp://host:25"
        )
    config = environ.Env.email_url_config(url)
    return {name: value for name, value in config.items() if name.startswith("EMAIL_")}
