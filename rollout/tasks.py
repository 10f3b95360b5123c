"""The jobs. Safe to ring twice, late, or at the same time."""

from datetime import date
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from facilities import access_log, clock
from rollout import forecasting
from rollout.figures import snapshots
from rollout.figures.shares import Read, SharedOut
from rollout.forecasting import night
from rollout.models import ApiCall
from rollout.notices import alerts, holders, jobs, leaving, outbox, quiet, watching
from rollout.notices.notices import notify
from rollout.notices.webhooks import calls
from rollout.registers import blanking, importing
from rollout.schedule import (
    BACK_UP,
    CALL,
    COMPUTE_PROGRESS,
    FORESEE,
    HELP,
    IMPORT_FILE,
    RAISE_ALERTS,
    REMIND,
    WATCH,
)

# What a helper does with a share.
READS: dict[str, Read[Any, Any]] = {COMPUTE_PROGRESS: night.read, RAISE_ALERTS: alerts.raise_of}


@shared_task(name=COMPUTE_PROGRESS)
def compute_progress(on: str | None = None) -> int:
    """Write the snapshots of a day (ISO; none: today). Returns how many rows the day has."""
    day = jobs.day_of(on)
    jobs.progress_after_facts_changed.begin()

    def computed() -> int:
        night.gather(day)
        rows = snapshots.compute_progress(day)
        night.leave_ready(day)
        return rows

    return jobs.run(COMPUTE_PROGRESS, computed)


@shared_task(name=RAISE_ALERTS)
def raise_alerts(on: str | None = None) -> int:
    """Bring the alerts up to a day (ISO; none: today). Returns how many were raised."""
    day = jobs.day_of(on)
    return jobs.run(RAISE_ALERTS, lambda: alerts.raise_alerts(day))


@shared_task(name=FORESEE)
def foresee(on: str | None = None) -> int:
    """Keep what is foreseen on a day (ISO; none: today). Returns how many rows the day has."""
    day = jobs.day_of(on)

    def foreseen() -> int:
        night.gather(day)
        return forecasting.keep(day)

    return jobs.run(FORESEE, foreseen)


@shared_task(name=REMIND)
def remind() -> int:
    """Tell whom the ladder says, then send the mail that is due. Returns how many were told."""
    now = timezone.now()

    def told() -> int:
        found = notify(clock.day_of(now))
        outbox.compose(now)
        outbox.send_waiting(now)
        holders.compose(now)
        holders.send_waiting(now)
        return found

    return jobs.run(REMIND, told)


@shared_task(name=CALL)
def call_webhooks() -> int:
    """Make the calls to other systems that are due. Returns how many were answered well."""
    return jobs.run(CALL, lambda: calls.call_waiting(timezone.now()))


@shared_task(name=WATCH)
def watch() -> int:
    """See which connections fell silent and which jobs did not come. Returns how many alerts it raised."""

    def watched() -> int:
        now = timezone.now()
        leaving.end_what_outlives(clock.day_of(now), now)
        access_log.bind()  # what a process that died left loose
        raised = watching.watch(now)
        quiet.keep(now)
        blanking.once_a_night(now)
        ApiCall.forget(now)
        return raised

    return jobs.run(WATCH, watched)


@shared_task(name=BACK_UP)
def back_up() -> int:
    """Write a backup where the settings say so. Returns its number of rows; 0 where none is wanted."""
    from rollout.site import backup  # it brings the dumping and encrypting with it

    if settings.BACKUP_TO is None:
        return 0
    folder, reader, keep = settings.BACKUP_TO, settings.BACKUP_FOR, settings.BACKUP_KEEP
    now = timezone.localtime()
    return jobs.run(BACK_UP, lambda: backup.back_up(folder, reader, now, keep).rows)


@shared_task(name=HELP)
def help_out(job: str, on: str, version: int) -> int:
    """Read shares of a job that another worker has. Returns how many; 0 when all are taken."""
    return SharedOut(job, date.fromisoformat(on), version, READS[job]).help()


@shared_task(name=IMPORT_FILE)
def import_file(pk: int) -> int:
    """The next step of an imported file: its preview, or storing it. Returns its number of rows."""
    return importing.run(pk)
