"""The Celery application: `celery --app rollout worker`, `celery --app rollout beat`."""

import os
from typing import Any

from celery import Celery
from kombu.transport import redis as redis_transport
from redis.exceptions import ConnectionError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")

app = Celery("rollout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Channel(redis_transport.Channel):
    """A line to the broker that says it is closed, where the library stumbles.

    Celery 5.7 takes a lost connection apart and then still asks it for its address: to give unfinished
    jobs back, to acknowledge one that was finished meanwhile. The AttributeError ended the worker. A
    closed connection it knows how to survive; the broker hands out again what was never acknowledged.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection.client is None:
            raise ConnectionError("the connection to the broker was closed")
        params: dict[str, Any] = super()._connparams(asynchronous)
        return params


redis_transport.Transport.Channel = Channel
