"""Two questions that a supervisor asks without signing in: are you alive, can you work?

The answers name the parts, nothing else: no versions, no addresses, no messages of errors.
"""

from collections.abc import Callable
from functools import cache as remember

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from facilities import clock
from rollout.celery import app
from rollout.notices.jobs import statuses

log = structlog.get_logger(__name__)


class NotReady(Exception):
    """A part answers, but not as it must."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 with every part "ok", or 503 saying which part fails."""
    parts = states()
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if ready else 503)


def states() -> dict[str, str]:
    """Each part: "ok" or "failing"."""
    return {name: _state(check) for name, check in CHECKS.items()}


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        log.warning("not_ready", part=check.__name__, error=type(error).__name__)
        return "failing"
    return "ok"


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@remember
def migrations() -> None:
    """Once they are applied, they stay so for as long as this process runs."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady


def shared_cache() -> None:
    cache.get("readyz")


def broker() -> None:
    if settings.REDIS_URL:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)


def jobs() -> None:
    if any(status.missed for status in statuses(timezone.now())):
        raise NotReady


def clocks() -> None:
    """What is recorded bears the time of this machine."""
    if clock.is_off():
        raise NotReady


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "cache": shared_cache,
    "broker": broker,
    "clock": clocks,
    "jobs": jobs,
}
