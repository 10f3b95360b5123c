"""What a Prometheus reads at `/metrics`: how the product does, as numbers without names.

The text format is written here. What the tables know is read when it is asked for, so it is one
number for all processes and machines; requests are counted in each process and added up in the
shared cache every few seconds, which a library that counts within a process would not do.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from facilities.models import Ledger, LogEnd, LogEntry
from rollout.celery import app
from rollout.models import Alert, HolderMessage, Message, WebhookCall
from rollout.notices.jobs import statuses
from rollout.site import health
from rollout.site.sign_in import client_address

log = structlog.get_logger(__name__)
BUCKETS = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
FLUSH_EVERY = 5.0  # seconds
SLOW, ERRORS, SECONDS = "slow", "errors", "milliseconds"
ANSWERS, WITHIN = "answers:", "within:"
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
COUNTED = (
    SLOW,
    ERRORS,
    SECONDS,
    *(ANSWERS + kind for kind in CLASSES),
    *(f"{WITHIN}{limit}" for limit in BUCKETS),
)
_waiting: Counter[str] = Counter()
_lock = threading.Lock()
_flushed_at = 0.0


def count(name: str, times: int = 1) -> None:
    with _lock:
        _waiting[name] += times


def answered(status: int, seconds: float) -> None:
    """Count one request, and hand on what was counted now and then."""
    with _lock:
        _waiting[f"{ANSWERS}{status // 100}xx"] += 1
        _waiting[SECONDS] += round(seconds * 1000)
        _waiting.update(f"{WITHIN}{limit}" for limit in BUCKETS if seconds <= limit)
        is_due = time.monotonic() - _flushed_at >= FLUSH_EVERY
    if is_due:
        flush()


def flush() -> None:
    """Add what this process counted to what all have counted. Without a cache it waits."""
    global _flushed_at
    with _lock:
        counted = dict(_waiting)
        _waiting.clear()
        _flushed_at = time.monotonic()
    try:
        while counted:
            name, times = next(iter(counted.items()))
            cache.add(_place(name), 0, None)
            cache.incr(_place(name), times)
            del counted[name]
    except Exception as error:  # of the cache, whatever it is
        log.warning("not_counted", error=type(error).__name__)
        with _lock:
            _waiting.update(counted)


def _place(name: str) -> str:
    return f"metrics:{name}"


# --- The page ---------------------------------------------------------------------------------


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 for whoever may not: nobody learns that it is there."""
    if not _may(request):
        raise Http404
    flush()
    text = "".join(line for family in families() for line in family.lines())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may(request: HttpRequest) -> bool:
    """By the token, or from an address of the list; where neither is set nobody may."""
    told = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and constant_time_compare(told, settings.METRICS_TOKEN):
        return True
    try:
        address = ip_address(client_address(request) or "")
    except ValueError:
        return False
    return any(address in ip_network(place) for place in settings.METRICS_FROM)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it means, and its values by their labels."""

    name: str
    help: str
    values: tuple[tuple[dict[str, str], float], ...]
    type: str = "gauge"

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}\n# TYPE {self.name} {self.type}\n"
        for labels, value in self.values:
            # Of a histogram the name of each line says what part it is.
            part = labels.get("__part__", "")
            shown = ",".join(
                f'{key}="{_escaped(text)}"' for key, text in labels.items() if key != "__part__"
            )
            yield f"{self.name}{part}{'{' + shown + '}' if shown else ''} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def one(name: str, text: str, value: float, type: str = "gauge") -> Family:
    return Family(name, text, (({}, value),), type)


def families() -> Iterator[Family]:
    """Everything; a part that fails leaves its own values out and no others."""
    yield Family(
        "emr_part_up",
        "Whether a part works: 1 or 0.",
        tuple(({"part": name}, float(state == "ok")) for name, state in health.states().items()),
    )
    for part in (requests, jobs, queue, deliveries, alerts, records):
        try:
            yield from list(part())
        except Exception as error:
            log.warning("not_measured", part=part.__name__, error=type(error).__name__)


def requests() -> Iterable[Family]:
    found = cache.get_many([_place(name) for name in COUNTED])
    counted = {name: found.get(_place(name), 0) for name in COUNTED}
    total = sum(counted[ANSWERS + kind] for kind in CLASSES)
    yield Family(
        "emr_requests_total",
        "Requests by the class of their status.",
        tuple(({"status": kind}, counted[ANSWERS + kind]) for kind in CLASSES),
        "counter",
    )
    yield Family(
        "emr_request_seconds",
        "How long requests took within the web process.",
        (
            *(
                ({"__part__": "_bucket", "le": str(limit)}, counted[f"{WITHIN}{limit}"])
                for limit in BUCKETS
            ),
            ({"__part__": "_bucket", "le": "+Inf"}, total),
            ({"__part__": "_sum"}, counted[SECONDS] / 1000),
            ({"__part__": "_count"}, total),
        ),
        "histogram",
    )
    yield one(
        "emr_slow_queries_total", "Statements slower than the limit.", counted[SLOW], "counter"
    )
    yield one("emr_errors_total", "Errors of pages and jobs.", counted[ERRORS], "counter")


def jobs() -> Iterable[Family]:
    now = timezone.now()
    found = [(status.job.rpartition(".")[2], status) for status in statuses(now)]
    yield Family(
        "emr_job_success_age_seconds",
        "Since a job last began and went well.",
        tuple(
            ({"job": name}, (now - status.succeeded_at).total_seconds())
            for name, status in found
            if status.succeeded_at
        ),
    )
    yield Family(
        "emr_job_last_seconds",
        "How long the last run of a job took.",
        tuple(
            ({"job": name}, status.seconds) for name, status in found if status.seconds is not None
        ),
    )
    yield Family(
        "emr_job_bad",
        "Whether a job is missed, died or failed: 1 or 0.",
        tuple(
            ({"job": name}, float(status.state in ("missed", "died", "failed")))
            for name, status in found
        ),
    )


def queue() -> Iterable[Family]:
    if not settings.REDIS_URL:
        return
    with app.connection_for_read() as link:
        link.ensure_connection(max_retries=1, timeout=2)
        waiting = link.default_channel.client.llen(app.conf.task_default_queue)
    yield one("emr_queue_waiting", "Jobs that wait for a worker.", waiting)


def deliveries() -> Iterable[Family]:
    kinds = (("mail", Message), ("mail_to_holders", HolderMessage), ("calls", WebhookCall))
    since = timezone.now() - timedelta(days=1)
    yield Family(
        "emr_outgoing_waiting",
        "Messages and calls that wait to go out.",
        tuple(({"kind": name}, model._default_manager.waiting().count()) for name, model in kinds),
    )
    yield Family(
        "emr_outgoing_given_up",
        "Messages and calls given up within a day.",
        tuple(
            ({"kind": name}, model._default_manager.filter(given_up_at__gte=since).count())
            for name, model in kinds
        ),
    )


def alerts() -> Iterable[Family]:
    counts = dict(
        Alert.objects.filter(cleared_on=None)
        .order_by()
        .values_list("severity")
        .annotate(Count("pk"))
    )
    yield Family(
        "emr_alerts_open",
        "Alerts that stand open.",
        tuple(({"severity": kind}, counts.get(kind, 0)) for kind in Alert.Severity.values),
    )


def records() -> Iterable[Family]:
    end = LogEnd.objects.filter(pk=1).first() or LogEnd()
    hour = timezone.now() - timedelta(hours=1)
    refused = LogEntry.objects.filter(kind__in=("refused", "key_refused", "locked"), at__gte=hour)
    yield one("emr_access_log_bound", "Entries in the chain of the access log.", end.number)
    yield one(
        "emr_access_log_loose",
        "Entries not bound yet.",
        LogEntry.objects.filter(number=None).count(),
    )
    yield one("emr_sign_ins_refused", "Refused within an hour.", refused.count())
    yield one("emr_ledger_version", "Writes of facts so far.", Ledger.current())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            yield one("emr_database_bytes", "Size of the database.", cursor.fetchone()[0])
