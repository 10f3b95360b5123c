"""One number for a request, from the proxy's line through ours to the lines of the job it sent.

Also here: statements that take long, and errors handed to whoever collects them. Nothing of it holds
what people typed: names of views, statements without their values, numbers.
"""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from celery.signals import before_task_publish, task_failure, task_postrun, task_prerun
from django.conf import settings
from django.core.signals import got_request_exception
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from rollout.site import metrics

log = structlog.get_logger("rollout.requests")
slow = structlog.get_logger("rollout.slow")
HEADER = "X-Request-ID"
NUMBER = re.compile(r"[A-Za-z0-9_-]{8,64}")
LONGEST_STATEMENT = 500  # letters of it that a line shows


class RequestIdMiddleware:
    """Numbers each request, notes how it was answered, and counts it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number, begun = number_of(request), time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            match = request.resolver_match
            log.info(
                "answered",
                view=match.view_name if match else "",
                method=request.method,
                status=response.status_code,
                ms=round(seconds * 1000),
            )
        metrics.answered(response.status_code, seconds)
        response.headers[HEADER] = number
        return response


def number_of(request: HttpRequest) -> str:
    """The one that our proxy gave it, else a new one: a visitor's own is not believed."""
    told = request.headers.get(HEADER, "")
    if settings.BEHIND_PROXY and NUMBER.fullmatch(told):
        return told
    return uuid.uuid4().hex


# --- Jobs -------------------------------------------------------------------------------------


@before_task_publish.connect(dispatch_uid="number-goes-along")
def goes_along(headers: dict[str, Any] | None = None, **kwargs: object) -> None:
    """Write the number of the request into the message of the job that it sends."""
    number = structlog.contextvars.get_contextvars().get("request")
    if headers is not None and number:
        headers["request_number"] = number


@task_prerun.connect(dispatch_uid="number-of-job")
def job_begins(task_id: str, task: Any, **kwargs: object) -> None:
    number = getattr(task.request, "request_number", None)
    structlog.contextvars.bind_contextvars(
        job=task.name, run=task_id, **({"request": number} if number else {})
    )


@task_postrun.connect(dispatch_uid="number-of-job")
def job_ends(**kwargs: object) -> None:
    structlog.contextvars.unbind_contextvars("job", "run", "request")


# --- Statements that take long ----------------------------------------------------------------


@receiver(connection_created, dispatch_uid="slow-statements")
def watch_statements(*, connection: Any, **kwargs: object) -> None:
    if settings.SLOW_QUERY_MS and timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Write down a statement that takes long: its text with places for values, never the values."""
    begun = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - begun
        if seconds * 1000 >= settings.SLOW_QUERY_MS:
            metrics.count(metrics.SLOW)
            text = " ".join(str(sql).split())[:LONGEST_STATEMENT] if params else "(no parameters)"
            slow.warning("slow_query", ms=round(seconds * 1000), sql=text)


# --- Errors -----------------------------------------------------------------------------------


@receiver(got_request_exception, dispatch_uid="report-error")
def page_failed(**kwargs: object) -> None:
    import sys

    report(sys.exc_info()[1])


@task_failure.connect(dispatch_uid="report-error")
def job_failed(exception: BaseException | None = None, **kwargs: object) -> None:
    report(exception)


def report(error: BaseException | None) -> None:
    """Hand an error to `EMR_ERROR_HOOK`; whatever happens there, the product goes on."""
    metrics.count(metrics.ERRORS)
    if not settings.ERROR_HOOK or error is None:
        return
    try:
        import_string(settings.ERROR_HOOK)(error)
    except Exception as problem:
        log.warning("error_not_reported", error=type(problem).__name__)
