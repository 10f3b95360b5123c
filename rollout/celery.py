"""The Celery application: `celery --app rollout worker`, `celery --app rollout beat`."""

import os

import structlog
from celery import Celery
from celery.worker import consumer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")

log = structlog.get_logger(__name__)

app = Celery("rollout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Consumer(consumer.Consumer):
    """The worker's line to the broker, which survives losing it in the midst of a job.

    Celery 5.7 first takes the lost connection apart and then closes it; closing gives unfinished jobs back
    over what is no longer there, and the AttributeError ends the worker. The job itself goes on, and
    the broker hands out again what was never acknowledged.
    """

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            if self.connection is not None:
                raise
            log.warning("broker_lost_in_a_job", error=str(error))


app.conf.worker_consumer = "rollout.celery:Consumer"
