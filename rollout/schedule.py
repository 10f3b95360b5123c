"""When the jobs run: one table, read by the beat and by the jobs page. Times are of Viet Nam."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy

COMPUTE_PROGRESS = "rollout.tasks.compute_progress"
RAISE_ALERTS = "rollout.tasks.raise_alerts"
WATCH = "rollout.tasks.watch"
REMIND = "rollout.tasks.remind"
FORESEE = "rollout.tasks.foresee"
CALL = "rollout.tasks.call_webhooks"
BACK_UP = "rollout.tasks.back_up"

IMPORT_FILE = "rollout.tasks.import_file"  # sent when a file arrives, not by the beat
HELP = "rollout.tasks.help_out"  # sent by a job that is shared out

LABELS = {
    COMPUTE_PROGRESS: gettext_lazy("Compute progress"),
    RAISE_ALERTS: gettext_lazy("Raise alerts"),
    FORESEE: gettext_lazy("Keep the forecast of the day"),
    REMIND: gettext_lazy("Tell people and send mail"),
    CALL: gettext_lazy("Call other systems"),
    WATCH: gettext_lazy("Watch connections and jobs"),
    BACK_UP: gettext_lazy("Back up"),
}

BEAT = {
    "compute-progress-nightly": {
        "task": COMPUTE_PROGRESS,
        "schedule": crontab(hour=1, minute=0),
    },
    "compute-progress-hourly": {
        "task": COMPUTE_PROGRESS,
        "schedule": crontab(minute=5),
        # An hourly run that could not start within the hour is the next one's work.
        "options": {"expires": 3600},
    },
    "raise-alerts-daily": {
        "task": RAISE_ALERTS,
        "schedule": crontab(hour=5, minute=30),
    },
    "raise-alerts-hourly": {
        "task": RAISE_ALERTS,
        "schedule": crontab(minute=15),
        "options": {"expires": 3600},
    },
    "foresee-nightly": {
        "task": FORESEE,
        "schedule": crontab(hour=2, minute=10),
    },
    "back-up-nightly": {
        "task": BACK_UP,
        "schedule": crontab(hour=3, minute=20),
    },
    "remind-every-ten-minutes": {
        "task": REMIND,
        "schedule": crontab(minute="7-57/10"),
        "options": {"expires": 600},
    },
    "call-every-five-minutes": {
        "task": CALL,
        "schedule": crontab(minute="3-58/5"),
        "options": {"expires": 300},
    },
    "watch-every-five-minutes": {
        "task": WATCH,
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
}
