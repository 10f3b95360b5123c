"""Jobs that are watched, and the ones that follow a change of facts."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities import clock
from facilities.signals import facts_changed
from rollout.day import parse_date
from rollout.models import JobRun
from rollout.schedule import BACK_UP, BEAT, COMPUTE_PROGRESS, LABELS, RAISE_ALERTS
from rollout.sending import send

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)

DEBOUNCE_SECONDS = 10
PROGRESS_WAITING = "progress-waiting"

LONGEST_RUN = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
KEEP_RUNS = timedelta(days=30)
# A run may wait for a worker and may take until the time limit of a job before it counts as missed.
GRACE = timedelta(minutes=30)

STATE_LABELS = {
    "missed": pgettext_lazy("job", "missed"),
    "not_begun": pgettext_lazy("job", "not run yet"),
    "died": pgettext_lazy("job", "broken off"),
    "failed": pgettext_lazy("job", "failed"),
    "under_way": pgettext_lazy("job", "running"),
    "done": pgettext_lazy("job", "done"),
}


def day_of(text: str | None) -> date:
    """The day a job is to run for; today without a text. Raises ValueError with the remedy.

    Jobs write down how things stood: no run is made for a day that has not come.
    """
    today = clock.today()
    day = parse_date(text) if text else today
    if day > today:
        raise ValueError(
            _("%(day)s has not come yet. Give today or an earlier day.") % {"day": day}
        )
    return day


class ClockIsOff(Exception):
    """This machine and the database do not agree what time it is."""


@contextmanager
def _few_collections() -> Iterator[None]:
    """A job makes many objects that live until it ends: looking for garbage among them again and
    again took a fifth of its time over 1,700 facilities.
    """
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def run(job: str, work: Callable[[], int]) -> int:
    """Do the work under the eyes of the admin dashboard; returns what it counted.

    The run is noted before the work begins, so that a job killed half-way leaves a run without an end.
    Raises ClockIsOff, and does nothing, where this machine is wrong about the time: a job that lives in
    tomorrow would raise what is not late yet, and today's would not take it back.
    """
    if clock.is_off():
        _refuse_for_the_clock(job)
    row = JobRun.objects.create(job=job, started_at=timezone.now())
    try:
        with _few_collections():
            rows = work()
    except Exception as error:
        JobRun.objects.filter(pk=row.pk).update(
            ended_at=timezone.now(), error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    JobRun.objects.filter(pk=row.pk).update(ended_at=timezone.now(), rows=rows)
    JobRun.objects.filter(job=job, started_at__lt=row.started_at - KEEP_RUNS).delete()
    return rows


def _refuse_for_the_clock(job: str) -> None:
    off = clock.off_by()
    error = ClockIsOff(f"the clock of this worker is {off.total_seconds():+.0f} seconds off")
    there = timezone.now() - off
    JobRun.objects.create(job=job, started_at=there, ended_at=there, error=f"ClockIsOff: {error}")
    raise error


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How a job of the schedule has been doing."""

    job: str
    last: JobRun | None  # the latest run, however it went
    succeeded_at: datetime | None  # when the latest run that went well began
    next_at: datetime
    missed: bool  # a run that was due has not gone well
    died: bool  # the latest run was killed half-way: it has no end, and must have ended by now

    @property
    def label(self) -> "StrOrPromise":
        return LABELS[self.job]

    @property
    def seconds(self) -> float | None:
        """How long the latest run took; None while it runs or when it died."""
        duration = self.last.duration if self.last else None
        return duration.total_seconds() if duration is not None else None

    @property
    def state(self) -> str:
        """missed, not_begun, died, failed, under_way or done: the worst that is true."""
        if self.missed:
            return "missed"
        if self.last is None:
            return "not_begun"
        if self.died:
            return "died"
        if self.last.error:
            return "failed"
        return "done" if self.last.ended_at else "under_way"

    @property
    def state_label(self) -> "StrOrPromise":
        return STATE_LABELS[self.state]


def watched() -> list[str]:
    """The jobs that are to come here: a backup where one is wanted."""
    return [job for job in LABELS if job != BACK_UP or settings.BACKUP_TO]


def statuses(now: datetime) -> list[JobStatus]:
    """Every job of the schedule at the moment `now`.

    A job that never went well is missed once a run was due since any job was first seen to run.
    """
    first_seen = JobRun.objects.order_by("started_at").values_list("started_at", flat=True).first()
    found = []
    for job in watched():
        runs = JobRun.objects.filter(job=job, started_at__lte=now)
        succeeded_at = (
            runs.filter(ended_at__isnull=False, error="")
            .values_list("started_at", flat=True)
            .first()
        )
        last, since = runs.first(), succeeded_at or first_seen
        found.append(
            JobStatus(
                job=job,
                last=last,
                succeeded_at=succeeded_at,
                next_at=_next_run(job, now),
                missed=since is not None and _next_run(job, since) + GRACE < now,
                died=last is not None
                and last.ended_at is None
                and last.started_at + LONGEST_RUN < now,
            )
        )
    return found


def _next_run(job: str, moment: datetime) -> datetime:
    """When the schedule starts the job for the first time after the moment."""
    after = []
    for entry in BEAT.values():
        if entry["task"] == job:
            start, step, _now = entry["schedule"].remaining_delta(moment)
            after.append(start + step)
    return min(after)


class _ProgressAfterFactsChanged:
    """After facts have changed: progress and alerts soon, once however many writes there were."""

    def connect(self) -> None:
        facts_changed.connect(self.facts_changed, dispatch_uid="progress-after-facts-changed")

    def facts_changed(self, **_kwargs: object) -> None:
        # Once per transaction, however many rows it writes. Robust: the write has been accepted by
        # then, and without a broker the next run of the schedule computes it.
        if self.send_job not in [job[1] for job in connection.run_on_commit]:
            transaction.on_commit(self.send_job, robust=True)

    def send_job(self) -> None:
        if cache.add(PROGRESS_WAITING, True, DEBOUNCE_SECONDS):
            send(COMPUTE_PROGRESS, in_seconds=DEBOUNCE_SECONDS)
            # What was just done must not stand in an inbox as late until the hour is over.
            send(RAISE_ALERTS, in_seconds=DEBOUNCE_SECONDS)

    def begin(self) -> None:
        """A computation begins: a fact written from now on needs another one."""
        try:
            cache.delete(PROGRESS_WAITING)
        except Exception as error:
            log.warning("cache_away", error=type(error).__name__)


progress_after_facts_changed = _ProgressAfterFactsChanged()
